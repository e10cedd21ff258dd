internal import KCData

/// The schema of a custom resource: it must be structural, that is, say of each field what it holds.
enum DefinitionSchemaRules {
  static func root(_ schema: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let type = schema.text("type")
    if type.isEmpty {
      report.required(path["type"], "must not be empty at the root")
    } else if type != "object" {
      report.invalid(path["type"], "must be object at the root", value: .string(type))
    }
    if schema.flag("nullable") { report.forbidden(path["nullable"], "must not be true at the root") }
    metadata(schema, path, &report)
    check(schema, path, isRoot: true, depth: 0, &report)
  }

  /// Deeper schemas are refused.
  static let depthLimit = 64

  private static let types = ["array", "boolean", "integer", "number", "object", "string"]

  /// Of `metadata` a schema may only restrict the name.
  private static func metadata(_ schema: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    guard let metadata = schema["properties"]?.set("metadata") else { return }
    var rest = metadata.without("type")
    if let properties = rest.set("properties") {
      let others = properties.object?.filter { key, _ in key != "name" && key != "generateName" }
      if others?.isEmpty ?? true { rest["properties"] = nil }
    }
    if rest != [:] {
      report.forbidden(
        path["properties"].key("metadata"), "must not specify anything other than name and generateName")
    }
  }

  private static func check(
    _ schema: Value, _ path: FieldPath, isRoot: Bool, depth: Int, _ report: inout ValidationReport
  ) {
    guard depth < depthLimit else { return report.forbidden(path, "is nested too deeply") }
    let type = schema.text("type")
    let isOpen = schema.flag("x-kubernetes-preserve-unknown-fields")
    let isEither = schema.flag("x-kubernetes-int-or-string")
    if !isRoot {
      if type.isEmpty, !isEither, !isOpen, schema.text("$ref").isEmpty {
        report.required(path["type"], "must not be empty for specified object fields")
      }
      if !type.isEmpty { report.oneOf(type, types, path["type"]) }
    }
    forbidden(schema, path, &report)
    extensions(schema, type, path, &report)
    if let text = schema.set("pattern")?.string, !PatternSyntax.isValid(text) {
      report.invalid(path["pattern"], "not a regular expression", value: .string(text))
    }
    if let value = schema.set("default") { self.defaulted(value, schema, path["default"], &report) }
    rules(schema, path, &report)
    for (name, inner) in schema.map("properties") where !(isRoot && name == "metadata") {
      check(inner, path["properties"].key(name), isRoot: false, depth: depth + 1, &report)
    }
    if let items = schema.set("items"), items.object != nil {
      check(items, path["items"], isRoot: false, depth: depth + 1, &report)
    } else if type == "array" {
      report.required(path["items"], "must be specified")
    }
    if let inner = schema.set("additionalProperties"), inner.object != nil {
      check(inner, path["additionalProperties"], isRoot: false, depth: depth + 1, &report)
    }
  }

  private static func forbidden(_ schema: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    if !schema.text("$ref").isEmpty { report.forbidden(path["$ref"], "$ref is not supported") }
    for field in ["definitions", "dependencies", "patternProperties", "additionalItems", "id", "$schema"]
    where !Defaulting.isZero(schema[field]) {
      report.forbidden(path[field], "\(field) is not supported")
    }
    if schema.flag("uniqueItems") {
      report.forbidden(path["uniqueItems"], "cannot be true, as it takes too long to check")
    }
    if let extra = schema.set("additionalProperties") {
      if extra == false {
        report.forbidden(path["additionalProperties"], "cannot be false")
      } else if !schema.map("properties").isEmpty {
        report.forbidden(path["additionalProperties"], "additionalProperties and properties exclude each other")
      }
    }
    let isEither = schema.flag("x-kubernetes-int-or-string")
    for field in ["allOf", "anyOf", "oneOf"] {
      let parts = schema.list(field)
      if isEither, field == "anyOf", parts == either { continue }
      for (index, part) in parts.enumerated() {
        if isEither, field == "allOf", index == 0, part.list("anyOf") == either { continue }
        junction(part, path[field][index], &report)
      }
    }
    if let part = schema.set("not") { junction(part, path["not"], &report) }
  }

  /// How an integer or a string is said in plain JSON schema.
  private static let either: [Value] = [["type": "integer"], ["type": "string"]]

  /// Schemas in `allOf` and its like may only restrict values, not say what they are.
  private static func junction(_ schema: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    for field in ["description", "type", "default", "additionalProperties", "nullable", "title"]
    where schema.has(field) {
      report.forbidden(path[field], "must be empty to be structural")
    }
  }

