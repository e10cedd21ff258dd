internal import KCData
internal import KCKube

/// Checks custom resources against the schema of their definition (OpenAPI v3, in the structural form that
/// definitions must have). Patterns and rules in CEL are not evaluated; whoever makes a definition with them is warned.
struct CustomValidation {
  private(set) var causes: [APIStatus.Cause] = []
  /// Fields that the schema does not have, as `unknown field "spec.x"`.
  private(set) var unknown: [String] = []

  /// What is nested deeper is not looked at.
  private static let depthLimit = 64

  init(_ object: Value, schema: Value) {
    check(object, schema, "", depth: 0)
  }

  private mutating func add(_ reason: String, _ path: String, _ message: String) {
    causes.append(.init(reason: reason, message: message, field: path))
  }

  private mutating func invalid(_ path: String, _ shown: String, _ why: String) {
    add("FieldValueInvalid", path, "Invalid value: \(shown): \(path) in body \(why)")
  }

  private mutating func check(_ value: Value, _ schema: Value, _ path: String, depth: Int) {
    guard depth < Self.depthLimit, value != .null else { return }
    if schema["x-kubernetes-int-or-string"]?.bool == true {
      if value.int == nil, value.string == nil { mismatch(value, "integer,string", path) }
      return
    }
    guard fits(value, schema["type"]?.string ?? "", path) else { return }
    if let allowed = schema["enum"]?.array, !allowed.contains(value) {
      let list = allowed.map { Self.shown($0) }.joined(separator: ", ")
      add("FieldValueNotSupported", path, "Unsupported value: \(Self.shown(value)): supported values: \(list)")
    }
    switch value {
    case .object(let fields): check(fields, schema, path, depth)
    case .array(let elements): check(elements, schema, path, depth)
    case .string(let text): check(text, schema, path)
    default: checkNumber(value, schema, path)
    }
  }

  private static func shown(_ value: Value) -> String {
    switch value {
    case .string(let text): "\"\(text)\""
    case .int(let number): String(number)
    case .number(let number): String(number)
    case .bool(let truth): String(truth)
    default: "…"
    }
  }

  private static func kind(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .bool: "boolean"
    case .int: "integer"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }

  private mutating func mismatch(_ value: Value, _ wanted: String, _ path: String) {
    let given = Self.kind(value)
    add(
      "FieldValueTypeInvalid", path,
      "Invalid value: \"\(given)\": \(path) in body must be of type \(wanted): \"\(given)\"")
  }

  private mutating func fits(_ value: Value, _ type: String, _ path: String) -> Bool {
    let given = Self.kind(value)
    if type.isEmpty || type == given || (type == "number" && given == "integer") { return true }
    if type == "integer", value.int != nil { return true }
    mismatch(value, type, path)
    return false
  }

  private mutating func check(_ fields: Fields, _ schema: Value, _ path: String, _ depth: Int) {
    let properties = schema["properties"]?.object ?? [:]
    let isOpen = schema["x-kubernetes-preserve-unknown-fields"]?.bool == true || properties.isEmpty
    for name in (schema["required"]?.array ?? []).compactMap(\.string) where fields[name] ?? .null == .null {
      add("FieldValueRequired", join(path, name), "Required value")
    }
    for (key, child) in fields {
      if depth == 0, ["apiVersion", "kind", "metadata"].contains(key) { continue }
      if let property = properties[key] {
        check(child, property, join(path, key), depth: depth + 1)
      } else if let every = schema["additionalProperties"] {
        if every.object != nil { check(child, every, join(path, key), depth: depth + 1) }
      } else if !isOpen {
        unknown.append("unknown field \"\(join(path, key))\"")
      }
    }
    limit(fields.count, schema, path, least: "minProperties", most: "maxProperties", "properties")
  }

  private func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  private mutating func check(_ elements: [Value], _ schema: Value, _ path: String, _ depth: Int) {
    if let items = schema["items"] {
      for (index, element) in elements.enumerated() { check(element, items, "\(path)[\(index)]", depth: depth + 1) }
    }
    limit(elements.count, schema, path, least: "minItems", most: "maxItems", "items")
    guard schema["x-kubernetes-list-type"] == "set" || schema["uniqueItems"]?.bool == true else { return }
    var seen: Set<Value> = []
    for (index, element) in elements.enumerated() where !seen.insert(element).inserted {
      add("FieldValueDuplicate", "\(path)[\(index)]", "Duplicate value: \(Self.shown(element))")
    }
  }

  private mutating func limit(
    _ count: Int, _ schema: Value, _ path: String, least: String, most: String, _ what: String
  ) {
    if let limit = schema[most]?.int, count > limit {
      add("FieldValueTooMany", path, "Too many: \(count): must have at most \(limit) \(what)")
    }
    if let limit = schema[least]?.int, count < limit {
      invalid(path, String(count), "should have at least \(limit) \(what)")
    }
  }

  private mutating func check(_ text: String, _ schema: Value, _ path: String) {
    let length = text.unicodeScalars.count
    if let limit = schema["maxLength"]?.int, length > limit {
      add("FieldValueTooLong", path, "Too long: may not be more than \(limit) bytes")
    }
    if let limit = schema["minLength"]?.int, length < limit {
      invalid(path, "\"\(text)\"", "should be at least \(limit) chars long")
    }
    if schema["format"] == "date-time", Timestamp(text) == nil {
      add(
        "FieldValueTypeInvalid", path,
        "Invalid value: \"\(text)\": \(path) in body must be of type date-time: \"\(text)\"")
    }
  }

  private mutating func checkNumber(_ value: Value, _ schema: Value, _ path: String) {
    guard let number = value.double else { return }
    if let least = schema["minimum"]?.double {
      let isStrict = schema["exclusiveMinimum"]?.bool == true
      if number < least || (isStrict && number == least) {
        let relation = isStrict ? "greater than" : "greater than or equal to"
        invalid(path, Self.shown(value), "should be \(relation) \(Self.shown(schema["minimum"] ?? .null))")
      }
    }
    if let most = schema["maximum"]?.double {
      let isStrict = schema["exclusiveMaximum"]?.bool == true
      if number > most || (isStrict && number == most) {
        let relation = isStrict ? "less than" : "less than or equal to"
        invalid(path, Self.shown(value), "should be \(relation) \(Self.shown(schema["maximum"] ?? .null))")
      }
    }
  }
}
