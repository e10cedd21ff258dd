internal import KCData
internal import KCKube

/// Leaves out what says nothing: nulls in the place of fields, texts, numbers, lists and maps that are empty, zero or
/// false where the API server writes none then, and structs without fields where these mean the same as none.
enum PlainForm {
  /// Structs of optional settings: with none of them set, they are as if they were not there.
  private static let optionalStructs: Set<String> = [
    "affinity", "capabilities", "dnsConfig", "lifecycle", "nodeAffinity", "podAffinity", "podAntiAffinity", "resources",
    "securityContext",
  ]

  static func value(_ value: Value, _ outer: KubeSchema.Shape, field: String) -> Value {
    guard case .type(let index) = outer, let known = KubeSchema.builtin.types[index].field(field) else { return value }
    return plain(value, known.shape)
  }

  /// An object of a kind of the API without what says nothing.
  static func object(_ object: Value, _ type: ResourceType) -> Value {
    guard let shape = KubeSchema.builtin.type(apiVersion: type.apiVersion, kind: type.kind) else { return object }
    return plain(object, .type(shape))
  }

  /// What is null in the metadata of an object of a kind that kc does not know: all objects have the same.
  static func metadata(_ value: Value) -> Value {
    guard let pod = KubeSchema.builtin.type(apiVersion: "v1", kind: "Pod") else { return value }
    return self.value(value, .type(pod), field: "metadata")
  }

  private static func plain(_ value: Value, _ shape: KubeSchema.Shape) -> Value {
    switch (value, shape) {
    case (.object(let fields), .type(let index)):
      let type = KubeSchema.builtin.types[index]
      guard !type.fields.isEmpty, !type.isCustom else { return value }
      var out = Fields(minimumCapacity: fields.count)
      for (key, inner) in fields {
        guard let field = type.field(key) else {
          out[key] = inner
          continue
        }
        if inner.isNull, !field.isNullable, field.shape != .any { continue }
        let inner = plain(inner, field.shape)
        if !saysNothing(inner, field, key) { out[key] = inner }
      }
      return .object(out)
    case (.array(let elements), .list(let inner)): return .array(elements.map { plain($0, inner) })
    case (.object(let fields), .map(let inner)): return .object(fields.mapValues { plain($0, inner) })
    default: return value
    }
  }

  private static func saysNothing(_ value: Value, _ field: KubeSchema.Field, _ key: String) -> Bool {
    if value.isZeroScalar { return field.presence == .whenNotZero && !field.isRequired }
    guard value.array?.isEmpty ?? value.object?.isEmpty ?? false, !field.isRequired else { return false }
    // Of an autoscaler: where it says none, the API server takes those that it has by itself; it refuses an empty list.
    if key == "policies" { return false }
    switch field.shape {
    case .list, .map: return field.presence == .whenNotZero
    case .type: return optionalStructs.contains(key)
    default: return false
    }
  }
}

extension Value {
  /// Whether it is what a field of the API holds that nothing sets: `false`, `0`, an empty text.
  fileprivate var isZeroScalar: Bool {
    switch self {
    case .bool(let truth): !truth
    case .int(let number): number == 0
    case .number(let number): number == 0
    case .string(let text): text.isEmpty
    case .null, .array, .object: false
    }
  }
}
