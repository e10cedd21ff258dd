internal import KCData
internal import KCKube
internal import KCSyntax

/// Which blocks values of objects were made from, and what policies see of the object around.
extension Program {
  /// The kinds of blocks that elements of a type are made from, and the field that holds their names.
  private static let madeFrom: [Substring: (kinds: [String], name: String)] = [
    "Container": (["container", "sidecar", "init"], "name"), "Volume": (["volume"], "name"),
    "EnvVar": (["env"], "name"), "VolumeMount": (["mount"], "mountPath"), "ContainerPort": (["port"], "name"),
    "ServicePort": (["port"], "name"), "PolicyRule": (["allow"], ""), "PersistentVolumeClaim": (["claim"], ""),
  ]

  /// The place of an element of a list: the block that it was made from, where it was made from one.
  mutating func place(
    of element: TreeValue, _ position: Int, _ type: Substring, in place: PolicyPlace
  ) -> PolicyPlace {
    if let block = block(of: element, position, type, in: place.block) {
      return PolicyPlace(block: block, site: instances[Int(block)].site)
    }
    guard element.tag == .record else { return place }
    let name = tree.keys.find("name").flatMap { tree.field($0, of: element) }.flatMap { ownSite($0.origin) }
    return PolicyPlace(block: place.block, site: name ?? firstSite(in: element) ?? place.site)
  }

  private func firstSite(in record: TreeValue) -> Int32? {
    for field in tree.fields(of: record) { if let site = ownSite(field.origin) { return site } }
    return nil
  }

  private mutating func block(
    of element: TreeValue, _ position: Int, _ type: Substring, in block: Int32
  ) -> Int32? {
    guard let (kinds, field) = Self.madeFrom[type] else { return nil }
    var candidates: [Int32] = []
    for kind in kinds {
      if let key = tree.keys.find(kind) { candidates += children(of: block, kind: Int32(key)) }
    }
    if candidates.isEmpty { return nil }
    // Rules have no names: they stand in the order of their blocks.
    if field.isEmpty { return position < candidates.count ? candidates[position] : nil }
    let wanted = tree.keys.find(field).flatMap { tree.field($0, of: element) }.flatMap { tree.text(of: $0.value) }
    // Elements stand in the order of their blocks, as a rule: the likeliest is tried first.
    if position < candidates.count, name(of: candidates[position]) == wanted { return candidates[position] }
    guard let wanted else { return nil }
    return candidates.first { name(of: $0) == wanted }
  }

  /// The name that a block within an object gives its value; nil for one without.
  private mutating func name(of block: Int32) -> String? {
    guard case let schema = instances[Int(block)].schema, schema >= 0,
      let slot = schemas[Int(schema)].slotOf[keys.name]
    else { return instances[Int(block)].name >= 0 ? text(instances[Int(block)].name) : nil }
    return tree.text(of: scalar(read(block, slot: slot, at: 0)))
  }

  /// What a policy sees as `object`.
  mutating func object(_ walk: inout PolicyWalk) -> TreeValue {
    if let known = walk.object { return known }
    let root = walk.resource.tree
    let metadata = value(at: keys.metadata, in: root) ?? .none
    func part(_ name: String, _ program: inout Program) -> TreeField {
      let key = UInt32(program.key(name))
      return program.tree.field(key, of: metadata) ?? TreeField(key: key, origin: 0, value: .none)
    }
    func made(_ name: String, _ value: TreeValue, _ program: inout Program) -> TreeField {
      TreeField(key: UInt32(program.key(name)), origin: 0, value: value)
    }
    var name = part("name", &self)
    var namespace = part("namespace", &self)
    var labels = part("labels", &self)
    var annotations = part("annotations", &self)
    // What is said of objects that are not there would follow from what could not be made.
    let beside = walk.beside.map { $0[tree.text(of: namespace.value) ?? ""] ?? tree.record([]) } ?? .poison
    if name.value.isNone { name.value = tree.string("") }
    if namespace.value.isNone { namespace.value = tree.string("") }
    if labels.value.isNone { labels.value = tree.record([]) }
    if annotations.value.isNone { annotations.value = tree.record([]) }
    let (apiVersion, kind) = (text(at: keys.apiVersion, of: root), text(at: keys.kind, of: root))
    let isPlain = isPlainObject(walk.resource.instance)
    let record = tree.record([
      made("title", tree.string(title(of: walk.resource.instance)), &self),
      made("apiVersion", tree.string(apiVersion), &self), made("kind", tree.string(kind), &self), name, namespace,
      labels, annotations, made("pod", pod(of: root), &self), made("isPlain", .bool(isPlain), &self),
      made("beside", beside, &self),
    ])
    walk.object = record
    return record
  }

  /// The spec of the pods that an object makes, or is; absent for others.
  private func pod(of object: TreeValue) -> TreeValue {
    let spec = value(at: keys.spec, in: object) ?? .none
    let outer = value(at: keys.jobTemplate, keys.spec, in: spec) ?? spec
    if let template = value(at: keys.template, keys.spec, in: outer) { return template }
    return value(at: keys.kind, in: object).map { isText($0, "Pod") } ?? false ? spec : .none
  }

  /// The names of the program's objects by kind, in each namespace.
  mutating func objectsBeside(_ resources: [Resource]) -> [String: TreeValue] {
    var names: [String: [UInt32: [TreeField]]] = [:]
    for resource in resources {
      let metadata = value(at: keys.metadata, in: resource.tree) ?? .none
      let namespace = text(at: keys.namespace, of: metadata)
      let kind = UInt32(key(text(at: keys.kind, of: resource.tree)))
      let name = UInt32(key(text(at: keys.name, of: metadata)))
      names[namespace, default: [:]][kind, default: []].append(TreeField(key: name, origin: 0, value: .bool(true)))
    }
    return names.mapValues { kinds in
      tree.record(
        kinds.sorted { $0.key < $1.key }.map { TreeField(key: $0.key, origin: 0, value: tree.record($0.value)) })
    }
  }
}
