internal import KCData
internal import KCSyntax

/// Cases with values, as they are given from outside: a record under the case's name, as kc itself writes them.
extension Program {
  /// The schemas of an enum's cases that hold values, in the order of their names.
  func casesWithValues(of type: TypeID) -> [Int32] {
    let found = (enums[types.required(type)] ?? [:]).values.compactMap { member -> Int32? in
      guard case .schema(let schema) = types[member] else { return nil }
      return schema.index
    }
    return found.sorted()
  }

  /// What a record with one field holds where that is the name of a case, in a value from outside.
  mutating func caseRecord(_ record: TreeValue, _ type: TypeID, at site: Int32) -> (schema: Int32, value: TreeValue)? {
    guard record.tag == .record, isFromOutside(site), case let fields = tree.fields(of: record), fields.count == 1,
      let field = fields.first, let schema = caseSchema(Int32(field.key), of: type)
    else { return nil }
    return (schema, field.value.isNone ? tree.record([]) : field.value)
  }

  /// What was meant by a text from outside where a truth value or a number is expected; nil for others.
  func outsideHint(_ value: TreeValue, _ shape: TypeShape, at site: Int32) -> String? {
    guard value.tag == .string, isFromOutside(site), let text = tree.text(of: value) else { return nil }
    if text.isEmpty, shape != .string { return "give it a value: there is none behind the name" }
    guard shape == .bool else { return nil }
    switch text.lowercased() {
    case "true", "yes", "y", "on", "1": return "write `true`"
    case "false", "no", "n", "off", "0": return "write `false`"
    default: return "it is `true` or `false`"
    }
  }

  /// Reports a record from outside that is none of an enum's cases.
  mutating func reportNoCase(_ record: TreeValue, _ type: TypeID, at site: Int32) -> Bool {
    let cases = casesWithValues(of: type)
    guard hidden == 0, isFromOutside(site), let first = cases.first else { return false }
    let known = cases.map { schemas[Int($0)].name }
    let name = tree.fields(of: record).first.map { text(Int32($0.key)) } ?? ""
    let guess = Self.nearest(to: name, among: known)
    let field = schemas[Int(first)].slots.first.map { text($0.key) } ?? "NAME"
    report(
      "KC0110", "\(Self.article(describe(type))) is expected here, and this record is none of its cases", at: site,
      notes: ["a case is a record under its name: `\(known[0]): { \(field): … }`"],
      help: guess.map { "did you mean `\($0)`?" })
    return true
  }

  /// Reports the name of a case that holds values, without them.
  mutating func reportBareCase(_ schema: Int32, at site: Int32) -> TreeValue {
    let found = schemas[Int(schema)]
    let fields = found.slots.filter { $0.fallback < 0 && !types.isOptional($0.type) }.map { text($0.key) }
    let written = "\(found.name)(\(fields.map { "\($0): …" }.joined(separator: ", ")))"
    let record = "{ \(fields.map { "\($0): …" }.joined(separator: ", ")) }"
    let isInFile = options.parameterFiles.contains { $0.path == files[span(site).file].path }
    report(
      "KC0110", "the case `\(found.name)` holds values, and this is its name alone", at: site,
      help: isInFile ? "write `\(found.name): \(record)` in its place" : "write `\(written)`")
    return .poison
  }
}
