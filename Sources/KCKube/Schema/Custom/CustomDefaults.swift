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
      let isWhole = key == "metadata" && depth == 0
      let child = isWhole || field.areElementsNullable ? child : child.withoutNulls(in: field.shape, of: type)
      out[key] = isWhole ? child : completed(child, shape: field.shape, depth: depth + 1)
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

extension Value {
  /// Without the nulls of a map of a custom resource, where they are no values.
  fileprivate func withoutNulls(in shape: KubeSchema.Shape, of type: KubeSchema.TypeSchema) -> Value {
    guard type.isCustom, case .map = shape, case .object(let fields) = self,
      fields.contains(where: { $0.value == .null })
    else { return self }
    return .object(Fields(fields.filter { $0.value != .null }.map { ($0.key, $0.value) }))
  }
}
