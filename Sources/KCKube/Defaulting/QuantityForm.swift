internal import KCData

/// Brings the quantities of an object into their canonical form, as a round trip through the API server does.
enum QuantityForm {
  static func canonicalise(_ object: inout Value, type: ResourceType) {
    let schema = KubeSchema.builtin
    guard let root = schema.type(apiVersion: type.apiVersion, kind: type.kind), holders.contains(root) else { return }
    walk(&object, schema.types[root], schema, holders, depth: 0)
  }

  /// The types that hold a quantity somewhere, so that others are passed over.
  private static let holders: Set<Int> = {
    let schema = KubeSchema.builtin
    var holders: Set<Int> = []
    var grew = true
    while grew {
      grew = false
      for (index, type) in schema.types.enumerated() where !holders.contains(index) {
        if type.fields.contains(where: { holds($0.shape, holders) }) {
          holders.insert(index)
          grew = true
        }
      }
    }
    return holders
  }()

  private static func holds(_ shape: KubeSchema.Shape, _ holders: Set<Int>) -> Bool {
    switch shape {
    case .quantity: true
    case .type(let index): holders.contains(index)
    case .list(let inner), .map(let inner): holds(inner, holders)
    default: false
    }
  }

  private static func walk(
    _ value: inout Value, _ type: KubeSchema.TypeSchema, _ schema: KubeSchema, _ holders: Set<Int>, depth: Int
  ) {
    guard case .object(var fields) = value, depth < 64 else { return }
    for field in type.fields where holds(field.shape, holders) {
      guard var child = fields[field.name] else { continue }
      walk(&child, field.shape, schema, holders, depth: depth)
      fields[field.name] = child
    }
    value = .object(fields)
  }

  private static func walk(
    _ value: inout Value, _ shape: KubeSchema.Shape, _ schema: KubeSchema, _ holders: Set<Int>, depth: Int
  ) {
    switch (shape, value) {
    case (.quantity, .string(let text)):
      if let quantity = Quantity(text) { value = .string(quantity.description) }
    case (.quantity, .int(let number)): value = .string(Quantity(number).description)
    case (.quantity, .number(let number)):
      if let quantity = Quantity(String(number)) { value = .string(quantity.description) }
    case (.type(let index), .object): walk(&value, schema.types[index], schema, holders, depth: depth + 1)
    case (.list(let inner), .array(var elements)):
      for index in elements.indices { walk(&elements[index], inner, schema, holders, depth: depth) }
      value = .array(elements)
    case (.map(let inner), .object(let fields)):
      value = .object(
        fields.mapValues { element in
          var element = element
          walk(&element, inner, schema, holders, depth: depth)
          return element
        })
    default: break
    }
  }
}
