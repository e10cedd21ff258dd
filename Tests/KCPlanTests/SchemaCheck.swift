import KCData

/// Checks values against the part of JSON Schema that the published schema uses.
struct SchemaCheck {
  private let root: Value
  private(set) var problems: [String] = []
  /// The properties that values had, as `step.action`.
  private(set) var seen: Set<String> = []

  init(_ root: Value) { self.root = root }

  mutating func check(_ value: Value) { check(value, root, "$", "plan") }

  private mutating func check(_ value: Value, _ schema: Value, _ path: String, _ definition: String) {
    if let reference = schema["$ref"]?.string {
      let name = String(reference.split(separator: "/").last ?? "")
      guard let target = root.at("$defs", name) else { return problems.append("\(path): no definition \(name)") }
      return check(value, target, path, name)
    }
    if let const = schema["const"], const != value { problems.append("\(path) is not \(const)") }
    if let options = schema["enum"]?.array, !options.contains(value) { problems.append("\(path): \(value)") }
    switch schema["type"]?.string {
    case "object": object(value, schema, path, definition)
    case "array":
      guard let elements = value.array else { return problems.append("\(path) is no array") }
      for (index, element) in elements.enumerated() {
        check(element, schema["items"] ?? [:], "\(path)[\(index)]", definition)
      }
    case "string": if value.string == nil { problems.append("\(path) is no string") }
    case "integer": if value.int == nil { problems.append("\(path) is no integer") }
    case "boolean": if value.bool == nil { problems.append("\(path) is no boolean") }
    default: break
    }
  }

  private mutating func object(_ value: Value, _ schema: Value, _ path: String, _ definition: String) {
    guard let fields = value.object else { return problems.append("\(path) is no object") }
    for name in schema["required"]?.array?.compactMap(\.string) ?? [] where fields[name] == nil {
      problems.append("\(path).\(name) is missing")
    }
    for (key, below) in fields {
      if let known = schema.at("properties", key) {
        seen.insert("\(definition).\(key)")
        check(below, known, "\(path).\(key)", definition)
      } else if let other = schema["additionalProperties"], other != false {
        check(below, other, "\(path).\(key)", definition)
      } else {
        problems.append("\(path).\(key) is not in the schema")
      }
    }
  }

  /// The properties of the schema's definitions, as `step.action`; those of objects without a name of their own left out.
  var declared: Set<String> {
    var out: Set<String> = []
    for (name, definition) in root["$defs"]?.object ?? [:] {
      for (key, _) in definition["properties"]?.object ?? [:] { out.insert("\(name).\(key)") }
    }
    return out
  }
}