  private static func extensions(
    _ schema: Value, _ type: String, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    if schema["x-kubernetes-preserve-unknown-fields"] == false {
      report.invalid(path["x-kubernetes-preserve-unknown-fields"], "must be true or undefined", value: false)
    }
    if schema.flag("x-kubernetes-embedded-resource") {
      if type != "object" {
        report.invalid(path["type"], "must be object with x-kubernetes-embedded-resource", value: .string(type))
      }
      if schema.map("properties").isEmpty, !schema.flag("x-kubernetes-preserve-unknown-fields") {
        report.required(path["properties"], "must not be empty for an embedded resource")
      }
    }
    if let kind = schema.set("x-kubernetes-map-type")?.string {
      if type != "object" { report.invalid(path["type"], "must be object with x-kubernetes-map-type") }
      report.oneOf(kind, ["granular", "atomic"], path["x-kubernetes-map-type"])
    }
    lists(schema, type, path, &report)
  }

  private static func lists(
    _ schema: Value, _ type: String, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    let keys = schema.texts("x-kubernetes-list-map-keys")
    guard let kind = schema.set("x-kubernetes-list-type")?.string else {
      if !keys.isEmpty {
        report.required(path["x-kubernetes-list-type"], "must be map with x-kubernetes-list-map-keys")
      }
      return
    }
    if type != "array" {
      report.invalid(path["type"], "must be array with x-kubernetes-list-type", value: .string(type))
    }
    report.oneOf(kind, ["atomic", "set", "map"], path["x-kubernetes-list-type"])
    let items = schema["items"] ?? [:]
    if kind == "map" {
      if keys.isEmpty { report.required(path["x-kubernetes-list-map-keys"], "must not be empty for a map") }
      if items.text("type") != "object" { report.invalid(path["items"]["type"], "must be object for a map") }
      for key in keys {
        guard let field = items["properties"]?.set(key) else {
          report.invalid(
            path["x-kubernetes-list-map-keys"], "must name a field of the elements", value: .string(key))
          continue
        }
        if !items.texts("required").contains(key), !field.has("default") {
          report.required(
            path["items"]["properties"].key(key)["default"], "a key must have a default or be required")
        }
      }
    } else if !keys.isEmpty {
      report.forbidden(path["x-kubernetes-list-map-keys"], "is only for lists of type map")
    }
    if kind == "set" {
      if items.text("type") == "object", items["x-kubernetes-map-type"] != "atomic" {
        report.invalid(path["items"]["x-kubernetes-map-type"], "must be atomic in a set", value: .null)
      }
      if items.text("type") == "array", items.text("x-kubernetes-list-type") != "atomic",
        items.has("x-kubernetes-list-type")
      {
        report.invalid(path["items"]["x-kubernetes-list-type"], "must be atomic in a set")
      }
    }
  }

  /// A default must be of its field's type and among its values.
  private static func defaulted(
    _ value: Value, _ schema: Value, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    let type = schema.text("type")
    let isRight =
      switch (type, value) {
      case ("string", .string), ("boolean", .bool), ("integer", .int), ("number", .int), ("number", .number),
        ("array", .array), ("object", .object), ("", _):
        true
      case (_, .null): schema.flag("nullable")
      default: false
      }
    if !isRight {
      return report.add("FieldValueTypeInvalid", path, "Invalid value: must be of type \(type)")
    }
    let allowed = schema.list("enum")
    if !allowed.isEmpty, !allowed.contains(value) {
      report.unsupported(
        path, value.string ?? CanonicalJSON.text(value), allowed: allowed.map { CanonicalJSON.text($0) })
    }
    limits(value, schema, path, &report)
    for (name, inner) in value.object ?? [:] {
      if let part = schema.at("properties", name) { defaulted(inner, part, path[name], &report) }
    }
  }

  private static func limits(
    _ value: Value, _ schema: Value, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    if let number = value.double {
      if let least = schema["minimum"]?.double, number < least {
        report.invalid(path, "must be at least \(least)", value: value)
      }
      if let most = schema["maximum"]?.double, number > most {
        report.invalid(path, "must be at most \(most)", value: value)
      }
    }
    if let text = value.string {
      if let least = schema["minLength"]?.int, text.unicodeScalars.count < least {
        report.invalid(path, "is too short", value: value)
      }
      if let most = schema["maxLength"]?.int, text.unicodeScalars.count > most {
        report.add("FieldValueTooLong", path, "Too long: may not be more than \(most) characters")
      }
    }
  }

