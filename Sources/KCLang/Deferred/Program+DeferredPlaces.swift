internal import KCData
internal import KCKube
internal import KCSyntax

/// Where values may stand that are known only after apply, and what has to be applied before them.
extension Program {
  /// Finds the fields of an object that are not known yet, and puts the words for that in their places; reports those
  /// that decide what the object is.
  mutating func findDeferred(_ resource: inout Resource) {
    guard holdsDeferred(resource.tree) else { return }
    let (apiVersion, kind) = identity(of: resource.tree)
    let shape = kube.type(apiVersion: apiVersion, kind: kind).map { KubeSchema.Shape.type($0) } ?? .any
    var search = DeferredSearch(placeholder: tree.string(DeferredExpression.placeholder))
    resource.tree = known(resource.tree, FieldPath(), shape, isFixed: false, 0, &search)
    resource.deferred = search.found
  }

  private struct DeferredSearch {
    var placeholder: TreeValue
    var found: [DeferredField] = []
  }

  /// A value with words for what is not known.
  private mutating func known(
    _ value: TreeValue, _ path: FieldPath, _ shape: KubeSchema.Shape, isFixed: Bool, _ origin: UInt32,
    _ search: inout DeferredSearch
  ) -> TreeValue {
    switch value.tag {
    case .deferred:
      // What kc makes of a name follows from the name.
      if isFixed, origin != 0 { _ = undecided("`\(path)`", at: code.origins[Int(origin)].site) }
      if !isFixed {
        search.found.append(DeferredField(path: path, expression: deferreds[Int(value.payload)].expression))
      }
      var words = search.placeholder
      words.isSecret = value.isSecret
      return words
    case .record:
      var fields = Array(tree.fields(of: value))
      for place in fields.indices {
        let name = text(Int32(fields[place].key))
        let inner = path.field(name)
        let isFixed = isFixed || Self.fixes(name, inner)
        let own = fields[place].origin != 0 || isFixed ? fields[place].origin : origin
        fields[place].value = known(
          fields[place].value, inner, member(name, of: shape), isFixed: isFixed, own, &search)
      }
      return tree.record(fields)
    case .list: return known(list: value, path, shape, isFixed: isFixed, origin, &search)
    default: return value
    }
  }

  private mutating func known(
    list value: TreeValue, _ path: FieldPath, _ shape: KubeSchema.Shape, isFixed: Bool, _ origin: UInt32,
    _ search: inout DeferredSearch
  ) -> TreeValue {
    let (element, keys) = element(of: shape)
    var items = Array(tree.items(of: value))
    for place in items.indices {
      let inner = path.index(place)
      // What tells the elements apart has to be known, or two versions could not be merged.
      for key in keys {
        guard let name = tree.keys.find(key), let field = tree.field(name, of: items[place]),
          field.value.tag == .deferred
        else { continue }
        let own = field.origin != 0 ? field.origin : origin
        _ = undecided("`\(inner.field(key))`", at: own != 0 ? code.origins[Int(own)].site : valueSite)
      }
      items[place] = known(items[place], inner, element, isFixed: isFixed, origin, &search)
    }
    return tree.list(items)
  }

  /// Whether a field is a name or holds labels.
  private static func fixes(_ name: String, _ path: FieldPath) -> Bool {
    if ["apiVersion", "kind"].contains(name), path.elements.count == 1 { return true }
    if ["labels", "matchLabels", "selector", "matchExpressions"].contains(name) { return true }
    guard path.elements.count == 2, case .field("metadata")? = path.elements.first else { return false }
    return ["name", "namespace", "generateName"].contains(name)
  }

  private func member(_ name: String, of shape: KubeSchema.Shape) -> KubeSchema.Shape {
    switch shape {
    case .type(let index): kube.types[index].field(name)?.shape ?? .any
    case .map(let element): element
    default: .any
    }
  }

  private func element(of shape: KubeSchema.Shape) -> (KubeSchema.Shape, keys: [String]) {
    guard case .list(let element) = shape else { return (.any, []) }
    guard case .type(let index) = element else { return (element, []) }
    let fields = kube.types[index]
    return (
      element, ["name", "containerPort", "port", "mountPath", "type"].filter { fields.field($0)?.isRequired ?? false }
    )
  }
}

/// What waits for what.
extension Program {
  /// Kinds that have to be there before what refers to them can run.
  private static let needed: Set<String> = [
    "ConfigMap", "Secret", "PersistentVolumeClaim", "PersistentVolume", "ServiceAccount", "Namespace", "PriorityClass",
    "StorageClass", "RuntimeClass", "CustomResourceDefinition",
  ]

  /// Adds what objects wait for to what they refer to, and reports those that wait for themselves.
  mutating func orderDeferred(_ resources: inout [Resource]) {
    let kinds = Dictionary(
      resources.map { ($0.address, identity(of: $0.tree).kind) }, uniquingKeysWith: { first, _ in first })
    var needs: [String: [String]] = [:]
    for place in resources.indices {
      let waits = Set(resources[place].deferred.flatMap(\.expression.addresses))
      let refers = resources[place].dependencies.filter { Self.needed.contains(kinds[$0] ?? "") }
      needs[resources[place].address] = waits.union(refers).sorted()
      resources[place].dependencies = waits.union(resources[place].dependencies).sorted()
    }
    let open = Self.cyclic(needs)
    if open.isEmpty { return }
    var told: Set<String> = []
    for resource in resources where open.contains(resource.address) {
      for field in resource.deferred {
        for source in field.expression.addresses where open.contains(source) || source == resource.address {
          guard let way = Self.way(from: source, to: resource.address, needs), !told.contains(resource.address) else {
            continue
          }
          told.formUnion(way)
          report(wait: field, of: resource, way)
        }
      }
    }
  }

  private mutating func report(wait field: DeferredField, of resource: Resource, _ way: [String]) {
    let origin = origin(at: field.path, in: resource.tree)
    let site = origin != 0 ? code.origins[Int(origin)].site : instances[Int(resource.instance)].site
    let shown = ([resource.address] + way).map { "`\($0)`" }.joined(separator: " → ")
    report(
      "KC0184",
      "`\(field.path)` of `\(resource.address)` is known only when `\(way.first ?? "")` is applied, which waits for it",
      at: site, notes: [shown])
  }

  /// The addresses that are in a cycle, or lead to one.
  private static func cyclic(_ needs: [String: [String]]) -> Set<String> {
    var waiting = needs.mapValues(\.count)
    var dependents: [String: [String]] = [:]
    for (address, others) in needs { for other in others { dependents[other, default: []].append(address) } }
    var ready = waiting.filter { $0.value == 0 }.map(\.key)
    var left = Set(needs.keys)
    while let address = ready.popLast() {
      left.remove(address)
      for dependent in dependents[address] ?? [] {
        waiting[dependent, default: 1] -= 1
        if waiting[dependent] == 0 { ready.append(dependent) }
      }
    }
    return left
  }

  /// The addresses from one to the other, both included; nil where no way leads there.
  private static func way(from start: String, to end: String, _ needs: [String: [String]]) -> [String]? {
    var before: [String: String] = [start: ""]
    var queue = [start]
    var position = 0
    while position < queue.count, before[end] == nil {
      for next in needs[queue[position]] ?? [] where before[next] == nil {
        before[next] = queue[position]
        queue.append(next)
      }
      position += 1
    }
    guard before[end] != nil else { return nil }
    var way = [end]
    while let previous = before[way[0]], !previous.isEmpty { way.insert(previous, at: 0) }
    return way
  }
}
