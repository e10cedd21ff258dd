public import KCData

/// Strategic merge patch: a merge patch that merges lists of named elements by their names, and that has directives
/// (`$patch`, `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`).
public enum StrategicMergePatch {
  static let depthLimit = 512

  /// - Throws: `BadRequest` or an error without a reason, as the API server does, for malformed patches; 415 for kinds
  ///   that have no types to merge by (custom resources).
  public static func apply(
    _ patch: Value, to target: Value, type: ResourceType, schema: KubeSchema = .builtin
  ) throws(APIStatus) -> Value {
    guard let index = schema.type(apiVersion: type.apiVersion, kind: type.kind), !schema.types[index].isCustom else {
      throw APIStatus(
        code: 415, reason: "UnsupportedMediaType",
        message: "the body of the request was in an unknown format - accepted media types include: "
          + "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml")
    }
    guard case .object(let changes) = patch else {
      throw APIStatus(
        code: 400, reason: "BadRequest",
        message: "json: cannot unmarshal \(PatchText.kind(patch)) into Go value of type map[string]interface {}")
    }
    var field = KubeSchema.Field(name: "")
    field.shape = .type(index)
    let merge = StrategicMerge(schema: schema)
    return .object(try merge.map(target.object ?? [:], changes, field, depth: 0))
  }
}

/// The merge itself.
struct StrategicMerge {
  typealias Field = KubeSchema.Field
  let schema: KubeSchema

  static func refuse(_ why: String) -> APIStatus { APIStatus(code: 500, reason: "", message: why) }
  static func malformed(_ what: String) -> APIStatus {
    APIStatus(code: 400, reason: "BadRequest", message: "invalid patch format of \(what)")
  }

  func map(_ original: Fields, _ patch: Fields, _ field: Field, depth: Int) throws(APIStatus) -> Fields {
    guard depth < StrategicMergePatch.depthLimit else {
      throw Self.refuse("the patch is nested deeper than \(StrategicMergePatch.depthLimit) levels")
    }
    if let directive = patch["$patch"] {
      switch directive {
      case "replace": return patch.filter { key, _ in key != "$patch" }
      case "delete": return [:]
      default:
        let shown = PatchText.shown(.object(patch))
        throw Self.refuse("unknown patch type: \(PatchText.shown(directive)) in map: \(shown)")
      }
    }
    var patch = patch
    var out = try retained(original, &patch)
    try reorder(&out, &patch, field, depth: depth)
    for (key, change) in patch { try merge(&out, key, change, field, depth: depth) }
    return out
  }

  private func merge(
    _ out: inout Fields, _ key: String, _ change: Value, _ field: Field, depth: Int
  ) throws(APIStatus) {
    if key.hasPrefix("$deleteFromPrimitiveList") {
      guard key.hasPrefix("$deleteFromPrimitiveList/") else { throw Self.malformed("primitive list") }
      let name = String(key.dropFirst("$deleteFromPrimitiveList/".count))
      guard case .array(let list)? = out[name], case .array(let gone) = change else { return }
      let all = Set(gone)
      out[name] = .array(list.filter { !all.contains($0) })
      return
    }
    switch (out[key], change) {
    case (_, .null): out[key] = nil
    case (.object(let old)?, .object(let new)):
      let child = try self.child(field, key)
      out[key] = .object(child.strategy == "replace" ? new : try map(old, new, child, depth: depth + 1))
    case (.array(let old)?, .array(let new)):
      let child = try self.child(field, key)
      out[key] = .array(child.isMerged ? try list(old, new, child, depth: depth + 1) : new)
    default: out[key] = Self.withoutDirectives(Self.withoutNulls(change, depth: 0), depth: 0)
    }
  }

  /// Without the fields that `$retainKeys` does not name.
  private func retained(_ original: Fields, _ patch: inout Fields) throws(APIStatus) -> Fields {
    guard let names = patch["$retainKeys"] else { return original }
    patch["$retainKeys"] = nil
    guard case .array(let names) = names else { throw Self.malformed("retainKeys") }
    let kept = Set(names)
    for (key, change) in patch where change != .null && !key.hasPrefix("$deleteFrom") && !key.hasPrefix("$setElement") {
      guard kept.contains(.string(key)) else { throw Self.malformed("retainKeys") }
    }
    return original.filter { key, _ in kept.contains(.string(key)) }
  }

  /// What the type says of a field.
  func child(_ field: Field, _ key: String) throws(APIStatus) -> Field {
    var shape = field.shape
    if case .list(let element) = shape { shape = element }
    guard case .type(let index) = shape else {
      throw Self.refuse("merging an object in json but data type is not struct, instead is: \(Self.kind(shape))")
    }
    guard let child = schema.types[index].field(key) else {
      let name = schema.types[index].name.split(separator: ".").last ?? ""
      throw Self.refuse("unable to find api field in struct \(name) for the json field \"\(key)\"")
    }
    return child
  }

  private static func kind(_ shape: KubeSchema.Shape) -> String {
    switch shape {
    case .map: "map"
    case .any: "interface"
    case .list: "slice"
    default: "string"
    }
  }

  /// Nulls in what is new say nothing.
  static func withoutNulls(_ value: Value, depth: Int) -> Value {
    guard depth < StrategicMergePatch.depthLimit else { return value }
    switch value {
    case .object(let fields):
      return .object(fields.filter { $1 != .null }.mapValues { withoutNulls($0, depth: depth + 1) })
    case .array(let elements): return .array(elements.map { withoutNulls($0, depth: depth + 1) })
    default: return value
    }
  }

  /// A new value; nil where it is only a directive.
  static func withoutDirectives(_ value: Value, depth: Int) -> Value? {
    guard depth < StrategicMergePatch.depthLimit else { return value }
    switch value {
    case .object(let fields):
      if fields["$patch"] != nil { return nil }
      var out = Fields(minimumCapacity: fields.count)
      for (key, child) in fields { out[key] = withoutDirectives(child, depth: depth + 1) }
      return .object(out)
    case .array(let elements): return .array(elements.compactMap { withoutDirectives($0, depth: depth + 1) })
    default: return value
    }
  }
}

extension KubeSchema.Field {
  /// Whether lists of this field are merged element by element.
  fileprivate var isMerged: Bool {
    strategy?.split(separator: ",").contains("merge") ?? false
  }
}
