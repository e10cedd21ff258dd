internal import KCData
internal import KCKube
internal import KCSyntax

/// Checking what is written in the API's own terms against the API's schemas.
extension Program {
  /// Reports fields that an API object does not have, and values of the wrong type.
  mutating func checkFields(_ value: TreeValue, apiVersion: String, kind: String) {
    let schema = kube
    guard let type = schema.type(apiVersion: apiVersion, kind: kind) else { return }
    check(value, .type(type), schema, name: kind, at: 0)
  }

  mutating func check(
    _ value: TreeValue, _ shape: KubeSchema.Shape, _ schema: KubeSchema, name: String, at origin: UInt32
  ) {
    if value.isPoison || value.tag == .deferred { return }
    switch shape {
    case .type(let index):
      guard value.tag == .record else { return wrong(value, "a record", name, origin) }
      let type = schema.types[index]
      if type.fields.isEmpty { return }
      for field in Array(tree.fields(of: value)) where !field.value.isNone {
        let key = text(Int32(field.key))
        guard let known = type.field(key) else {
          if type.undeclared != nil { continue }
          reportUnknown(
            "KC0194", "\(Self.name(of: type)) has no field `\(key)`", key, among: type.fields.map(\.name),
            at: span(code.origins[Int(field.origin)].site))
          continue
        }
        check(field.value, known.shape, schema, name: key, at: field.origin)
      }
    case .list(let inner):
      guard value.tag == .list else { return wrong(value, "a list", name, origin) }
      for item in Array(tree.items(of: value)) { check(item, inner, schema, name: name, at: origin) }
    case .map(let inner):
      guard value.tag == .record else { return wrong(value, "a map", name, origin) }
      for field in Array(tree.fields(of: value)) {
        check(field.value, inner, schema, name: text(Int32(field.key)), at: field.origin)
      }
    case .string, .bytes: if value.tag != .string { wrong(value, "text", name, origin) }
    case .integer, .long: if tree.int(of: value) == nil { wrong(value, "a whole number", name, origin) }
    case .number: if tree.double(of: value) == nil { wrong(value, "a number", name, origin) }
    case .bool: if value.tag != .bool { wrong(value, "true or false", name, origin) }
    case .quantity, .intOrString, .time, .microTime, .any: return
    }
  }

  /// What a type is to a reader: `a Secret of the API`; within a custom kind, `\`spec.rules[]\` of a Widget`.
  private static func name(of type: KubeSchema.TypeSchema) -> String {
    guard type.isCustom, let path = type.name.split(separator: " ").last else {
      return article(type.name.split(separator: ".").last.map(String.init) ?? type.name) + " of the API"
    }
    let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
    return parts.count == 2 ? "`\(parts[1])` of \(article(parts[0]))" : article(parts[0])
  }

  private mutating func wrong(_ value: TreeValue, _ wanted: String, _ name: String, _ origin: UInt32) {
    guard value.tag != .null, value.tag != .none else { return }
    report(
      "KC0194", "`\(name)` of the API is \(wanted), and this is \(Self.article(kindName(value)))",
      at: span(code.origins[Int(origin)].site))
  }
}
