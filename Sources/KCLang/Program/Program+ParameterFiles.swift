internal import KCData
internal import KCSyntax

/// A parameter's value in a file.
struct GivenParameter: Sendable {
  var value: Value
  /// Where it stands.
  var span: Span
}

/// `--params FILE`.
extension Program {
  /// Reads the files' values, the last file's first; reports what is no parameter.
  mutating func readParameterFiles() {
    for file in options.parameterFiles {
      let source = SourceFile(id: files.count, path: file.path, bytes: file.bytes)
      files.append(source)
      trees.append(Parser.parse(SourceFile(id: source.id, path: source.path, bytes: [])))
      switch file.content {
      case .problem(let message, let place):
        report("KC0321", "`\(file.path)` cannot be read: \(message)", at: self.place(of: place, in: source))
      case .values(let value, let places): read(value, places, in: source)
      }
    }
  }

  private mutating func read(_ value: Value, _ places: [FieldPath: ParameterFile.Place], in source: SourceFile) {
    if case .null = value { return }
    guard let fields = value.object else {
      return report(
        "KC0321", "`\(source.path)` is no map from parameters to values", at: Span(file: source.id, range: 0..<0),
        help: "write `NAME: VALUE` lines")
    }
    let known = parameters()
    for (name, given) in fields {
      let place = keySpan(name, places[FieldPath().field(name)], source)
      guard known.contains(name) else {
        reportUnknown(
          "KC0320", "the program has no parameter `\(name)`", name, among: known, at: place,
          notes: known.isEmpty ? ["it declares none"] : ["it declares \(Self.enumerate(known))"])
        continue
      }
      parameterValues[key(name)] = GivenParameter(value: given, span: valueSpan(place, in: source))
    }
  }

  /// Where a key stands, by its place.
  private func keySpan(_ name: String, _ place: ParameterFile.Place?, _ source: SourceFile) -> Span {
    guard let place else { return Span(file: source.id, range: 0..<0) }
    let start = offset(place, in: source)
    let isQuoted = start < source.bytes.count && [UInt8(ascii: "\""), UInt8(ascii: "'")].contains(source.bytes[start])
    let end = min(start + name.utf8.count + (isQuoted ? 2 : 0), source.bytes.count)
    return Span(file: source.id, range: start..<end)
  }

  /// What follows a key on its line, without a comment; the key itself where the value stands in lines below.
  private func valueSpan(_ key: Span, in source: SourceFile) -> Span {
    let bytes = source.bytes
    var start = key.end
    while start < bytes.count, [UInt8(ascii: " "), UInt8(ascii: ":")].contains(bytes[start]) { start += 1 }
    var end = start
    let isPlain = start < bytes.count && ![UInt8(ascii: "["), UInt8(ascii: "{")].contains(bytes[start])
    let stops: [UInt8] =
      isPlain ? [10, UInt8(ascii: "#"), UInt8(ascii: ","), UInt8(ascii: "}")] : [10, UInt8(ascii: "#")]
    while end < bytes.count, !stops.contains(bytes[end]) { end += 1 }
    while end > start, [UInt8(ascii: " "), 13].contains(bytes[end - 1]) { end -= 1 }
    return end > start ? Span(file: source.id, range: start..<end) : key
  }

  private func place(of place: ParameterFile.Place, in source: SourceFile) -> Span {
    let start = offset(place, in: source)
    return Span(file: source.id, range: start..<min(start + 1, source.bytes.count))
  }

  private func offset(_ place: ParameterFile.Place, in source: SourceFile) -> Int {
    let bytes = source.bytes
    var start = 0
    var line = 1
    while line < place.line, start < bytes.count {
      if bytes[start] == 10 { line += 1 }
      start += 1
    }
    return min(start + max(place.column - 1, 0), bytes.count)
  }

  /// An op for a parameter's value from a file, read as the type wants it.
  mutating func given(_ parameter: GivenParameter, _ type: TypeID) -> Int32 {
    let site = code.site(parameter.span)
    if holdsSecret(type) { hide(parameter.span) }
    let value = treeValue(parameter.value, type)
    return code.constant(value, at: site)
  }

  private mutating func treeValue(_ value: Value, _ type: TypeID) -> TreeValue {
    switch value {
    case .null: return .none
    case .bool(let truth): return .bool(truth)
    case .int(let number): return tree.int(number)
    case .number(let number): return tree.float(number)
    // YAML has no units: `100m` and `30s` are text in it.
    case .string(let text): return literal(text, type)
    case .array(let elements):
      var element = TypeTable.any
      if case .list(let inner) = types[types.required(type)] { element = inner }
      return tree.list(elements.map { treeValue($0, element) })
    case .object(let fields):
      let made = fields.map { name, value in
        TreeField(key: UInt32(key(name)), origin: 0, value: treeValue(value, fieldType(name, type)))
      }
      return tree.record(made)
    }
  }

  private mutating func fieldType(_ name: String, _ type: TypeID) -> TypeID {
    switch types[types.required(type)] {
    case .map(let element): return element
    case .schema(let schema):
      ensureSchema(schema.index)
      guard let slot = schemas[Int(schema.index)].slotOf[key(name)] else { return TypeTable.any }
      return schemas[Int(schema.index)].slots[Int(slot)].type
    default: return TypeTable.any
    }
  }
}
