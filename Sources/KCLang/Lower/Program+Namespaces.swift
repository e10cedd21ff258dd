internal import KCData
internal import KCKube
internal import KCSyntax

/// The namespaces that objects are in.
extension Program {
  /// Whether objects of a type live in namespaces.
  enum ObjectScope: Sendable { case namespaced, cluster, unknown }

  /// Objects that live in a namespace and name none get the project's; those of kinds that nothing is known of have the
  /// one that they say, and only the target can tell whether they need another.
  mutating func placeInNamespace(_ resource: inout Resource) {
    guard namesNoNamespace(resource) else { return }
    switch scope(of: resource) {
    case .namespaced: setNamespace(of: &resource, to: namespaceValue(around: resource.instance))
    case .cluster: break
    case .unknown: resource.openNamespace = namespace(around: resource.instance)
    }
  }

  /// The same for objects whose kind a definition of the program says to live in namespaces.
  mutating func placeInKnownNamespace(_ resource: inout Resource) {
    guard resource.openNamespace != nil, namesNoNamespace(resource) else { return }
    resource.openNamespace = nil
    setNamespace(of: &resource, to: namespaceValue(around: resource.instance))
  }

  private func namesNoNamespace(_ resource: Resource) -> Bool {
    guard let metadata = value(at: keys.metadata, in: resource.tree), metadata.tag == .record else { return false }
    return value(at: keys.namespace, in: metadata) == nil
  }

  private mutating func setNamespace(of resource: inout Resource, to name: TreeValue) {
    guard let metadata = value(at: keys.metadata, in: resource.tree) else { return }
    var fields: [TreeField] = []
    fields.reserveCapacity(metadata.length + 1)
    for field in tree.fields(of: metadata) where field.key != UInt32(keys.namespace) {
      fields.append(field)
      if field.key == UInt32(keys.name) {
        fields.append(TreeField(key: UInt32(keys.namespace), origin: 0, value: name))
      }
    }
    // Objects that the API server names have none yet.
    if !fields.contains(where: { $0.key == UInt32(keys.namespace) }) {
      fields.append(TreeField(key: UInt32(keys.namespace), origin: 0, value: name))
    }
    resource.tree = replacing(keys.metadata, in: resource.tree, with: tree.record(fields))
  }

  /// Whether an object lives in a namespace: as the API says of its own types, and the block's schema of others.
  private mutating func scope(of resource: Resource) -> ObjectScope {
    guard let version = value(at: keys.apiVersion, in: resource.tree),
      let kind = value(at: keys.kind, in: resource.tree)
    else { return .cluster }
    let names = WrittenType(apiVersion: version.bits, kind: kind.bits)
    let known = typeScopes[names] ?? builtinScope(of: resource.tree)
    typeScopes[names] = known
    if known != .unknown { return known }
    let schema = schemas[Int(instances[Int(resource.instance)].schema)]
    if isPlainObject(resource.instance) { return schema.scopeOfObjects }
    return isOfCluster(schema) ? .cluster : .namespaced
  }

  /// Kinds that the library has blocks for, and the API only where they are installed; all of them live in namespaces.
  private static let installedKinds: Set<String> = [
    "gateway.networking.k8s.io/v1 Gateway", "gateway.networking.k8s.io/v1 HTTPRoute",
  ]

  private func builtinScope(of object: TreeValue) -> ObjectScope {
    let (apiVersion, kind) = identity(of: object)
    guard let type = ResourceTypes.builtin.find(apiVersion: apiVersion, kind: kind) else {
      return Self.installedKinds.contains("\(apiVersion) \(kind)") ? .namespaced : .unknown
    }
    return type.namespaced ? .namespaced : .cluster
  }

  /// Whether a schema says that its blocks are in no namespace, as those do that `kc import crd` writes of kinds of the
  /// whole cluster: `final namespace: None = none`.
  func isOfCluster(_ schema: Schema) -> Bool {
    schema.slotOf[keys.namespace].map { schema.slots[Int($0)].type == TypeTable.none } ?? false
  }

  /// The namespace that the instance around a block gives it, else the `env`, else the project.
  mutating func namespace(around index: Int32) -> String {
    let value = namespaceValue(around: index)
    return tree.text(of: value) ?? ""
  }

  /// Finds where the program's objects are that say nothing else.
  ///
  /// - Parameter isDamaged: whether files could not be read as they were meant.
  mutating func readHome(isDamaged: Bool) {
    project.home = project.namespace
    if let binding = namespaces[root] {
      let name = tree.text(of: scalar(evaluate(binding.op, binding.frame)))
      project.home = name ?? project.namespace
      project.isHomeCertain = name != nil
    }
    if !isDamaged { return }
    // Of an env that stands in a damaged file what it says may have got lost.
    let files = Set(
      activeEnvironments.flatMap { environments[$0].bodies }
        .map { trees[modules[Int(scopes[Int($0.scope)].module)].file].file.id })
    if diagnostics.all.contains(where: { $0.severity == .error && files.contains($0.span.file) }) {
      project.isHomeCertain = false
    }
  }

  private mutating func namespaceValue(around index: Int32) -> TreeValue {
    var current = instances[Int(index)].parent
    while current >= 0 {
      if let binding = namespaces[current] {
        let value = scalar(evaluate(binding.op, binding.frame))
        if value.tag == .string { return value }
        if !value.isPoison { _ = mismatch(value, TypeTable.string, at: siteOf(binding.op)) }
      }
      current = instances[Int(current)].parent
    }
    if projectNamespace.isNone { projectNamespace = tree.string(project.namespace) }
    return projectNamespace
  }
}
