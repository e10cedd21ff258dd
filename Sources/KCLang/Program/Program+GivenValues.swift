internal import KCData
internal import KCSyntax

/// The values of `--params`: each is checked at its own place, so that all mistakes are told where they are.
extension Program {
  /// An op for a parameter's value from a file, read as the type wants it.
  mutating func given(_ parameter: GivenParameter, _ type: TypeID) -> Int32 {
    let site = code.site(parameter.span)
    guard files.indices.contains(parameter.span.file) else { return code.emit(.poison, at: site) }
    let file = GivenPlace(
      path: FieldPath(), span: parameter.span, places: parameter.places, starts: parameter.starts)
    let value = read(parameter.value, type, place(of: parameter.name, in: file).value)
    // All of it after its parts: a secret in it may stand under a wrong name.
    if mayHoldSecret(type) { hiddenTexts.given.append(parameter.extent) }
    hide(hiddenTexts.given, in: parameter.span.file)
    hiddenTexts.given = []
    return code.constant(value, at: site)
  }

  /// A part of a file's value, and where it stands.
  private struct GivenPlace {
    var path: FieldPath
    var span: Span
    var places: [FieldPath: ParameterFile.Place]
    /// Where all of them begin, in order.
    var starts: [Int]
    /// Whether it stands in the lines below its key: then the place is the key's.
    var isBelow = false
    /// Whether it may be a secret, whatever it is.
    var isSecret = false
  }

  private func place(of name: String, in outer: GivenPlace) -> (key: Span, value: GivenPlace) {
    var inner = outer
    inner.path = outer.path.field(name)
    guard let found = outer.places[inner.path] else { return (outer.span, inner) }
    let source = files[outer.span.file]
    let key = keySpan(name, found, source)
    let span = valueSpan(from: key.end, in: source)
    inner.span = span ?? key
    inner.isBelow = span == nil
    return (key, inner)
  }

  private func place(of index: Int, in outer: GivenPlace) -> GivenPlace {
    var inner = outer
    inner.path = outer.path.index(index)
    guard let found = outer.places[inner.path] else { return inner }
    let source = files[outer.span.file]
    inner.span = valueSpan(from: offset(found, in: source), in: source) ?? outer.span
    inner.isBelow = false
    return inner
  }

  /// The value as one of the type; `poison` after reports of all that is wrong in it.
  private mutating func read(_ value: Value, _ type: TypeID, _ place: GivenPlace) -> TreeValue {
    var place = place
    if case .string(let text) = value { fit(&place.span, to: text) }
    if case .secret = types[types.required(type)] { place.isSecret = true }
    if place.isSecret || holdsSecret(type), !value.isWhole { hide(value, place) }
    let made: TreeValue
    switch value {
    case .array(let elements): made = read(elements, type, place)
    case .object(let fields): made = read(fields, type, place)
    case .string(let text): made = amount(text, type, at: code.site(place.span))
    case .int(let number):
      if reportEights(type, place) { return .poison }
      made = tree.int(number)
    case .number(let number): made = tree.float(number)
    case .bool(let truth): made = .bool(truth)
    case .null: made = .none
    }
    return made.isPoison || type == TypeTable.any ? made : coerce(made, to: type, at: code.site(place.span))
  }

  /// Makes a place that of a text as a whole: commas and brackets end it within flow lists and maps only.
  private func fit(_ span: inout Span, to text: String) {
    let bytes = files[span.file].bytes
    guard !text.isEmpty, !text.contains("\n"), bytes[span.start...].starts(with: text.utf8) else { return }
    span.end = span.start + text.utf8.count
  }

  /// Hides a scalar with all its lines.
  private mutating func hide(_ value: Value, _ place: GivenPlace) {
    if !place.isBelow { hiddenTexts.given.append(place.span) }
    guard case .string(let text) = value else { return }
    let source = files[place.span.file]
    let line = source.bytes[place.span.start...].firstIndex(of: 10) ?? source.bytes.count
    guard place.isBelow || text.contains("\n") else { return }
    var (low, high) = (0, place.starts.count)
    while low < high {
      let middle = (low + high) / 2
      if place.starts[middle] > line { high = middle } else { low = middle + 1 }
    }
    let next = low < place.starts.count ? place.starts[low] : source.bytes.count
    // What stands before the next value on its line is of that one.
    var end = next
    while end > line, next < source.bytes.count, source.bytes[end - 1] != 10 { end -= 1 }
    if line < end { hiddenTexts.given.append(Span(file: source.id, range: line..<end)) }
  }

  /// YAML has no units: `100m` and `30s` are text in it. Text in quotes is no number, and no truth value.
  private mutating func amount(_ text: String, _ type: TypeID, at site: Int32) -> TreeValue {
    let value = literal(text, type, at: type == TypeTable.any ? nil : site)
    switch value.tag {
    case .quantity, .duration, .percent, .range, .poison: return value
    case .int, .float:
      // The API's own files have amounts in quotes: `cpu: "2"`.
      let isAmount = type != TypeTable.any && mask(type).subtracting(.none).isSubset(of: [.quantity, .range])
      return isAmount ? value : tree.string(text)
    default: return tree.string(text)
    }
  }

