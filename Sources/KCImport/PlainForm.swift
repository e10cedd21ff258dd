internal import KCData
internal import KCKube

/// Leaves out what says nothing: nulls in the place of fields, which the API server reads as fields that are not set.
enum PlainForm {
  static func value(_ value: Value, _ outer: KubeSchema.Shape, field: String) -> Value {
    guard case .type(let index) = outer, let known = KubeSchema.builtin.types[index].field(field) else { return value }
    return plain(value, known.shape)
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
        out[key] = plain(inner, field.shape)
      }
      return .object(out)
    case (.array(let elements), .list(let inner)): return .array(elements.map { plain($0, inner) })
    case (.object(let fields), .map(let inner)): return .object(fields.mapValues { plain($0, inner) })
    default: return value
    }
  }
}
