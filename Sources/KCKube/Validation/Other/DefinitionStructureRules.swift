internal import KCData

/// Whether the schema of a custom resource is structural, that is, says of each field what it holds.
enum DefinitionStructureRules {
  enum Level { case root, item, field }

  /// Whether it can be read as a structural one at all: what stands in the way is told elsewhere.
  static func isReadable(_ schema: Value, depth: Int = 0) -> Bool {
    guard depth < DefinitionSchemaRules.depthLimit else { return false }
    let odd = ["id", "$schema", "$ref", "patternProperties", "dependencies", "definitions"]
    if odd.contains(where: { !Defaulting.isZero(schema[$0]) }) || schema.has("additionalItems") { return false }
    if schema["x-kubernetes-preserve-unknown-fields"] == false || schema["items"]?.array != nil { return false }
    return DefinitionSchemaRules.children(schema).allSatisfy { isReadable($0, depth: depth + 1) }
  }

  static func check(
    _ schema: Value, _ level: Level, _ path: FieldPath, depth: Int = 0, _ report: inout ValidationReport
  ) {
    guard depth < DefinitionSchemaRules.depthLimit else { return }
    let type = schema.text("type")
    if let items = schema.set("items") {
      check(items, .item, path["items"], depth: depth + 1, &report)
    } else if type == "array" {
      report.required(path["items"], "must be specified")
    }
    for (name, inner) in schema.map("properties") {
      check(inner, .field, path["properties"].key(name), depth: depth + 1, &report)
    }
    let isEmbedded = schema.flag("x-kubernetes-embedded-resource")
    if let extra = schema.set("additionalProperties") {
      let here = path["additionalProperties"]
      if level == .root { report.forbidden(here, "must not be used at the root") }
      if extra.object != nil { check(extra, .field, here, depth: depth + 1, &report) }
      if isEmbedded { report.forbidden(here, "must not be used with x-kubernetes-embedded-resource") }
    }
    if schema.flag("x-kubernetes-int-or-string") {
      for field in ["x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"] where schema.flag(field) {
        report.invalid(path[field], "must be false with x-kubernetes-int-or-string", value: true)
      }
    }
    values(schema, path, depth, &report)
    self.type(type, schema, level, path, &report)
    meta(schema, level, path, &report)
    if isEmbedded, schema.map("properties").isEmpty, !schema.flag("x-kubernetes-preserve-unknown-fields") {
      report.required(path["properties"], "must not be empty for an embedded resource")
    }
    // The server asks this of the root alone.
    if level == .root { complete(schema, schema, path, depth, &report) }
  }

  private static func type(
    _ type: String, _ schema: Value, _ level: Level, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    let isFree =
      schema.flag("x-kubernetes-int-or-string") || schema.flag("x-kubernetes-preserve-unknown-fields")
    if schema.flag("x-kubernetes-embedded-resource"), type != "object" {
      if type.isEmpty {
        report.required(path["type"], "must be object with x-kubernetes-embedded-resource")
      } else {
        report.invalid(path["type"], "must be object with x-kubernetes-embedded-resource", value: .string(type))
      }
    } else if type.isEmpty, !isFree {
      let what =
        switch level {
        case .root: "at the root"
        case .item: "for specified array items"
        case .field: "for specified object fields"
        }
      report.required(path["type"], "must not be empty \(what)")
    }
    if level == .root, !type.isEmpty, type != "object" {
      report.invalid(path["type"], "must be object at the root", value: .string(type))
    }
  }

  /// The fields that every resource has, of which a schema says next to nothing.
  private static func meta(
    _ schema: Value, _ level: Level, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    guard level == .root || schema.flag("x-kubernetes-embedded-resource") else { return }
    for (field, wanted) in [("kind", "string"), ("apiVersion", "string"), ("metadata", "object")] {
      guard let inner = schema["properties"]?.set(field), inner.text("type") != wanted else { continue }
      report.invalid(path["properties"].key(field)["type"], "must be \(wanted)", value: inner["type"])
    }
    guard level == .root, let metadata = schema["properties"]?.set("metadata") else { return }
    var rest = metadata.without("type", "default")
    if rest.map("properties").keys.allSatisfy({ $0 == "name" || $0 == "generateName" }) { rest["properties"] = nil }
    if rest.object?.contains(where: { !Defaulting.isZero($0.value) }) ?? false {
      report.forbidden(
        path["properties"].key("metadata"), "must not specify anything other than name and generateName")
    }
  }

