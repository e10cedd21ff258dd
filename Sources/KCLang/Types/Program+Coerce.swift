internal import KCData
internal import KCSyntax

/// Checking values against types.
extension Program {
  /// The value as one of the type; `poison`, after a report at `site`, where it is none.
  ///
  /// - Parameter isName: that the value is a block's name, which is reported as such.
  mutating func coerce(_ value: TreeValue, to type: TypeID, at site: Int32, isName: Bool = false) -> TreeValue {
    if value.isPoison || types.takes(value, type) { return value }
    // What stands in a secret may be one of its own.
    if hidden > 0, value.isSecret {
      var plain = value
      plain.isSecret = false
      return tainted(coerce(plain, to: type, at: site, isName: isName))
    }
    if value.tag == .deferred { return coerce(deferred: value, to: type, at: site) }
    switch types[type] {
    case .any, .variable: return value
    // A type that there is not was reported: nothing is known of what it was to hold.
    case .unknown: return diagnostics.hasErrors ? .poison : value
    case .refined(let base, let index):
      if value.tag == .int, reportMode(value, type, types.refinements[Int(index)], at: site) { return .poison }
      let inner = coerce(value, to: base, at: site)
      if inner.isPoison || inner.isNone { return inner }
      return check(inner, type, Int(index), at: site, isName: isName)
    case .optional(let inner): return value.isNone ? value : coerce(value, to: inner, at: site, isName: isName)
    case .secret(let inner):
      var plain = dereference(value)
      let isSecret = plain.isSecret
      plain.isSecret = false
      // What does not fit is told without the value.
      hidden += 1
      var result = coerce(plain, to: inner, at: site)
      hidden -= 1
      usesSecrets = true
      if !isSecret { becomesSecret(result, at: site) }
      // What a secret is made of is read through it, and is secret for that.
      if types.isOptional(inner) { return part(ofSecret: result) }
      if !result.isPoison, isSecret || !result.isNone { result.isSecret = true }
      return result
    case .deferred(let inner): return coerce(value, to: inner, at: site)
    case .live: return value
    case .union(let members): return coerce(value, toOneOf: members, type, at: site)
    case .schema(let schema):
      if value.isSecret { return coerceScalar(value, type, at: site) }
      return coerce(value, toSchema: schema.index, at: site)
    case .list(let element): return coerceList(value, element, type, at: site)
    case .map(let element): return coerceMap(value, element, type, at: site)
    case .range(let element): return coerceRange(value, element, type, at: site)
    case .key(let schema):
      if value.tag == .key, fits(value, type) { return value }
      return mismatch(
        value, type, at: site,
        note: schema.map { "a key of \(Self.article(text(schemas[Int($0.index)].kind))) is `NAME.data.KEY`" })
    case .record:
      if value.tag == .record || value.tag == .instance { return value }
      return mismatch(value, type, at: site)
    case .children: return value
    default: return coerceScalar(value, type, at: site)
    }
  }

  /// The same, for the value of a field, which messages then name.
  mutating func coerce(_ value: TreeValue, to type: TypeID, at site: Int32, field: Int32) -> TreeValue {
    let outer = subject
    subject = field
    defer { subject = outer }
    return coerce(value, to: type, at: site)
  }

  private mutating func coerceScalar(_ value: TreeValue, _ type: TypeID, at site: Int32) -> TreeValue {
    let plain = scalar(value)
    if plain.isPoison { return plain }
    if plain.isSecret {
      report(
        "KC0180", "a secret cannot stand here: \(Self.article(describe(type))) is shown in plain", at: site,
        help: "refer to the secret's key where a `Key` is accepted, such as in `env`")
      return .poison
    }
    switch (types[type], plain.tag) {
    case (.bool, .bool), (.int, .int), (.int, .wideInt), (.float, .float), (.string, .string), (.quantity, .quantity),
      (.duration, .duration), (.percent, .percent), (.regex, .regex), (.none, .none), (.function, .function):
      return plain
    case (.signature(let parameters, _), .function): return checkArity(plain, parameters.count, type, at: site)
    case (.float, .int), (.float, .wideInt): return tree.float(tree.double(of: plain) ?? 0)
    case (.quantity, .int), (.quantity, .wideInt), (.quantity, .float):
      return amount(plain).map { tree.quantity($0) } ?? .poison
    case (.text(let text), .string): if tree.says(text, plain) { return plain }
    case (.number(let number), .int), (.number(let number), .wideInt): if tree.int(of: plain) == number { return plain }
    default: break
    }
    return mismatch(plain, type, at: site)
  }

