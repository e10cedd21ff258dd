internal import KCData
internal import KCKube

/// The schemas of the custom kinds that a program defines: several of a kind that several definitions describe, as in a
/// program that holds some releases of an operator.
struct CustomSchemas {
  private let base: KubeSchema
  /// Definitions in layers, each with one of a kind: in the first the last ones, and in others those that differ.
  private var layers: [[Value]] = []
  /// How many layers each kind is in.
  private var counts: [String: Int] = [:]
  /// The schemas of the first layers: others are made when the ones before do not take a resource.
  private var made: [KubeSchema] = []

  init(_ base: KubeSchema, _ definitions: [Value]) {
    self.base = base
    var known: [String: [Value]] = [:]
    for definition in definitions.reversed() {
      let kind = Self.definedKind(definition)
      let place = known[kind]?.count ?? 0
      guard place < Limits.definitions, !(known[kind] ?? []).contains(where: { $0["spec"] == definition["spec"] })
      else {
        continue
      }
      known[kind, default: []].append(definition)
      if layers.count == place { layers.append([]) }
      layers[place].append(definition)
    }
    counts = known.mapValues(\.count)
  }

  /// `example.com Widget`
  static func definedKind(_ definition: Value) -> String {
    "\(definition.at("spec", "group")?.string ?? "") \(definition.at("spec", "names", "kind")?.string ?? "")"
  }

  /// How many schemas there are of a kind.
  func count(group: String, kind: String) -> Int { counts["\(group) \(kind)"] ?? 0 }

  /// - Requires: there is a kind with more schemas than `place`.
  mutating func schema(at place: Int) -> KubeSchema {
    while made.count <= place {
      var schema = made.first ?? base
      for definition in layers[made.count] { schema.insert(definition: definition) }
      made.append(schema)
    }
    return made[place]
  }
}
