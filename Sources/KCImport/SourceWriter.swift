internal import KCCodec
internal import KCData
internal import KCKube

/// Writes the fields of objects as kc source, in the layout that `kc fmt` gives.
struct SourceWriter {
  typealias Shape = KubeSchema.Shape

  /// The most of a map that stands on the line of its name.
  private static let blockRoom = 60
  /// The most of a body that stands on the line of a block's field.
  private static let bodyRoom = 80

  private var source = SourceLines()
  private let schema = KubeSchema.builtin
  /// Names that stand for what is repeated.
  private let names: LiftedNames
  /// Whether texts mean something of their own where they stand, and no names stand for them.
  private var isPlain = false
  /// What could get a name, where that is looked for.
  private(set) var uses: [LiftedUse] = []
  var remarks: WriterRemarks
  private var lineCount = 0

  /// - Parameters:
  ///   - lines: what is written by `write(_:level:)`; comments find their places in it.
  ///   - object: what the lines say.
  init(
    _ given: [YAML.Comment], names: LiftedNames = LiftedNames(), lines: [SourceLine] = [], of object: Value = .null
  ) {
    self.names = names
    remarks = WriterRemarks(given, lines, of: object)
  }

  var out: String { source.text }

  mutating func put(_ text: String) { source.put(text) }

  mutating func emptyLine() { source.gap() }

  /// The number of the line that is written next, of those that a block was lifted to.
  mutating func nextLine() -> Int {
    lineCount += 1
    return lineCount - 1
  }

  mutating func skipLines(_ count: Int) { lineCount += count }

  // MARK: Fields

  /// The statements of a block's body.
  mutating func statements(_ fields: Fields, _ shape: Shape?, level: Int, path: FieldPath) {
    for (key, value) in fields { field(key, value, inner(shape, key), level, path, isBlock: true) }
    below(path, level)
  }

  mutating func field(
    _ key: String, _ value: Value, _ shape: Shape?, _ level: Int, _ parent: FieldPath, isBlock: Bool
  ) {
    let head = isBlock ? "\(SourceText.fieldName(key)) = " : SourceText.recordKeys([key])[0]
    field(key, head, value, shape, level, parent, isBlock: isBlock)
  }

  /// - Parameter head: how the field stands before its value, unless it is opened as a body.
  private mutating func field(
    _ key: String, _ head: String, _ value: Value, _ shape: Shape?, _ level: Int, _ parent: FieldPath, isBlock: Bool
  ) {
    plainly(key) { $0.write(key, head, value, shape, level, parent, isBlock: isBlock) }
  }

  private mutating func write(
    _ key: String, _ head: String, _ value: Value, _ shape: Shape?, _ level: Int, _ parent: FieldPath, isBlock: Bool
  ) {
    let path = remarks.isEmpty ? parent : parent.field(key)
    if !remarks.isEmpty, let fields = value.object, fields.count == 1, fields.values.allSatisfy(\.isScalar) {
      for only in fields.keys { remarks.moveOut(of: path.field(only), to: path) }
    }
    above(path, level)
    put(SourceLines.indent(level))
    if let name = name(of: value, key, path) {
      put(head + name)
      behind(path)
      return put("\n")
    }
    let body = isBlock ? value.object.flatMap { opens(key, $0) ? $0 : nil } : nil
    let isClosed = body == nil || remarks.isHolding(path)
    let short = isClosed ? nil : short(value, shape, room: level == 1 ? Self.bodyRoom : Self.blockRoom)
    guard let fields = body, level == 1 || fields.count > 2 || short == nil else {
      put(head)
      self.value(value, shape, level, path, after: head.utf8.count)
      behind(path)
      return put("\n")
    }
    if let short, isShort(fields) {
      put("\(key) \(short)")
      behind(path)
      return put("\n")
    }
    put("\(key) {")
    behind(path)
    put("\n")
    statements(fields, shape, level: level + 1, path: path)
    put(SourceLines.indent(level) + "}\n")
  }

  private func name(of text: String) -> String? { isPlain ? nil : names.texts[text] }

  /// The name that stands for a map or list, or an image.
  private mutating func name(of value: Value, _ key: String, _ path: FieldPath) -> String? {
    if key == "image", let text = value.string { return names.images[text] }
    guard names.isLooking || !names.groups.isEmpty, !remarks.isHolding(path), LiftedNames.isWorthy(value, of: key)
    else {
      return nil
    }
    if names.isLooking { uses.append(LiftedUse(group: .value(value), field: key)) }
    return names.groups[.value(value)]
  }

  /// What no field of an `object` says.
  mutating func raw(_ fields: Fields) {
    if fields.keys.allSatisfy({ SourceText.isFieldName($0) }) {
      put("  raw {\n")
      statements(fields, nil, level: 2, path: FieldPath())
    } else {
      put("  raw = {\n")
      entries(fields, nil, level: 2, path: FieldPath())
    }
    put("  }\n")
  }

  /// The entries of a record, each on its line.
  private mutating func entries(_ fields: Fields, _ shape: Shape?, level: Int, path: FieldPath) {
    for (head, entry) in zip(SourceText.recordKeys(fields.keys), fields) {
      field(entry.key, head, entry.value, inner(shape, entry.key), level, path, isBlock: false)
    }
    below(path, level)
  }

  /// Whether a map can be written as a body: its fields are all names.
  private func opens(_ key: String, _ fields: Fields) -> Bool {
    SourceText.isBlockName(key) && !fields.isEmpty && fields.keys.allSatisfy { SourceText.isFieldName($0) }
  }