  /// A function that can be called with a number of arguments.
  private mutating func checkArity(_ value: TreeValue, _ count: Int, _ type: TypeID, at site: Int32) -> TreeValue {
    let function = closures[Int(value.payload)].function
    let parameters = code.functions[Int(function)].parameters
    let needed = parameters.filter { $0.fallback == -1 }.count
    if count >= needed, count <= parameters.count { return value }
    report(
      "KC0306",
      "a function of \(Self.count(count, "parameter")) is expected here, and this one has \(parameters.count)",
      at: site, notes: ["expected: \(describe(type))"])
    return .poison
  }

  /// Reports that a value is not of a type.
  mutating func mismatch(_ value: TreeValue, _ type: TypeID, at site: Int32, note: String? = nil) -> TreeValue {
    if value.tag == .symbol { return unresolved(value) }
    if value.isNone {
      report("KC0164", "this has no value, and \(Self.article(describe(type))) is expected", at: site)
      return .poison
    }
    let shape = types[types.required(type)]
    if hidden == 0, !value.isSecret, let (help, replacement) = unitHint(value, shape) {
      report(
        "KC0111",
        "\(subject >= 0 ? "`\(text(subject))` is \(Self.article(describe(type)))" : "\(Self.article(describe(type))) is expected here"), and `\(display(value))` is \(Self.article(kindName(value)))",
        at: site, help: help,
        fix: replacement.flatMap { edit(of: display(value), to: $0, at: site) })
      return .poison
    }
    if case .text(let wanted) = shape, value.tag == .string {
      report("KC0116", "\(display(value)) is not \"\(wanted)\"", at: site)
      return .poison
    }
    var help: String?
    var fix: Diagnostic.Fix?
    if hidden > 0 || value.isSecret {
      // The edit would have the value in it.
    } else if value.tag == .null {
      help = "what is absent is `none`"
      fix = edit(of: "null", to: "none", at: site)
    } else if value.tag == .string, let text = tree.text(of: value), let number = number(text),
      [.int, .float, .quantity, .duration, .percent].contains(shape) || fits(number, type)
    {
      help = "without the quotes it is one: `\(text)`"
      fix = edit(of: display(value), to: text, at: site)
    } else if shape == .string, [.int, .float, .bool, .quantity, .duration].contains(value.tag) {
      let written = parameterText(at: site) ?? display(value)
      fix = edit(of: written, to: "\"\(written)\"", at: site)
      let isHidden = hiddenTexts.parts[span(site).file] != nil
      help =
        isHidden
        ? "in quotes it is one"
        : fix == nil ? "put into text it is one: `\"\\(…)\"`" : "in quotes it is one: `\"\(written)\"`"
    }
    if help == nil, hidden == 0, !value.isSecret { help = outsideHint(value, shape, at: site) }
    if help == nil, hidden == 0, !value.isSecret, shape == .bool, value.tag == .string,
      let text = tree.text(of: value), text == "true" || text == "false"
    {
      help = "without the quotes it is one: `\(text)`"
      fix = edit(of: display(value), to: text, at: site)
    }
    if help == nil, hidden == 0, !value.isSecret { (help, fix) = shapeHint(value, type, at: site) }
    let wanted = Self.article(describe(type))
    let message = subject >= 0 ? "`\(text(subject))` is \(wanted)" : "\(wanted) is expected here"
    report(
      "KC0110", "\(message), and this is \(Self.article(kindName(value)))",
      at: site,
      notes: note.map { [$0] } ?? [], help: help, fix: fix)
    return .poison
  }

