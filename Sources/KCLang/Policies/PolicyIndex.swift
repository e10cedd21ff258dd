internal import KCData
internal import KCKube

/// Which values of objects policies are held against, by the types of the API.
struct PolicyIndex {
  /// By type: the policies on it, as places in `Program.policies`.
  private(set) var policies: [Int: [Int]] = [:]
  /// By type: whether policies are on it, or on something that it may hold.
  private var reaches: [Bool]
  /// By type: the fields that may hold such values; kept, because many objects are of few types.
  private var fields: [Int: [(key: UInt32, shape: KubeSchema.Shape)]] = [:]
  private let schema: KubeSchema

  init(_ policies: [Policy], _ schema: KubeSchema) {
    self.schema = schema
    reaches = Array(repeating: false, count: schema.types.count)
    for (place, policy) in policies.enumerated() where !policy.isBroken {
      for type in policy.apiTypes { self.policies[type, default: []].append(place) }
    }
    var users = [[Int]](repeating: [], count: schema.types.count)
    for (type, found) in schema.types.enumerated() {
      for field in found.fields { if let inner = Self.inner(field.shape) { users[inner].append(type) } }
    }
    var queue = Array(self.policies.keys)
    for type in queue { reaches[type] = true }
    while let type = queue.popLast() {
      for user in users[type] where !reaches[user] {
        reaches[user] = true
        queue.append(user)
      }
    }
  }

  /// The type that values of a shape are, or are made of.
  private static func inner(_ shape: KubeSchema.Shape) -> Int? {
    switch shape {
    case .type(let index): index
    case .list(let element), .map(let element): inner(element)
    default: nil
    }
  }

  /// Whether a value of a type is looked at, or into.
  func reaches(_ type: Int) -> Bool { reaches[type] }

  /// The fields of a type that are looked into, as far as the program's objects have fields of these names.
  mutating func fields(of type: Int, _ keys: TreeKeys) -> [(key: UInt32, shape: KubeSchema.Shape)] {
    if let known = fields[type] { return known }
    let found = schema.types[type].fields.compactMap { field -> (key: UInt32, shape: KubeSchema.Shape)? in
      guard let inner = Self.inner(field.shape), reaches[inner], let key = keys.find(field.name) else { return nil }
      return (key, field.shape)
    }
    fields[type] = found
    return found
  }

  /// The short name of a type: `Container`.
  func name(of type: Int) -> Substring {
    schema.types[type].name.split(separator: ".").last ?? ""
  }
}

/// What the walk over an object knows of the value that it is at.
struct PolicyPlace {
  /// The block that the value was made from, or the nearest around it.
  var block: Int32
  /// Where the source says the value, as far as it is known.
  var site: Int32
}

/// A walk over the program's objects for the policies on types of the API.
struct PolicyWalk {
  enum Step {
    case field(UInt32)
    case index(Int)
  }

  var index: PolicyIndex
  let waivers: [Waiver]
  /// The way from the object to the value.
  var path: [Step] = []
  var resource: Resource
  /// The object as policies see it; nil until one asks.
  var object: TreeValue?
  /// The names of objects by namespace and kind, as policies see them; nil where not all objects are known.
  var beside: [String: TreeValue]?

  /// Begins with another object.
  mutating func begin(_ resource: Resource) {
    self.resource = resource
    object = nil
    path.removeAll(keepingCapacity: true)
  }
}
