internal import KCCodec
internal import KCData

/// What the API server checks of a value: what a type of kc says of it, and what is left for comments.
enum CRDChecks {
  /// Text that comments keep of what a schema says, in bytes; what is longer is only named.
  private static let lengthLimit = 160

  // MARK: Bounds

  /// The range behind `Int` or `Float`: `(1...10)`; nothing where there are no bounds.
  static func bounds(_ schema: Value) -> String {
    guard let range = range(schema) else { return "" }
    return "(\(range.low ?? "")...\(range.high ?? ""))"
  }

  /// The ends of what kc's type of a number says; nil where it has none, or where nothing lies between them.
  private static func range(_ schema: Value) -> (low: String?, high: String?)? {
    let low = bound(schema, "minimum", "exclusiveMinimum", step: 1, extreme: .min)
    let high = bound(schema, "maximum", "exclusiveMaximum", step: -1, extreme: .max)
    guard low != nil || high != nil else { return nil }
    if let low, let high, let from = Double(low), let to = Double(high), from > to { return nil }
    return (low, high)
  }

  /// - Parameters:
  ///   - step: the way to the next whole number that is within.
  ///   - extreme: the whole number that is no bound: none lies beyond.
  private static func bound(
    _ schema: Value, _ key: String, _ exclusive: String, step: Int64, extreme: Int64
  ) -> String? {
    guard let value = schema[key] else { return nil }
    let isExclusive = schema[exclusive]?.bool == true
    switch schema["type"]?.string {
    case "integer":
      guard let number = value.int, number != extreme else { return nil }
      let (end, isBeyond) = number.addingReportingOverflow(isExclusive ? step : 0)
      return isBeyond ? nil : String(end)
    case "number":
      let text = JSON.text(value)
      return isExclusive || !text.utf8.allSatisfy({ "-.0123456789".utf8.contains($0) }) ? nil : text
    default: return nil
    }
  }

  // MARK: Comments

  /// What the API server checks of a field's value and the field's type does not say.
  ///
  /// - Parameter isRecord: whether the type is a schema that has the rules itself.
  static func comments(_ schema: Value, isRecord: Bool) -> [String] {
    (unsaid(schema) + (isRecord ? [] : rules(schema))).map { comment($0) }
  }

  static func comment(_ check: String) -> String {
    "// The API server checks: \(check.split(whereSeparator: \.isWhitespace).joined(separator: " "))"
  }

  /// What no type says, of a value and of the elements of a list or map.
  private static func unsaid(_ schema: Value, depth: Int = 0) -> [String] {
    guard depth < CRDWriter.depthLimit else { return [] }
    var out: [String] = []
    let isMixed = schema["x-kubernetes-int-or-string"]?.bool == true
    if let values = schema["enum"], isMixed || values.array.flatMap(CRDWriter.union) == nil {
      out.append("enum \(JSON.text(values))")
    }
    let isUnion = !isMixed && schema["enum"]?.array.flatMap(CRDWriter.union) != nil
    if let pattern = schema["pattern"]?.string, !isUnion, isMixed || CRDPattern.literal(pattern) == nil {
      out.append("pattern \(pattern)")
    }
    if !isUnion { out += unsaidBounds(schema, isMixed) }
    for key in ["minProperties", "maxProperties"] { schema[key]?.int.map { out.append("\(key) \($0)") } }
    if schema["uniqueItems"]?.bool == true { out.append("uniqueItems") }
    for key in ["allOf", "anyOf", "oneOf", "not"] {
      guard let inner = schema[key], !(isMixed && isNumberOrText(inner)) else { continue }
      let text = JSON.text(inner)
      let many = inner.array.map { " (\($0.count) schemas)" } ?? ""
      out.append(text.utf8.count > lengthLimit ? key + many : "\(key) \(text)")
    }
    for key in ["items", "additionalProperties"] {
      guard let inner = schema[key] else { continue }
      // What is a record of its own has its rules itself.
      out += (unsaid(inner, depth: depth + 1) + (CRDWriter.isRecord(inner) ? [] : rules(inner))).map { "each: \($0)" }
    }
    return out
  }

  private static func unsaidBounds(_ schema: Value, _ isMixed: Bool) -> [String] {
    var out: [String] = []
    let said = isMixed ? nil : range(schema)
    for (key, exclusive, text, extreme) in [
      ("minimum", "exclusiveMinimum", said?.low, Int64.min), ("maximum", "exclusiveMaximum", said?.high, Int64.max),
    ] {
      guard let value = schema[key], text == nil, value.int != extreme else { continue }
      let isExclusive = schema[exclusive]?.bool == true
      out.append("\(key) \(JSON.text(value))\(isExclusive ? ", \(exclusive)" : "")")
    }
    if let step = schema["multipleOf"] { out.append("multipleOf \(JSON.text(step))") }
    return out
  }

  /// Whether alternatives are the ones that all definitions have for what is a number or a text.
  private static func isNumberOrText(_ value: Value) -> Bool {
    value == [["type": "integer"], ["type": "string"]]
  }

  /// The rules of a value, and those of the fields within it, which have no place of their own.
  private static func rules(_ schema: Value, path: String = "", depth: Int = 0) -> [String] {
    guard depth < CRDWriter.depthLimit else { return [] }
    let own = (schema["x-kubernetes-validations"]?.array ?? []).compactMap { $0["rule"]?.string }
    var out = path.isEmpty ? own : own.map { "`\(path)`: \($0)" }
    for (name, inner) in schema["properties"]?.object ?? [:] {
      out += rules(inner, path: path.isEmpty ? name : "\(path).\(name)", depth: depth + 1)
    }
    guard !path.isEmpty, let items = schema["items"] else { return out }
    return out + rules(items, path: "\(path)[]", depth: depth + 1)
  }
}