  /// A scalar as it stands in a file of parameters, where `y` may be what `true` is in the language; nil elsewhere.
  private func parameterText(at site: Int32) -> String? {
    let span = span(site)
    guard files.indices.contains(span.file), case let file = files[span.file],
      options.parameterFiles.contains(where: { $0.path == file.path })
    else { return nil }
    // What stands there may be all that the value is a part of, or the name that it stands below.
    let text = file.text(span.range)
    let next = file.bytes.dropFirst(span.end).first { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\"") }
    let isWhole = text.contains { "{[:".contains($0) } || next == UInt8(ascii: ":")
    return isWhole || hiddenTexts.parts[span.file] != nil ? nil : text
  }

  /// The edit that writes a value otherwise, where it is written as such: what makes a value is left alone.
  func edit(of written: String, to replacement: String, at site: Int32) -> Diagnostic.Fix? {
    let span = span(site)
    guard files.indices.contains(span.file), files[span.file].text(span.range) == written else { return nil }
    return Diagnostic.Fix(span: span, replacement: replacement)
  }

  /// What was meant, where a number has a unit of another kind.
  private func unitHint(_ value: TreeValue, _ shape: TypeShape) -> (help: String, replacement: String?)? {
    switch (shape, value.tag) {
    case (.duration, .quantity):
      let text = display(value)
      guard text.hasSuffix("m") else { return ("durations have the units ms s min h d", nil) }
      return ("minutes are written `min`: `\(text)in`", "\(text)in")
    case (.duration, .int): return ("durations have a unit: `\(display(value))s`", "\(display(value))s")
    case (.quantity, .duration): return ("amounts have the units m k M G, Ki Mi Gi", nil)
    case (.quantity, .percent), (.duration, .percent): return ("a share of what? Write the amount", nil)
    case (.percent, .int): return ("a share is written `\(display(value))%`", "\(display(value))%")
    case (.int, .quantity), (.int, .duration), (.int, .percent): return ("a whole number has no unit", nil)
    default: return nil
    }
  }

  private mutating func coerce(
    _ value: TreeValue, toOneOf members: [TypeID], _ type: TypeID, at site: Int32
  ) -> TreeValue {
    if value.tag == .symbol { return resolve(symbols[Int(value.payload)], toOneOf: members, type, value, at: site) }
    for member in members where fits(value, member) { return coerce(value, to: member, at: site) }
    let plain = scalar(value)
    if plain.bits != value.bits {
      for member in members where fits(plain, member) { return coerce(plain, to: member, at: site) }
    }
    if plain.isPoison { return plain }
    if plain.tag == .record, let made = coerce(record: plain, toOneOf: members, type, at: site) { return made }
    for member in members where isNear(plain, member) { return coerce(plain, to: member, at: site) }
    let texts = members.compactMap { member -> String? in
      if case .text(let text) = types[member] { return text }
      return nil
    }
    if plain.isSecret { return coerceScalar(plain, type, at: site) }
    if hasAssumedInputs, hidden > 0, !texts.isEmpty { return plain }
    if let text = tree.text(of: plain), !texts.isEmpty {
      let cases = casesWithValues(of: type)
      if hidden == 0, let schema = cases.first(where: { schemas[Int($0)].name == text }) {
        return reportBareCase(schema, at: site)
      }
      let guess = hidden > 0 ? nil : Self.nearest(to: text, among: texts)
      let known = texts + cases.map { "\(schemas[Int($0)].name)(…)" }
      let isGiven = isFromOutside(site)
      report(
        "KC0116", "\(display(plain)) is none of \(Self.enumerate(known, "or"))", at: site,
        help: guess.map { isGiven ? "did you mean `\($0)`?" : "did you mean `\"\($0)\"`?" },
        fix: guess.flatMap { Self.isSlip(text, $0) ? edit(of: display(plain), to: "\"\($0)\"", at: site) : nil })
      return .poison
    }
    if reportOtherPort(value, members, type, at: site) { return .poison }
    return mismatch(plain, type, at: site)
  }

  /// Whether coercing to the member gives the better report, or works by conversion.
  private func isNear(_ value: TreeValue, _ type: TypeID) -> Bool {
    switch (types[types.base(type)], value.tag) {
    case (.quantity, .int), (.float, .int), (.list, .list), (.map, .record): true
    case (.schema(let schema), .symbol): isKeyed(schema.index)
    case (.range(let inner), _): isNear(value, inner) || fits(value, inner)
    case (.optional(let inner), _), (.secret(let inner), _): isNear(value, inner)
    case (.int, .int), (.string, .string), (.duration, .duration), (.quantity, .quantity): true
    default: false
    }
  }

  private mutating func coerceList(_ value: TreeValue, _ element: TypeID, _ type: TypeID, at site: Int32) -> TreeValue {
    let list = dereference(value)
    guard list.tag == .list else { return mismatch(list, type, at: site) }
    if element == TypeTable.any { return list }
    if !list.isSecret, tree.items(of: list).allSatisfy({ types.takes($0, element) }) { return list }
    var changed = false
    var elements = Array(tree.items(of: list))
    for place in elements.indices {
      if list.isSecret { elements[place].isSecret = true }
      let item = coerce(elements[place], to: element, at: site)
      if item.isPoison { return .poison }
      if item.bits != elements[place].bits { changed = true }
      elements[place] = item
    }
    return changed || list.isSecret ? tree.list(elements) : list
  }

  private mutating func coerceMap(_ value: TreeValue, _ element: TypeID, _ type: TypeID, at site: Int32) -> TreeValue {
    let map = dereference(value)
    if map.tag == .instance, !map.isSecret { return map }
    if map.tag == .instance { return coerceMap(materialize(map), element, type, at: site) }
    guard map.tag == .record else { return mismatch(map, type, at: site) }
    if element == TypeTable.any { return map }
    if !map.isSecret, tree.fields(of: map).allSatisfy({ types.takes($0.value, element) }) { return map }
    var changed = false
    var fields = Array(tree.fields(of: map))
    for place in fields.indices {
      let at = fields[place].origin != 0 ? code.origins[Int(fields[place].origin)].site : site
      if map.isSecret { fields[place].value.isSecret = true }
      let item = coerce(fields[place].value, to: element, at: at)
      if item.isPoison { return .poison }
      if item.bits != fields[place].value.bits { changed = true }
      fields[place].value = item
    }
    return changed || map.isSecret ? tree.record(fields) : map
  }

  /// A range; a single value is a range of itself.
  private mutating func coerceRange(_ value: TreeValue, _ element: TypeID, _ type: TypeID, at site: Int32) -> TreeValue
  {
    let plain = scalar(value)
    guard plain.tag == .range else {
      let one = coerce(plain, to: element, at: site)
      return one.isPoison ? one : tree.tuple(.range, one, one)
    }
    let (first, last) = (tree.item(of: plain, 0), tree.item(of: plain, 1))
    let start = first.isNone ? first : coerce(first, to: element, at: site)
    let end = last.isNone ? last : coerce(last, to: element, at: site)
    if start.isPoison || end.isPoison { return .poison }
    if !start.isNone, !end.isNone, let order = compare(start, end), order > 0 {
      let (low, high) = (display(start), display(end))
      if types[types.base(element)] == .quantity {
        report(
          "KC0117", "the request `\(low)` is over the limit `\(high)`", at: site,
          notes: ["a range is request...limit"], help: "write `\(high)...\(low)`",
          fix: edit(of: "\(low)...\(high)", to: "\(high)...\(low)", at: site))
      } else {
        report("KC0117", "the range `\(low)...\(high)` runs backwards", at: site)
      }
      return .poison
    }
    if start.bits == first.bits, end.bits == last.bits { return plain }
    return tree.tuple(.range, start, end)
  }

  private mutating func coerce(_ value: TreeValue, toSchema schema: Int32, at site: Int32) -> TreeValue {
    ensureSchema(schema)
    switch value.tag {
    case .instance:
      let index = Int32(bitPattern: value.payload)
      if instances[Int(index)].isDeleted, reportDeleted(index, at: site) { return .poison }
      if instances[Int(index)].schema >= 0, isSchema(instances[Int(index)].schema, schema) {
        if isResource(index) { reference(to: index) } else { reference(to: resource(of: index)) }
        return value
      }
      if instances[Int(index)].schema >= 0, isRecordType(instances[Int(index)].schema), isRecordType(schema) {
        let record = materialize(value)
        return record.isPoison ? record : construct(record, as: schema, at: site)
      }
      report(
        "KC0110",
        "\(Self.article(schemas[Int(schema)].name)) is expected here, and `\(title(of: index))` is \(Self.article(kindName(value)))",
        at: site)
      return .poison
    case .choice:
      let fitting = living(tree.items(of: value).filter { fits($0, types.add(.schema(SchemaID(index: schema)))) })
      if fitting.count == 1 { return coerce(fitting[0], toSchema: schema, at: site) }
      if fitting.isEmpty {
        let titles = Array(tree.items(of: value)).map { title(of: Int32(bitPattern: $0.payload)) }
        report(
          "KC0110",
          "\(Self.article(schemas[Int(schema)].name)) is expected here, and \(Self.enumerate(titles, "or")) is none",
          at: site)
      } else {
        reportAmbiguous(fitting, at: site)
      }
      return .poison
    case .symbol: return resolve(symbols[Int(value.payload)], as: schema)
    case .record where !schemas[Int(schema)].isBlock: return construct(value, as: schema, at: site)
    default:
      return mismatch(dereference(value), types.add(.schema(SchemaID(index: schema))), at: site)
    }
  }

  /// An instance with the fields of a record; `poison` after a report.
  private mutating func construct(_ record: TreeValue, as schema: Int32, at site: Int32) -> TreeValue {
    var made = Instance(schema: schema, parent: owner, site: site)
    made.kind = -1
    made.isForSecret = hidden > 0
    if isEndless(made) { return .poison }
    let index = addInstance(made)
    for field in Array(tree.fields(of: record)) {
      let place = field.origin != 0 ? code.origins[Int(field.origin)].site : site
      guard let slot = schemas[Int(schema)].slotOf[Int32(field.key)],
        schemas[Int(schema)].slots[Int(slot)].childSchema < 0
      else {
        reportUnknownField(text(Int32(field.key)), schema, at: span(place))
        return .poison
      }
      let op = code.constant(field.value, at: place)
      bindings.append(Binding(op: op, frame: 0, origin: field.origin, below: -1))
      memos[Int(instances[Int(index)].slots + slot)].head = Int32(bindings.count - 1)
    }
    if !isStandard(schemas[Int(schema)].scope) { constructed.append(index) }
    return TreeValue(.instance, payload: UInt32(index))
  }
}
