internal import KCData

/// Compares a value with the shape it should have.
struct StructureWalk {
  let schema: KubeSchema
  var mismatches = ValidationReport()
  var unknown = ValidationReport()

  /// Deeper values are refused.
  private static let depthLimit = 128

  mutating func check(_ value: Value, _ shape: KubeSchema.Shape, _ path: FieldPath, depth: Int) {
    if value == .null { return }
    guard depth < Self.depthLimit else {
      mismatches.add("FieldValueTypeInvalid", path, "is nested too deeply")
      return
    }
    switch (shape, value) {
    case (.type(let index), .object(let fields)):
      let type = schema.types[index]
      let isJSONSchema = type.isJSONSchema
      for (key, child) in fields {
        if isJSONSchema, loose(key, child, index, path.field(key), depth: depth + 1) { continue }
        field(key, child, type, path, depth: depth)
      }
    case (.list(let inner), .array(let elements)):
      for (index, element) in elements.enumerated() { check(element, inner, path.index(index), depth: depth + 1) }
    case (.map(let inner), .object(let fields)):
      for (key, child) in fields { check(child, inner, path.key(key), depth: depth + 1) }
    default: scalar(value, shape, path)
    }
  }

  private mutating func field(
    _ key: String, _ child: Value, _ type: KubeSchema.TypeSchema, _ path: FieldPath, depth: Int
  ) {
    if let place = type.place(of: key) {
      check(child, type.fields[place].shape, path.field(key), depth: depth + 1)
    } else if let shape = type.undeclared {
      check(child, shape, path.field(key), depth: depth + 1)
    } else if !type.isCustom {
      let here = path.field(key)
      unknown.add("FieldValueInvalid", here, "unknown field \"\(here)\"")
    }
  }

  /// Fields of a JSON schema that may hold one thing or another; false for all others. What the server reads there it
  /// reads leniently, so that unknown fields pass.
  ///
  /// - Parameter own: the type of JSON schemas.
  private mutating func loose(_ key: String, _ child: Value, _ own: Int, _ path: FieldPath, depth: Int) -> Bool {
    let known = unknown
    defer { unknown = known }
    switch (key, child) {
    case ("items", .object), ("additionalProperties", .object), ("additionalItems", .object):
      check(child, .type(own), path, depth: depth)
    case ("items", .array(let elements)):
      for (index, element) in elements.enumerated() { check(element, .type(own), path.index(index), depth: depth) }
    case ("items", _), ("additionalProperties", .bool), ("additionalItems", .bool): break
    case ("additionalProperties", _), ("additionalItems", _):
      if child != .null { mismatch("a truth value or a schema", child, path) }
    case ("dependencies", .object(let fields)):
      for (name, part) in fields {
        switch part {
        case .object: check(part, .type(own), path.key(name), depth: depth)
        case .array: check(part, .list(.string), path.key(name), depth: depth)
        default: break
        }
      }
    default: return false
    }
    return true
  }

  private mutating func scalar(_ value: Value, _ shape: KubeSchema.Shape, _ path: FieldPath) {
    switch (shape, value) {
    case (.any, _), (.string, .string), (.bool, .bool), (.long, .int), (.number, .int), (.number, .number),
      (.intOrString, .string), (.quantity, .int), (.quantity, .number):
      break
    case (.integer, .int(let number)), (.intOrString, .int(let number)):
      if Int32(exactly: number) == nil { mismatch("a 32-bit integer", value, path) }
    case (.bytes, .string(let text)):
      if Base64.decode(text) == nil { mismatch("base64 text", value, path) }
    case (.quantity, .string(let text)):
      if Quantity(text.trimmed) == nil, text != "-", text != "+" {
        mismatch("a quantity, such as 500m or 1Gi", value, path)
      }
    case (.time, .string(let text)):
      if !Self.isTime(text) { mismatch("a time (RFC 3339)", value, path) }
    case (.microTime, .string(let text)):
      if !Self.isTime(text) || !Self.hasMicroseconds(text) {
        mismatch("a time with microseconds (RFC 3339)", value, path)
      }
    default: mismatch(Self.name(shape), value, path)
    }
  }

  private static func isTime(_ text: String) -> Bool {
    guard Timestamp(text) != nil else { return false }
    let bytes = Array(text.utf8)
    return bytes[10] == UInt8(ascii: "T") && !text.hasSuffix("z")
  }

  private static func hasMicroseconds(_ text: String) -> Bool {
    guard let point = text.firstIndex(of: ".") else { return false }
    return text[text.index(after: point)...].prefix { $0.isASCII && $0.isNumber }.count == 6
  }

  private mutating func mismatch(_ wanted: String, _ value: Value, _ path: FieldPath) {
    mismatches.add("FieldValueTypeInvalid", path, "cannot read \(CanonicalJSON.text(value)) as \(wanted)")
  }

  private static func name(_ shape: KubeSchema.Shape) -> String {
    switch shape {
    case .string, .bytes, .time, .microTime: "a string"
    case .integer, .long: "an integer"
    case .number: "a number"
    case .bool: "a truth value"
    case .quantity: "a quantity"
    case .intOrString: "an integer or a string"
    case .type, .map: "an object"
    case .list: "a list"
    case .any: "a value"
    }
  }
}

extension String {
  /// Without white space at either end.
  fileprivate var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace ?? false { text.removeFirst() }
    while text.last?.isWhitespace ?? false { text.removeLast() }
    return String(text)
  }
}

extension KubeSchema.TypeSchema {
  /// Whether it is the JSON schema of a custom resource.
  fileprivate var isJSONSchema: Bool { name.hasSuffix("JSONSchemaProps") }
}
