internal import KCData

/// The schema of a custom resource.
enum DefinitionSchemaRules {
  /// Deeper schemas are refused.
  static let depthLimit = 64

  /// - Parameter hasStatus: whether the status is a subresource, which is checked by its part of the schema alone.
  static func root(_ schema: Value, hasStatus: Bool, _ path: FieldPath, _ report: inout ValidationReport) {
    var found = ValidationReport()
    if hasStatus { rootOnly(schema, path, &found) }
    if schema.flag("nullable") { found.forbidden(path["nullable"], "must not be true at the root") }
    let isReadable = DefinitionStructureRules.isReadable(schema)
    var structure = ValidationReport()
    if isReadable {
      DefinitionStructureRules.check(schema, .root, path, &structure)
      if structure.isEmpty { DefinitionDefaultRules.check(schema, path, &structure) }
    }
    var walk = DefinitionSchemaWalk(checksRules: isReadable && structure.isEmpty)
    walk.check(schema, path, .init(isRoot: true))
    found.causes += structure.causes + walk.report.causes + walk.rules.causes
    // What stands in the way of reading it is mostly told by the walk.
    if found.isEmpty, !isReadable { found.invalid(path, "cannot be read as a structural schema", value: "") }
    report.causes += found.causes
  }

  private static let atRoot: Set<String> = [
    "description", "type", "format", "title", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength",
    "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "multipleOf", "required", "items", "properties",
    "externalDocs", "example", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-validations",
  ]

  private static func rootOnly(_ schema: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let type = schema.text("type")
    if !type.isEmpty, type != "object" {
      report.invalid(path["type"], "must be object at the root", value: .string(type))
      return
    }
    let others = schema.object?.filter { !atRoot.contains($0.key) && !Defaulting.isZero($0.value) }
    if let first = others?.first?.key {
      report.invalid(path, "\(first) is not allowed at the root where the status is a subresource", value: "")
    }
  }

  /// The schemas in `allOf` and its like.
  static func junctions(_ schema: Value) -> [Value] {
    schema.list("allOf") + schema.list("anyOf") + schema.list("oneOf") + [schema.set("not")].compactMap(\.self)
  }

  /// All schemas right within one.
  static func children(_ schema: Value) -> [Value] {
    var all = junctions(schema) + schema.map("properties").map(\.value)
    for field in ["items", "additionalProperties"] {
      if let inner = schema.set(field), inner.object != nil { all.append(inner) }
    }
    return all
  }
}

/// Goes through a schema with all that is in it.
struct DefinitionSchemaWalk {
  /// Where a schema stands.
  struct Place {
    var isRoot = false
    /// Within what all resources have: their metadata, kind and version.
    var isMeta = false
    var mayDefault = true
    /// Whether an old value cannot be told to be the one before a new one.
    var isUncorrelated = false
    /// Within `allOf` and its like.
    var isJunction = false
    var depth = 0

    func inside(_ change: (inout Place) -> Void = { _ in }) -> Place {
      var place = self
      place.isRoot = false
      place.depth += 1
      change(&place)
      return place
    }
  }

  /// Whether rules can be looked at: they rely on the rest.
  let checksRules: Bool
  var report = ValidationReport()
  var rules = ValidationReport()

  init(checksRules: Bool) { self.checksRules = checksRules }

  mutating func check(_ schema: Value, _ path: FieldPath, _ place: Place) {
    guard place.depth < DefinitionSchemaRules.depthLimit else { return report.forbidden(path, "is nested too deeply") }
    let before = report.causes.count
    own(schema, path, place)
    within(schema, path, place)
    extensions(schema, path)
    DefinitionExpressionRules.texts(schema, path, &report)
    // A rule can be read only where all that it speaks of is right.
    if checksRules, !place.isJunction, report.causes.count == before {
      DefinitionExpressionRules.check(schema, path, isUncorrelated: place.isUncorrelated, &rules)
    }
  }

  private static let types = ["array", "boolean", "integer", "number", "object", "string"]
  private static let unsupported = [
    "id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref",
  ]

  private mutating func own(_ schema: Value, _ path: FieldPath, _ place: Place) {
    let type = schema.text("type")
    if !type.isEmpty { report.oneOf(type, Self.types, path["type"]) }
    if type == "null" { report.forbidden(path["type"], "use nullable instead") }
    if schema.has("default"), !place.mayDefault { report.forbidden(path["default"], "must not be set in metadata") }
    for field in Self.unsupported where !Defaulting.isZero(schema[field]) {
      report.forbidden(path[field], "\(field) is not supported")
    }
    if schema["items"]?.array != nil { report.forbidden(path["items"], "must be a schema, not a list of them") }
    if place.isMeta, schema.flag("x-kubernetes-embedded-resource") {
      report.forbidden(path["x-kubernetes-embedded-resource"], "must not be used in metadata")
    }
    if schema.flag("uniqueItems") {
      report.forbidden(path["uniqueItems"], "cannot be true, as it takes too long to check")
    }
  }

