public import KCData

/// Strategic merge patch: a merge patch that merges lists of named elements by their names.
public enum StrategicMergePatch {
  static let depthLimit = 512

  public static func apply(
    _ patch: Value, to target: Value, type: ResourceType, schema: KubeSchema = .builtin
  ) throws(APIStatus) -> Value {
    var field = KubeSchema.Field(name: "")
    field.shape = schema.type(apiVersion: type.apiVersion, kind: type.kind).map { .type($0) } ?? .any
    return try merge(patch, target, field, schema, depth: 0)
  }

  private static func refuse(_ why: String) -> APIStatus { APIStatus(code: 400, reason: "BadRequest", message: why) }

  private static func merge(
    _ patch: Value, _ target: Value, _ field: KubeSchema.Field, _ schema: KubeSchema, depth: Int
  ) throws(APIStatus) -> Value {
    guard depth < depthLimit else { throw refuse("the patch is nested deeper than \(depthLimit) levels") }
    guard case .object(let changes) = patch else { return patch }
    switch changes["$patch"]?.string {
    case "replace"?: return .object(changes.filter { key, _ in key != "$patch" })
    case "delete"?: return .object([:])
    case "merge"?, nil: break
    case let other?: throw refuse("unknown patch type \"\(other)\"")
    }
    var fields = target.object ?? Fields()
    if let retained = changes["$retainKeys"]?.array?.compactMap(\.string) {
      fields = fields.filter { key, _ in retained.contains(key) }
    }
    for (key, change) in changes where key != "$patch" && key != "$retainKeys" {
      if let name = directive(key, "$deleteFromPrimitiveList/") {
        let gone = Set(change.array ?? [])
        fields[name] = .array((fields[name]?.array ?? []).filter { !gone.contains($0) })
      } else if directive(key, "$setElementOrder/") != nil {
        continue
      } else if change == .null {
        fields[key] = nil
      } else {
        fields[key] = try merge(
          key: key, change, fields[key], child(field, key, schema), schema, depth: depth + 1)
      }
    }
    for (key, order) in changes {
      if let name = directive(key, "$setElementOrder/"), let list = fields[name]?.array {
        fields[name] = .array(reorder(list, order.array ?? [], child(field, name, schema).mergeKey))
      }
    }
    return .object(fields)
  }

  private static func merge(
    key: String, _ change: Value, _ current: Value?, _ field: KubeSchema.Field, _ schema: KubeSchema, depth: Int
  ) throws(APIStatus) -> Value {
    switch change {
    case .object: return try merge(change, current ?? .object([:]), field, schema, depth: depth)
    case .array(let elements):
      guard field.strategy?.contains("merge") == true else {
        return .array(elements.filter { $0["$patch"] == nil })
      }
      return .array(try mergeList(elements, current?.array ?? [], field, schema, depth: depth))
    default: return change
    }
  }

  private static func mergeList(
    _ patch: [Value], _ target: [Value], _ field: KubeSchema.Field, _ schema: KubeSchema, depth: Int
  ) throws(APIStatus) -> [Value] {
    guard let key = field.mergeKey else {
      var result = target
      for element in patch where !result.contains(element) { result.append(element) }
      return result
    }
    if patch.contains(where: { $0["$patch"]?.string == "replace" }) {
      return patch.filter { $0["$patch"] == nil }
    }
    var element = field
    if case .list(let shape) = field.shape { element.shape = shape }
    var result = target
    for change in patch {
      guard let name = change[key] else {
        throw refuse("map: \(CanonicalJSON.text(change)) does not contain declared merge key: \(key)")
      }
      let index = result.firstIndex { $0[key] == name }
      if change["$patch"]?.string == "delete" {
        result.removeAll { $0[key] == name }
      } else if let index {
        result[index] = try merge(change, result[index], element, schema, depth: depth + 1)
      } else {
        result.append(try merge(change, .object([:]), element, schema, depth: depth + 1))
      }
    }
    return result
  }

  private static func child(_ field: KubeSchema.Field, _ key: String, _ schema: KubeSchema) -> KubeSchema.Field {
    switch field.shape {
    case .type(let index):
      return schema.types[index].field(key) ?? KubeSchema.Field(name: key)
    case .map(let element):
      var child = KubeSchema.Field(name: key)
      child.shape = element
      return child
    default: return KubeSchema.Field(name: key)
    }
  }

  private static func directive(_ key: String, _ prefix: String) -> String? {
    key.hasPrefix(prefix) ? String(key.dropFirst(prefix.count)) : nil
  }

  /// Elements that the order names come in that order; others keep their place relative to what is before them.
  private static func reorder(_ list: [Value], _ order: [Value], _ key: String?) -> [Value] {
    func name(_ element: Value) -> Value { key.flatMap { element[$0] } ?? element }
    let ranks = Dictionary(order.enumerated().map { (name($0.element), $0.offset) }, uniquingKeysWith: { $1 })
    var keyed: [(rank: Int, place: Int, element: Value)] = []
    var last = -1
    for (place, element) in list.enumerated() {
      if let rank = ranks[name(element)] { last = rank }
      keyed.append((ranks[name(element)] ?? last, place, element))
    }
    return keyed.sorted { ($0.rank, $0.place) < ($1.rank, $1.place) }.map(\.element)
  }
}
