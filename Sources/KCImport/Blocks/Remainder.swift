internal import KCData
internal import KCKube

/// What of an object is not said yet: fields are taken out as they are written.
struct Remainder {
  private(set) var value: Value
  /// Where it stands in the object.
  let path: FieldPath

  init(_ value: Value, _ path: FieldPath = FieldPath()) {
    self.value = value
    self.path = path
  }

  var fields: Fields { value.object ?? [:] }
  var isEmpty: Bool { fields.isEmpty }

  func path(_ keys: String...) -> FieldPath { path(keys) }

  func path(_ keys: [String]) -> FieldPath { FieldPath(path.elements + keys.map { .field($0) }) }

  func peek(_ keys: String...) -> Value? { value.at(keys) }

  /// Takes a field out, and what it leaves empty around it.
  @discardableResult mutating func take(_ keys: String...) -> Value? { take(keys[...]) { _ in true } }

  mutating func text(_ keys: String...) -> String? { take(keys[...]) { $0.string != nil }?.string }

  mutating func int(_ keys: String...) -> Int64? {
    take(keys[...]) { if case .int = $0 { true } else { false } }?.int
  }

  mutating func bool(_ keys: String...) -> Bool? { take(keys[...]) { $0.bool != nil }?.bool }

  /// A list of texts.
  mutating func texts(_ keys: String...) -> [String]? {
    let isTexts = { (value: Value) in value.array?.allSatisfy { $0.string != nil } ?? false }
    return take(keys[...], isTexts)?.array?.compactMap(\.string)
  }

  /// A map of texts.
  mutating func map(_ keys: String...) -> Fields? {
    take(keys[...]) { $0.object.map { fields in fields.values.allSatisfy { $0.string != nil } } ?? false }?.object
  }

  /// Leaves out a field that says what holds anyway.
  mutating func drop(_ value: Value, _ keys: String...) {
    _ = take(keys[...]) { $0 == value || ($0.int != nil && $0.int == value.int) }
  }

  /// Leaves out a field that is an empty map or list.
  mutating func dropEmpty(_ keys: String...) {
    _ = take(keys[...]) { $0.object?.isEmpty ?? $0.array?.isEmpty ?? false }
  }

  mutating func remove(_ keys: [String]) { value = Self.without(value, keys[...]) }

  mutating func replace(_ value: Value?, at keys: String...) { self.value.set(value, at: keys[...]) }

  private mutating func take(_ keys: ArraySlice<String>, _ fits: (Value) -> Bool) -> Value? {
    guard let found = value.at(keys), fits(found) else { return nil }
    value = Self.without(value, keys)
    return found
  }

  private static func without(_ value: Value, _ keys: ArraySlice<String>) -> Value {
    guard let key = keys.first, case .object(var fields) = value, let inner = fields[key] else { return value }
    if keys.count == 1 {
      fields[key] = nil
    } else {
      let left = without(inner, keys.dropFirst())
      fields[key] = left.object?.isEmpty ?? false ? nil : left
    }
    return .object(fields)
  }
}

extension Value {
  /// How many scalars there are in it; an empty map or list counts as one.
  var leaves: Int {
    switch self {
    case .object(let fields): fields.isEmpty ? 1 : fields.values.reduce(0) { $0 + $1.leaves }
    case .array(let elements): elements.isEmpty ? 1 : elements.reduce(0) { $0 + $1.leaves }
    default: 1
    }
  }

  /// Without what states the schema's defaults, with the fields of structs in the order of their names.
  func plain(_ shape: KubeSchema.Shape?) -> Value {
    let schema = KubeSchema.builtin
    switch (self, shape) {
    case (.object(let fields), .type(let index)?):
      var out = Fields(minimumCapacity: fields.count)
      for key in fields.keys.sorted() {
        guard let value = fields[key] else { continue }
        let field = schema.types[index].field(key)
        if let standard = field?.defaultValue, standard == value, field?.isRequired == false { continue }
        out[key] = value.plain(field?.shape)
      }
      return .object(out)
    case (.object(let fields), .map(let inner)?): return .object(fields.mapValues { $0.plain(inner) })
    case (.array(let elements), .list(let inner)?): return .array(elements.map { $0.plain(inner) })
    default: return self
    }
  }
}
