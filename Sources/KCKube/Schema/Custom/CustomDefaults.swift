public import KCData

extension KubeSchema {
  /// A custom resource with the defaults of its schema; nulls where null is no value become the default or go, and
  /// fields that the schema does not have go. Objects of other kinds are returned as they are.
  public func completed(_ object: Value, apiVersion: String, kind: String) -> Value {
    guard let index = type(apiVersion: apiVersion, kind: kind), types[index].isCustom else { return object }
    return completed(object, struct: types[index], depth: 0)
  }

  private func completed(_ value: Value, struct type: TypeSchema, depth: Int) -> Value {
    guard case .object(let given) = value, depth < Self.depthLimit else { return value }
    var out = Fields(minimumCapacity: given.count)
    for (key, child) in given {
      guard let field = type.field(key) else {
        if type.undeclared != nil { out[key] = child }
        continue
      }
      if child == .null, !field.isNullable, type.isCustom, key != "metadata" { continue }
      out[key] = key == "metadata" && depth == 0 ? child : completed(child, shape: field.shape, depth: depth + 1)
    }
    for field in type.fields where out[field.name] == nil {
      guard let standard = field.defaultValue else { continue }
      out[field.name] = completed(standard, shape: field.shape, depth: depth + 1)
    }
    return .object(out)
  }

  private func completed(_ value: Value, shape: Shape, depth: Int) -> Value {
    switch (shape, value) {
    case (.type(let index), .object): completed(value, struct: types[index], depth: depth)
    case (.list(let element), .array(let elements)):
      .array(elements.map { completed($0, shape: element, depth: depth + 1) })
    case (.map(let element), .object(let fields)):
      .object(fields.mapValues { completed($0, shape: element, depth: depth + 1) })
    default: value
    }
  }
}