  /// Whether the body of a block's field is so little that it stands on the line.
  private func isShort(_ fields: Fields) -> Bool {
    fields.count == 1 || fields.count == 2 && fields.values.allSatisfy(\.isScalar)
  }

  func inner(_ shape: Shape?, _ key: String) -> Shape? {
    switch shape {
    case .type(let index)?: schema.types[index].field(key)?.shape
    case .map(let inner)?: inner
    default: nil
    }
  }

  // MARK: Values

  /// - Parameter after: how much stands on the line before it.
  mutating func value(_ value: Value, _ shape: Shape?, _ level: Int, _ path: FieldPath, after: Int) {
    if !remarks.isHolding(path), let short = short(value, shape, room: SourceLines.width - 2 * level - after) {
      return put(short)
    }
    switch value {
    case .object(let fields):
      put("{\n")
      entries(fields, shape, level: level + 1, path: path)
      put(SourceLines.indent(level) + "}")
    case .array(let elements): list(elements, shape, level, path)
    case .string(let text):
      put(SourceText.block(text, indent: SourceLines.indent(level + 1)) ?? SourceText.quoted(text))
    default: put(scalar(value, shape))
    }
  }

  /// A list of several lines: one for each element, or those of its only one.
  private mutating func list(_ elements: [Value], _ shape: Shape?, _ level: Int, _ path: FieldPath) {
    let inner: Shape? = if case .list(let inner)? = shape { inner } else { nil }
    let first = remarks.isEmpty ? path : path.index(0)
    if elements.count == 1, case .object(let fields) = elements[0], !fields.isEmpty,
      remarks.isEmpty || !remarks.has(first) && !remarks.has(path)
    {
      put("[{\n")
      entries(fields, inner, level: level + 1, path: first)
      return put(SourceLines.indent(level) + "}]")
    }
    put("[\n")
    for (index, element) in elements.enumerated() {
      let place = remarks.isEmpty ? path : path.index(index)
      above(place, level + 1)
      put(SourceLines.indent(level + 1))
      value(element, inner, level + 1, place, after: 0)
      behind(place)
      put("\n")
    }
    below(path, level + 1)
    put(SourceLines.indent(level) + "]")
  }

  /// A value on the rest of a line; nil where it does not fit there.
  func short(_ value: Value, _ shape: Shape?, room: Int, depth: Int = 0) -> String? {
    guard room > 0, depth < 4 || value.isScalar else { return nil }
    switch value {
    case .object(let fields): return shortRecord(fields, shape, room: room, depth: depth)
    case .array(let elements):
      if elements.isEmpty { return "[]" }
      guard elements.count <= 24, elements.count == 1 || elements.allSatisfy(\.isScalar) else { return nil }
      let inner: Shape? = if case .list(let inner)? = shape { inner } else { nil }
      var parts: [String] = []
      var left = room - 2
      for element in elements {
        guard let part = short(element, inner, room: left, depth: depth + 1) else { return nil }
        parts.append(part)
        left -= part.utf8.count + 2
        if left < 0 { return nil }
      }
      return "[\(parts.joined(separator: ", "))]"
    case .string(let text):
      if let name = name(of: text) { return name }
      if depth == 0, !text.utf8.contains(UInt8(ascii: "\n")) {
        return text.utf8.count > room ? nil : scalar(value, shape)
      }
      guard text.utf8.count <= room, text.utf8.count(where: { $0 == 0x0a }) <= 1 else { return nil }
      return SourceText.block(text, indent: "") == nil ? scalar(value, shape) : nil
    default: return scalar(value, shape)
    }
  }

  private func shortRecord(_ fields: Fields, _ shape: Shape?, room: Int, depth: Int) -> String? {
    if fields.isEmpty { return "{}" }
    guard fields.count <= 4 else { return nil }
    var parts: [(key: String, text: String)] = []
    var left = room - 4
    for (key, value) in fields {
      guard let part = short(value, of: key, inner(shape, key), room: left, depth: depth + 1) else { return nil }
      parts.append((key, part))
      left -= key.utf8.count + part.utf8.count + 5
      if left < 0 { return nil }
    }
    return SourceText.record(parts)
  }

  /// A field's value on the rest of a line.
  func short(_ value: Value, of key: String, _ shape: Shape?, room: Int, depth: Int) -> String? {
    if key == "image", let text = value.string, let name = names.images[text] { return name }
    guard !names.texts.isEmpty, !isPlain, Lift.plainFields.contains(key) else {
      return short(value, shape, room: room, depth: depth)
    }
    var plain = self
    plain.isPlain = true
    return plain.short(value, shape, room: room, depth: depth)
  }

  /// Writes what has no names for its texts, where a field is such.
  mutating func plainly<Result>(_ key: String, _ body: (inout SourceWriter) -> Result) -> Result {
    let outer = isPlain
    isPlain = outer || Lift.plainFields.contains(key)
    defer { isPlain = outer }
    return body(&self)
  }

  private func scalar(_ value: Value, _ shape: Shape?) -> String {
    switch value {
    case .null: "null"
    case .bool(let truth): truth ? "true" : "false"
    case .int(let number): SourceText.integer(number)
    case .number(let number): SourceText.number(number)
    case .string(let text):
      name(of: text)
        ?? (shape == .quantity ? SourceText.quantity(text) ?? SourceText.quoted(text) : SourceText.quoted(text))
    case .array, .object: ""
    }
  }
}

extension Value {
  fileprivate var isScalar: Bool { if case .array = self { false } else if case .object = self { false } else { true } }
}
