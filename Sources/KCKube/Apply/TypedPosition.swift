internal import KCData

/// A place in an object, with what its type says about merging.
struct TypedPosition {
  enum Kind {
    /// A scalar of a known type.
    case scalar(KubeSchema.Shape)
    /// A struct: its index in the schema.
    case structure(Int)
    /// A map, merged key by key.
    case map(KubeSchema.Shape)
    /// A list whose elements are told apart by fields of theirs, or by their value where there are none.
    case keyed([String], KubeSchema.Shape)
    /// Taken as one value.
    case atomic(KubeSchema.Shape)
    /// Nothing is known: maps are merged key by key, lists are taken whole.
    case deduced
  }

  /// The form in which a value is treated.
  enum Form { case map, list, scalar }

  let kind: Kind
  let schema: KubeSchema

  /// The place of a whole object.
  static func root(apiVersion: String, kind: String, schema: KubeSchema) -> TypedPosition {
    guard let index = schema.type(apiVersion: apiVersion, kind: kind) else {
      return TypedPosition(kind: .deduced, schema: schema)
    }
    return TypedPosition(kind: .structure(index), schema: schema)
  }

  init(kind: Kind, schema: KubeSchema) {
    self.kind = kind
    self.schema = schema
  }

  private init(field: KubeSchema.Field, schema: KubeSchema) {
    self.schema = schema
    switch field.shape {
    case .list(let element):
      switch field.listKind {
      case .map?: kind = .keyed(field.keys, element)
      case .set?: kind = .keyed([], element)
      default: kind = .atomic(field.shape)
      }
    case .type(let index) where field.isGranular: kind = .structure(index)
    case .map, .type, .any:
      kind = field.isAtomic ? .atomic(field.shape) : TypedPosition.kind(of: field.shape, schema)
    default: kind = TypedPosition.kind(of: field.shape, schema)
    }
  }

  /// The place of an element of a list that is taken as one value.
  static func element(_ shape: KubeSchema.Shape, _ schema: KubeSchema) -> TypedPosition {
    TypedPosition(shape: shape, schema: schema)
  }

  private init(shape: KubeSchema.Shape, schema: KubeSchema) {
    kind = Self.kind(of: shape, schema)
    self.schema = schema
  }

  private static func kind(of shape: KubeSchema.Shape, _ schema: KubeSchema) -> Kind {
    switch shape {
    case .type(let index): schema.types[index].isAtomic ? .atomic(shape) : .structure(index)
    case .map(let element): .map(element)
    case .list: .atomic(shape)
    case .any: .deduced
    default: .scalar(shape)
    }
  }

  var isDeduced: Bool { if case .deduced = kind { true } else { false } }
  var isAtomic: Bool { if case .atomic = kind { true } else { false } }

  /// The form that the type gives a value; where the type leaves it open, that of the value.
  func form(of value: Value?) -> Form {
    switch kind {
    case .scalar: return .scalar
    case .structure, .map: return .map
    case .keyed: return .list
    case .atomic(let shape):
      if case .list = shape { return .list }
      return .map
    case .deduced:
      switch value {
      case .array?: return .list
      case .string?, .int?, .number?, .bool?: return .scalar
      default: return .map
      }
    }
  }

  /// Whether a value of this form is taken as one.
  func isTakenWhole(_ form: Form) -> Bool {
    switch kind {
    case .atomic, .scalar: true
    case .deduced: form != .map
    default: false
    }
  }

  /// The place of a field of a struct or map.
  func child(_ name: String) -> TypedPosition {
    switch kind {
    case .structure(let index):
      let type = schema.types[index]
      if let field = type.field(name) { return TypedPosition(field: field, schema: schema) }
      return TypedPosition(shape: type.undeclared ?? .any, schema: schema)
    case .map(let element): return TypedPosition(shape: element, schema: schema)
    default: return TypedPosition(kind: .deduced, schema: schema)
    }
  }

  /// Whether a struct declares a field.
  func declares(_ name: String) -> Bool {
    if case .structure(let index) = kind { schema.types[index].field(name) != nil } else { false }
  }

  /// The place of an element of a list.
  var element: TypedPosition {
    switch kind {
    case .keyed(_, let shape): TypedPosition(shape: shape, schema: schema)
    default: TypedPosition(kind: .deduced, schema: schema)
    }
  }

  /// The place below a step of a field set.
  func below(_ step: String) -> TypedPosition {
    step.hasPrefix("f:") ? child(String(step.dropFirst(2))) : element
  }

  /// How an element of a list is named in a field set; nil for one that cannot be told apart.
  func step(of element: Value) -> String? {
    guard case .keyed(let keys, let shape) = kind else { return nil }
    if keys.isEmpty {
      switch element {
      case .object, .array, .null: return nil
      default: return "v:" + CanonicalJSON.text(element)
      }
    }
    guard element.object != nil else { return nil }
    var parts: [(String, Value)] = []
    for key in keys {
      if let value = element[key] ?? defaultValue(of: key, in: shape) { parts.append((key, value)) }
    }
    guard !parts.isEmpty else { return nil }
    parts.sort { $0.0 < $1.0 }
    return PathStep.key(parts)
  }

  private func defaultValue(of key: String, in element: KubeSchema.Shape) -> Value? {
    guard case .type(let index) = element, let field = schema.types[index].field(key) else { return nil }
    if let value = field.defaultValue { return value }
    guard field.presence == .always else { return nil }
    switch field.shape {
    case .string, .integer, .long, .bool, .number: return schema.zero(field.shape)
    default: return nil
    }
  }
}
