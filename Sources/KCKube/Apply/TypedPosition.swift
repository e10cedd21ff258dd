internal import KCData

/// A place in an object, with what its type says about merging.
struct TypedPosition {
  enum Kind {
    /// Taken as one value.
    case atomic
    case structure(KubeSchema.TypeSchema)
    case map(TypedPosition.Element)
    case listByKey([String], TypedPosition.Element)
    case listSet
    /// Nothing is known: maps are merged key by key, lists are taken whole.
    case untyped
  }

  /// The elements of a map or list.
  struct Element { var shape: KubeSchema.Shape }

  let kind: Kind
  let schema: KubeSchema
  /// Whether a struct or list is always there, if only empty.
  var isAlwaysPresent = false

  /// The place of a whole object.
  static func root(_ type: ResourceType, schema: KubeSchema) -> TypedPosition {
    if let index = schema.type(apiVersion: type.apiVersion, kind: type.kind) {
      return TypedPosition(kind: .structure(schema.types[index]), schema: schema)
    }
    return TypedPosition(kind: .untyped, schema: schema)
  }

  init(kind: Kind, schema: KubeSchema) {
    self.kind = kind
    self.schema = schema
  }

  init(field: KubeSchema.Field, schema: KubeSchema) {
    self.schema = schema
    isAlwaysPresent = field.isAlwaysPresent
    if case .list = field.shape, field.isRequired { isAlwaysPresent = true }
    switch field.shape {
    case .type(let index):
      let type = schema.types[index]
      kind = field.isAtomic || type.isAtomic ? .atomic : .structure(type)
    case .map(let element): kind = field.isAtomic ? .atomic : .map(Element(shape: element))
    case .list(let element):
      switch field.listKind {
      case .map?: kind = .listByKey(field.keys, Element(shape: element))
      case .set?: kind = .listSet
      default: kind = .atomic
      }
    case .any: kind = .untyped
    default: kind = .atomic
    }
  }

  private init(shape: KubeSchema.Shape, schema: KubeSchema) {
    var field = KubeSchema.Field(name: "")
    field.shape = shape
    self.init(field: field, schema: schema)
  }

  /// The place of a field of a struct or map.
  func child(_ name: String) -> TypedPosition {
    switch kind {
    case .structure(let type):
      type.field(name).map { TypedPosition(field: $0, schema: schema) } ?? TypedPosition(kind: .untyped, schema: schema)
    case .map(let element): TypedPosition(shape: element.shape, schema: schema)
    default: TypedPosition(kind: .untyped, schema: schema)
    }
  }

  /// The place of an element of a list.
  var element: TypedPosition {
    if case .listByKey(_, let element) = kind { TypedPosition(shape: element.shape, schema: schema) } else {
      TypedPosition(kind: .atomic, schema: schema)
    }
  }

  /// How an element of a list is named in a field set.
  func step(of element: Value) -> String {
    switch kind {
    case .listByKey(let keys, let shape):
      var parts: [String] = []
      for key in keys.sorted() {
        guard let value = element[key] ?? defaultValue(of: key, in: shape) else { continue }
        parts.append("\(CanonicalJSON.text(.string(key))):\(CanonicalJSON.text(value))")
      }
      return "k:{" + parts.joined(separator: ",") + "}"
    default: return "v:" + CanonicalJSON.text(element)
    }
  }

  private func defaultValue(of key: String, in element: Element) -> Value? {
    guard case .type(let index) = element.shape, let text = schema.types[index].field(key)?.defaultText
    else { return nil }
    if text.hasPrefix("\"") { return .string(String(text.dropFirst().dropLast())) }
    return Int64(text).map { .int($0) }
  }

  /// Whether a value at this place is merged part by part.
  func isGranular(_ value: Value) -> Bool {
    switch (kind, value) {
    case (.structure, .object), (.map, .object), (.untyped, .object): true
    case (.listByKey, .array), (.listSet, .array): true
    default: false
    }
  }
}

/// Scalars as compact JSON, for the names of list elements.
enum CanonicalJSON {
  static func text(_ value: Value) -> String {
    switch value {
    case .null: return "null"
    case .bool(let truth): return truth ? "true" : "false"
    case .int(let number): return String(number)
    case .number(let number): return String(number)
    case .array(let elements): return "[" + elements.map(text).joined(separator: ",") + "]"
    case .object(let fields):
      return "{" + fields.map { "\(text(.string($0.key))):\(text($0.value))" }.sorted().joined(separator: ",") + "}"
    case .string(let string):
      var out = "\""
      for scalar in string.unicodeScalars {
        switch scalar {
        case "\"": out += "\\\""
        case "\\": out += "\\\\"
        case "\n": out += "\\n"
        case "\t": out += "\\t"
        case "\r": out += "\\r"
        default: out.unicodeScalars.append(scalar)
        }
      }
      return out + "\""
    }
  }
}