  private mutating func within(_ schema: Value, _ path: FieldPath, _ place: Place) {
    if let extra = schema.set("additionalProperties") {
      if extra != true, !schema.map("properties").isEmpty {
        report.forbidden(path["additionalProperties"], "additionalProperties and properties exclude each other")
      }
      if extra.object != nil {
        let inside = place.inside { if $0.isMeta { $0.mayDefault = false } }
        check(extra, path["additionalProperties"], inside)
      }
    }
    let isAtomic = schema["x-kubernetes-map-type"] == "atomic"
    let hasMeta = place.isRoot || schema.flag("x-kubernetes-embedded-resource")
    for (name, inner) in schema.map("properties") {
      let inside = place.inside { here in
        if isAtomic { here.isUncorrelated = true }
        guard hasMeta, ["metadata", "kind", "apiVersion"].contains(name) else { return }
        here.isMeta = true
        if place.isRoot { here.mayDefault = false }
      }
      check(inner, path["properties"].key(name), inside)
    }
    if let items = schema.set("items"), items.object != nil {
      let isMap = schema["x-kubernetes-list-type"] == "map"
      check(items, path["items"], place.inside { if !isMap { $0.isUncorrelated = true } })
    }
    let inside = place.inside { $0.isJunction = true }
    for field in ["allOf", "oneOf", "anyOf"] {
      for (index, part) in schema.list(field).enumerated() { check(part, path[field][index], inside) }
    }
    if let part = schema.set("not"), part.object != nil { check(part, path["not"], inside) }
  }

  // MARK: Extensions

  private mutating func extensions(_ schema: Value, _ path: FieldPath) {
    if schema["x-kubernetes-preserve-unknown-fields"] == false {
      report.invalid(path["x-kubernetes-preserve-unknown-fields"], "must be true or undefined", value: false)
    }
    if let kind = schema.set("x-kubernetes-map-type")?.string {
      type(schema, "object", "x-kubernetes-map-type", path)
      report.oneOf(kind, ["atomic", "granular"], path["x-kubernetes-map-type"])
    }
    list(schema, path)
  }

  private mutating func type(_ schema: Value, _ wanted: String, _ because: String, _ path: FieldPath) {
    let type = schema.text("type")
    if type.isEmpty {
      report.required(path["type"], "must be \(wanted) with \(because)")
    } else if type != wanted {
      report.invalid(path["type"], "must be \(wanted) with \(because)", value: .string(type))
    }
  }

  private mutating func list(_ schema: Value, _ path: FieldPath) {
    let keys = schema.texts("x-kubernetes-list-map-keys")
    let here = path["x-kubernetes-list-type"]
    guard let kind = schema.set("x-kubernetes-list-type")?.string else {
      if !keys.isEmpty { report.required(here, "must be map with x-kubernetes-list-map-keys") }
      return
    }
    type(schema, "array", "x-kubernetes-list-type", path)
    report.oneOf(kind, ["atomic", "map", "set"], here)
    if !keys.isEmpty, kind != "map" {
      report.invalid(here, "must be map with x-kubernetes-list-map-keys", value: .string(kind))
    }
    let items = schema.set("items")
    if kind == "set" || kind == "map", items?.flag("nullable") ?? false {
      report.forbidden(path["items"]["nullable"], "elements of a \(kind) cannot be null")
    }
    if kind == "set", schema.text("type") == "array", let items { elements(items, path["items"]) }
    guard kind == "map" else { return }
    if keys.isEmpty { report.required(path["x-kubernetes-list-map-keys"], "must not be empty for a map") }
    guard let items else { return report.required(path["items"], "must be specified for a map") }
    if items.object != nil { self.keys(keys, items, path) }
  }

  /// Elements of a set are atomic.
  private mutating func elements(_ items: Value, _ path: FieldPath) {
    let field = items.text("type") == "object" ? "x-kubernetes-map-type" : "x-kubernetes-list-type"
    let kind = items.set(field)?.string
    let isWrong =
      switch items.text("type") {
      case "object": kind != "atomic"
      case "array": kind != nil && kind != "atomic"
      default: false
      }
    if isWrong { report.invalid(path[field], "must be atomic in a set", value: items[field] ?? .null) }
  }

  private mutating func keys(_ keys: [String], _ items: Value, _ path: FieldPath) {
    let here = path["x-kubernetes-list-map-keys"]
    let isObject = items.text("type") == "object"
    if !isObject {
      report.invalid(path["items"]["type"], "must be object for a map", value: .string(items.text("type")))
    }
    var seen: Set<String> = []
    for key in keys {
      let field = items["properties"]?.set(key)
      let place = path["items"]["properties"].key(key)
      if isObject {
        if field == nil { report.invalid(here, "must name a field of the elements", value: .string(key)) }
        if ["array", "object"].contains(field?.text("type")) {
          report.invalid(place["type"], "must be a text, a number or a truth value", value: field?["type"])
        }
        if !seen.insert(key).inserted { report.invalid(here, "must not name a field twice", value: .string(key)) }
      }
      guard let field else { continue }
      if !items.texts("required").contains(key), !field.has("default") {
        report.required(place["default"], "a key must have a default or be required")
      }
      if field.flag("nullable") { report.forbidden(place["nullable"], "a key cannot be null") }
    }
  }
}
