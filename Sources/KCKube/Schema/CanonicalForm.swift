public import KCData

extension KubeSchema {
  /// Deeper values are left as they are.
  static let depthLimit = 128

  /// The object as the API server writes it after reading it: structs and lists that are always there appear, what
  /// is zero and left out when zero goes, nulls become what they stand for, and fields that the type does not have go.
  ///
  /// Objects of kinds without a Go type (custom resources) keep all but their metadata as it is.
  ///
  /// - Parameter isStored: whether the object has been in the store, which does not tell empty lists from absent ones.
  public func canonical(_ object: Value, apiVersion: String, kind: String, isStored: Bool = true) -> Value {
    guard let index = type(apiVersion: apiVersion, kind: kind) else { return object }
    return CanonicalForm(schema: self, isStored: isStored).value(object, struct: types[index], depth: 0)
  }

  /// What a value of this shape is when nothing sets it.
  func zero(_ shape: Shape) -> Value { CanonicalForm(schema: self, isStored: true).zero(shape, depth: 0) }
}

/// Brings values into the form in which the API server writes them.
private struct CanonicalForm {
  typealias Shape = KubeSchema.Shape
  typealias TypeSchema = KubeSchema.TypeSchema

  let schema: KubeSchema
  let isStored: Bool

  func value(_ value: Value, struct type: TypeSchema, depth: Int) -> Value {
    guard depth < KubeSchema.depthLimit else { return value }
    let given: Fields
    switch value {
    case .object(let fields): given = fields
    case .null: given = Fields()
    default: return value
    }
    if type.isCustom { return customCanonical(given, type, depth) }
    var out = Fields(minimumCapacity: given.count)
    // Kept in the order given; what is added follows.
    for (key, child) in given {
      guard let place = type.place(of: key) else { continue }
      if let written = canonical(child, type, place, depth: depth) { out[key] = written }
    }
    for place in type.fields.indices {
      guard type.fields[place].presence == .always || type.fields[place].presence == .nullWhenNotSet,
        out[type.fields[place].name] == nil, let written = canonical(.null, type, place, depth: depth)
      else { continue }
      out[type.fields[place].name] = written
    }
    return .object(out)
  }

  private func customCanonical(_ given: Fields, _ type: TypeSchema, _ depth: Int) -> Value {
    var out = given
    if let metadata = given["metadata"], case .type(let index)? = type.field("metadata")?.shape {
      out["metadata"] = value(metadata, struct: schema.types[index], depth: depth + 1)
    }
    return .object(out)
  }

  /// The value of the field at a place of a type; nil where it is left out.
  private func canonical(_ value: Value, _ type: TypeSchema, _ place: Int, depth: Int) -> Value? {
    let presence = type.fields[place].presence
    if case .null = value {
      switch presence {
      case .whenSet, .whenNotZero: return nil
      case .nullWhenNotSet: return .null
      case .always: return zero(type.fields[place].shape, depth: depth)
      }
    }
    let written = canonical(value, shape: type.fields[place].shape, depth: depth)
    switch presence {
    case .whenNotZero where isZero(written, type.fields[place].shape): return nil
    // What is stored does not tell empty from absent.
    case .always where isStored && isEmpty(written, type.fields[place].shape): return .null
    default: return written
    }
  }

  private func isEmpty(_ value: Value, _ shape: Shape) -> Bool {
    switch value {
    case .array(let elements): elements.isEmpty
    case .object(let fields): fields.isEmpty && shape.isMap
    default: false
    }
  }

  private func canonical(_ value: Value, shape: Shape, depth: Int) -> Value {
    switch (shape, value) {
    case (.type(let index), .object): self.value(value, struct: schema.types[index], depth: depth + 1)
    case (.list(let element), .array(let elements)):
      .array(
        elements.map { $0 == .null ? zero(element, depth: depth) : canonical($0, shape: element, depth: depth + 1) })
    case (.map(let element), .object(let fields)):
      .object(
        fields.mapValues { $0 == .null ? zero(element, depth: depth) : canonical($0, shape: element, depth: depth + 1) }
      )
    default: value
    }
  }

  func zero(_ shape: Shape, depth: Int) -> Value {
    switch shape {
    case .string: ""
    case .integer, .long, .number, .intOrString: 0
    case .bool: false
    case .quantity: "0"
    case .type(let index): value([:], struct: schema.types[index], depth: depth + 1)
    case .time, .microTime, .bytes, .any, .list, .map: .null
    }
  }

  private func isZero(_ value: Value, _ shape: Shape) -> Bool {
    switch value {
    case .null: true
    case .string(let text): text.isEmpty
    case .int(let number): number == 0
    case .number(let number): number == 0
    case .bool(let truth): !truth
    case .array(let elements): elements.isEmpty
    case .object(let fields): fields.isEmpty && shape.isMap
    }
  }
}

extension KubeSchema.Shape {
  var isMap: Bool { if case .map = self { true } else { false } }
}