  /// How an integer or a string is said in plain JSON schema.
  private static let either: [Value] = [["type": "integer"], ["type": "string"]]

  private static func values(
    _ schema: Value, _ path: FieldPath, _ depth: Int, _ report: inout ValidationReport
  ) {
    for field in ["anyOf", "allOf", "oneOf"] {
      let parts = schema.list(field)
      if field == "anyOf", parts == either { continue }
      for (index, part) in parts.enumerated() {
        let isEither = field == "allOf" && index == 0 && part.list("anyOf") == either
        junction(isEither ? part.without("anyOf") : part, path[field][index], depth + 1, &report)
      }
    }
    if let part = schema.set("not") { junction(part, path["not"], depth + 1, &report) }
    if let text = schema.set("pattern")?.string, !PatternSyntax.isValid(text) {
      report.invalid(path["pattern"], "not a regular expression", value: .string(text))
    }
  }

  /// What may not stand in `allOf` and its like, which may only restrict values, not say what they are.
  private static let structural = [
    "type", "default", "title", "description", "nullable", "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-embedded-resource", "x-kubernetes-int-or-string", "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type", "x-kubernetes-map-type", "x-kubernetes-validations",
  ]

  private static func junction(
    _ schema: Value, _ path: FieldPath, _ depth: Int, _ report: inout ValidationReport
  ) {
    guard depth < DefinitionSchemaRules.depthLimit else { return }
    values(schema, path, depth, &report)
    if let items = schema.set("items") { junction(items, path["items"], depth + 1, &report) }
    for (name, inner) in schema.map("properties") {
      junction(inner, path["properties"].key(name), depth + 1, &report)
    }
    for field in structural where field == "default" ? schema.has(field) : !Defaulting.isZero(schema[field]) {
      report.forbidden(path[field], "must be empty to be structural")
    }
    if let extra = schema.set("additionalProperties"), extra != false {
      report.forbidden(path["additionalProperties"], "must be undefined to be structural")
    }
    if schema["properties"]?.has("metadata") ?? false {
      report.forbidden(path["properties"].key("metadata"), "must not be specified in a nested context")
    }
  }

  /// Fields that `allOf` and its like speak of stand in the schema itself, too.
  private static func complete(
    _ part: Value, _ schema: Value?, _ path: FieldPath, _ depth: Int, _ report: inout ValidationReport
  ) {
    guard depth < DefinitionSchemaRules.depthLimit else { return }
    for inner in DefinitionSchemaRules.junctions(part) {
      guard let schema else { return report.required(path, "because it is restricted elsewhere") }
      complete(inner, schema, path, depth + 1, &report)
      if let items = inner.set("items") {
        within(items, schema.set("items"), path["items"], depth, &report)
      }
      for (name, field) in inner.map("properties") {
        within(field, schema["properties"]?.set(name), path["properties"].key(name), depth, &report)
      }
    }
  }

  private static func within(
    _ part: Value, _ schema: Value?, _ path: FieldPath, _ depth: Int, _ report: inout ValidationReport
  ) {
    guard let schema else { return report.required(path, "because it is restricted elsewhere") }
    guard depth < DefinitionSchemaRules.depthLimit else { return }
    complete(part, schema, path, depth + 1, &report)
    if let items = part.set("items") { within(items, schema.set("items"), path["items"], depth + 1, &report) }
    for (name, field) in part.map("properties") {
      within(field, schema["properties"]?.set(name), path["properties"].key(name), depth + 1, &report)
    }
  }
}
