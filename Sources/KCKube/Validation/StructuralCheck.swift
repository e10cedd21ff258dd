internal import KCData

/// Checks an object against its schema: unknown fields and values of the wrong type.
enum StructuralCheck {
  static func check(_ object: Value, type: ResourceType) -> [APIStatus.Cause] {
    let schema = KubeSchema.builtin
    guard let root = schema.type(apiVersion: type.apiVersion, kind: type.kind) else { return [] }
    var walk = Walk(schema: schema)
    walk.check(object, .type(root), FieldPath(), depth: 0)
    return walk.report.causes
  }

  private struct Walk {
    let schema: KubeSchema
    var report = ValidationReport()

    mutating func check(_ value: Value, _ shape: KubeSchema.Shape, _ path: FieldPath, depth: Int) {
      if value == .null || depth > 128 { return }
      switch (shape, value) {
      case (.type(let index), .object(let fields)):
        let type = schema.types[index]
        for (key, child) in fields {
          if let field = type.field(key) {
            check(child, field.shape, path.field(key), depth: depth + 1)
          } else {
            report.add("FieldValueInvalid", path.field(key), "unknown field \"\(path.field(key))\"")
          }
        }
      case (.list(let inner), .array(let elements)):
        for (index, element) in elements.enumerated() { check(element, inner, path.index(index), depth: depth + 1) }
      case (.map(let inner), .object(let fields)):
        for (key, child) in fields { check(child, inner, path.key(key), depth: depth + 1) }
      case (.any, _), (.string, .string), (.bool, .bool), (.integer, .int), (.long, .int), (.number, .int),
        (.number, .number), (.intOrString, .int), (.intOrString, .string), (.time, .string), (.microTime, .string):
        break
      case (.bytes, .string(let text)):
        if Base64.decode(text) == nil { mismatch("base64 text", value, path) }
      case (.quantity, .string(let text)):
        if Quantity(text) == nil {
          report.invalid(path, "quantities must match the regular expression of a number with a unit", value: value)
        }
      case (.quantity, .int), (.quantity, .number): break
      default: mismatch(Self.name(shape), value, path)
      }
    }

    private mutating func mismatch(_ wanted: String, _ value: Value, _ path: FieldPath) {
      report.add("FieldValueTypeInvalid", path, "cannot read \(CanonicalJSON.text(value)) as \(wanted)")
    }

    private static func name(_ shape: KubeSchema.Shape) -> String {
      switch shape {
      case .string, .bytes, .time, .microTime: "a string"
      case .integer, .long: "an integer"
      case .number: "a number"
      case .bool: "a truth value"
      case .quantity: "a quantity"
      case .intOrString: "an integer or a string"
      case .type, .map: "an object"
      case .list: "a list"
      case .any: "a value"
      }
    }
  }
}