  /// Reports a number that begins with a zero, which is in eights here and in tens elsewhere.
  private mutating func reportEights(_ type: TypeID, _ place: GivenPlace) -> Bool {
    guard !holdsSecret(type), hidden == 0, type != TypeTable.any, mask(type).subtracting(.none) != .string else {
      return false
    }
    let text = files[place.span.file].text(place.span.range)
    guard text.first == "0", text.count > 1, text.allSatisfy(\.isNumber) else { return false }
    _ = leadingZero(text, code.site(place.span))
    return true
  }

  private mutating func read(_ elements: [Value], _ type: TypeID, _ place: GivenPlace) -> TreeValue {
    let outer = subject
    subject = -1
    defer { subject = outer }
    let element = elementType(of: type)
    var made: [TreeValue] = []
    for (index, value) in elements.enumerated() {
      var inner = self.place(of: index, in: place)
      inner.isSecret = place.isSecret || element == TypeTable.any && holdsSecret(type)
      made.append(read(value, element, inner))
    }
    return made.contains(where: \.isPoison) ? .poison : tree.list(made)
  }

  private mutating func read(_ fields: Fields, _ type: TypeID, _ place: GivenPlace) -> TreeValue {
    let outer = subject
    defer { subject = outer }
    let shape = recordShape(fields, type)
    var made: [TreeField] = []
    var isBroken = false
    for (name, value) in fields {
      var (key, inner) = self.place(of: name, in: place)
      inner.isSecret = place.isSecret || shape == nil && holdsSecret(type)
      var fieldType = TypeTable.any
      subject = -1
      switch shape.map({ types[$0] }) {
      case .map(let element): fieldType = element
      case .schema(let schema):
        guard let slot = schemas[Int(schema.index)].slotOf[self.key(name)],
          case let found = schemas[Int(schema.index)].slots[Int(slot)], found.childSchema < 0
        else {
          // What it is, nobody knows: it may be a secret under a wrong name.
          if !value.isWhole { hide(value, inner) } else if !inner.isBelow { hiddenTexts.given.append(inner.span) }
          reportUnknownField(name, schema.index, at: key)
          isBroken = true
          continue
        }
        fieldType = found.type
        subject = self.key(name)
      case .union:
        if let schema = caseSchema(self.key(name), of: type) { fieldType = types.add(.schema(SchemaID(index: schema))) }
      default: break
      }
      let one = read(value, fieldType, inner)
      if one.isPoison { isBroken = true }
      let origin = code.origin(OriginData(site: code.site(inner.span), layer: 0))
      made.append(TreeField(key: UInt32(self.key(name)), origin: origin, value: one))
    }
    return isBroken ? .poison : tree.record(made)
  }

  /// The type of a list's elements, where lists are of one type.
  private func elementType(of type: TypeID) -> TypeID {
    switch types[types.required(type)] {
    case .list(let element): return element
    case .secret(let inner): return elementType(of: inner)
    case .union(let members):
      let lists = members.filter { mask($0).contains(.list) }
      return lists.count == 1 ? elementType(of: lists[0]) : TypeTable.any
    default: return TypeTable.any
    }
  }

  /// What an object can only be: a map, a record of a schema, an enum's case. Nil where that is not known.
  private mutating func recordShape(_ fields: Fields, _ type: TypeID) -> TypeID? {
    let required = types.required(type)
    switch types[required] {
    case .map: return required
    case .schema:
      guard let schema = recordSchema(required) ?? schemaIndices(of: required).first else { return nil }
      ensureSchema(schema)
      return schemas[Int(schema)].isBlock ? nil : required
    case .secret(let inner): return recordShape(fields, inner)
    case .union(let members):
      if enums[required] != nil { return required }
      let whole = members.filter { !mask($0).isDisjoint(with: [.record, .instance]) }
      if whole.count == 1 { return recordShape(fields, whole[0]) }
      let raw = tree.record(fields.map { TreeField(key: UInt32(key($0.key)), origin: 0, value: plain($0.value)) })
      let able = whole.filter { member in recordSchema(member).map { problem(raw, as: $0) == nil } ?? true }
      return able.count == 1 ? recordShape(fields, able[0]) : nil
    default: return nil
    }
  }

  /// A scalar as the file has it: what tells records of several types apart.
  private mutating func plain(_ value: Value) -> TreeValue {
    switch value {
    case .string(let text): tree.string(text)
    case .int(let number): tree.int(number)
    case .bool(let truth): .bool(truth)
    default: .none
    }
  }
}

extension Value {
  /// Whether it is made of other values.
  fileprivate var isWhole: Bool {
    switch self {
    case .array, .object: true
    default: false
    }
  }
}
