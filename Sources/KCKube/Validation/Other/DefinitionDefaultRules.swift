internal import KCData

/// Defaults in the schema of a custom resource: they must be what the schema itself allows.
enum DefinitionDefaultRules {
  static func check(
    _ schema: Value, _ path: FieldPath, depth: Int = 0, _ report: inout ValidationReport
  ) {
    guard depth < DefinitionSchemaRules.depthLimit else { return }
    if let value = schema.set("default") { self.value(value, schema, path["default"], &report) }
    // There are none within the values of maps.
    if let items = schema.set("items") { check(items, path["items"], depth: depth + 1, &report) }
    for (name, inner) in schema.map("properties") where depth > 0 || !isOfAllResources(name) {
      check(inner, path["properties"].key(name), depth: depth + 1, &report)
    }
  }

  private static func isOfAllResources(_ name: String) -> Bool { ["metadata", "kind", "apiVersion"].contains(name) }

  private static func value(
    _ value: Value, _ schema: Value, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    if !isKnown(value, schema, isResource: schema.flag("x-kubernetes-embedded-resource")) {
      report.invalid(path, "must not have unknown fields", value: value)
    }
    var check = CustomValidation { pattern, text in (try? Pattern(pattern))?.isFound(in: text) }
    // Not at the top of a resource, where metadata is checked elsewhere.
    check.check(value, schema, path, depth: 1)
    report.causes += check.causes
  }

  /// Whether all fields of a value are those of its schema, which would be pruned otherwise.
  private static func isKnown(_ value: Value, _ schema: Value?, isResource: Bool = false, depth: Int = 0) -> Bool {
    guard let schema, depth < DefinitionSchemaRules.depthLimit else { return true }
    let isOpen = schema.flag("x-kubernetes-preserve-unknown-fields")
    switch value {
    case .object(let fields):
      return fields.allSatisfy { key, inner in
        if isResource, isOfAllResources(key) { return true }
        if let property = schema["properties"]?.set(key) { return isKnown(inner, property, depth: depth + 1) }
        guard let extra = schema.set("additionalProperties") else { return isOpen }
        return extra.object == nil ? extra != false || isOpen : isKnown(inner, extra, depth: depth + 1)
      }
    case .array(let elements):
      return elements.allSatisfy { isKnown($0, schema.set("items"), depth: depth + 1) }
    default: return true
    }
  }
}