  /// Rules in CEL, as far as they can be checked without evaluating them.
  private static func rules(_ schema: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    for (index, rule) in schema.list("x-kubernetes-validations").enumerated() {
      let here = path["x-kubernetes-validations"][index]
      let text = rule.text("rule")
      if let message = rule.set("message")?.string, !message.isEmpty {
        if message.allSatisfy(\.isWhitespace) || message.contains(where: \.isNewline) {
          report.invalid(here["message"], "must not be blank or have line breaks", value: .string(message))
        }
      }
      if text.allSatisfy(\.isWhitespace) {
        report.required(here["rule"])
        continue
      }
      switch CELSyntax.read(text) {
      case .failure: report.invalid(here["rule"], "is not an expression that compiles", value: .string(text))
      case .success(let read):
        if read.kind != .bool, read.kind != .any {
          report.invalid(here["rule"], "must evaluate to a bool", value: .string(text))
        } else if !read.roots.isSubset(of: ["self", "oldSelf"]) || read.chains.contains(where: { !isKnown($0, schema) })
        {
          report.invalid(here["rule"], "names a field that is not in the schema", value: .string(text))
        } else if cost(read, schema) > ruleBudget {
          report.forbidden(here["rule"], "takes too long; bound the lists and maps it goes through")
          if cost(read, schema) > ruleBudget * 10 {
            report.forbidden(path.root, "its rules take too long together")
          }
        }
      }
    }
  }

  /// A rule may take this many steps, and all rules of a schema together ten times as many.
  private static let ruleBudget = 1e7

  /// Roughly how many steps a rule takes at most: what lists and maps without an upper bound can hold in one request,
  /// as often as they are gone through within one another.
  private static func cost(_ reading: CELSyntax.Reading, _ schema: Value) -> Double {
    var steps = [Int: Double]()
    for loop in reading.loops where loop.chain.first == "self" {
      var current: Value? = schema
      for name in loop.chain.dropFirst() { current = current?.at("properties", name) }
      let bound = current?["maxItems"]?.double ?? current?["maxProperties"]?.double ?? 1_000_000
      steps[loop.depth] = max(steps[loop.depth] ?? 0, bound)
    }
    return steps.values.reduce(1, *)
  }

  /// Whether a chain of fields from `self` exists in a schema.
  private static func isKnown(_ chain: [String], _ schema: Value) -> Bool {
    guard chain.first == "self" || chain.first == "oldSelf" else { return true }
    var current = schema
    for name in chain.dropFirst() {
      let properties = current.map("properties")
      if current.text("type") != "object" || properties.isEmpty {
        return !["string", "integer", "number", "boolean"].contains(current.text("type"))
      }
      guard let next = properties[name] ?? properties[name.replacing("__dash__", with: "-")] else {
        return name.hasPrefix("__") || name == "metadata" || name == "kind" || name == "apiVersion"
      }
      current = next
    }
    return true
  }
}

extension FieldPath {
  /// Up to the schema itself.
  fileprivate var root: FieldPath {
    let end = elements.firstIndex(of: .field("openAPIV3Schema")).map { $0 + 1 } ?? elements.count
    return FieldPath(Array(elements[..<end]))
  }
}

/// Regular expressions, roughly: whether brackets and repetitions are well formed.
enum PatternSyntax {
  static func isValid(_ text: String) -> Bool {
    var open = 0
    var inClass = false
    var canRepeat = false
    let bytes = Array(text.utf8)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\\") {
        guard index + 1 < bytes.count else { return false }
        index += 1
        canRepeat = true
      } else if inClass {
        if byte == UInt8(ascii: "]") {
          inClass = false
          canRepeat = true
        }
      } else {
        switch byte {
        case UInt8(ascii: "["):
          inClass = true
          if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "^") { index += 1 }
          if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "]") { index += 1 }
        case UInt8(ascii: "("):
          open += 1
          canRepeat = false
          if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "?") { index += 1 }
        case UInt8(ascii: ")"):
          open -= 1
          if open < 0 { return false }
          canRepeat = true
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"):
          if !canRepeat { return false }
          if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "?") { index += 1 }
          canRepeat = false
        case UInt8(ascii: "|"): canRepeat = false
        default: canRepeat = true
        }
      }
      index += 1
    }
    return open == 0 && !inClass
  }
}
