internal import KCData
internal import KCKube
internal import KCSyntax

/// Policies on types of the API, held against the objects as they will be applied: whoever wrote a value, and in
/// whatever form, it is seen.
extension Program {
  /// Holds all values of the objects against the policies on their types: one walk of each object.
  ///
  /// - Parameters:
  ///   - refused: blocks whose objects the API server refuses. Their values are not what their types promise.
  ///   - isWhole: whether these are all objects of the program.
  mutating func checkObjectPolicies(
    _ resources: [Resource], _ waivers: [Waiver], refused: Set<Int32>, isWhole: Bool
  ) {
    guard let first = resources.first, policies.contains(where: { !$0.apiTypes.isEmpty && !$0.isBroken }) else {
      return
    }
    let schema = kube
    var walk = PolicyWalk(index: PolicyIndex(policies, schema), waivers: waivers, resource: first)
    let outer = (owner, readsObjects)
    owner = -1
    readsObjects = true
    defer { (owner, readsObjects) = outer }
    if isWhole { walk.beside = objectsBeside(resources) }
    for resource in resources where !refused.contains(resource.instance) {
      let (apiVersion, kind) = identity(of: resource.tree)
      guard let type = schema.type(apiVersion: apiVersion, kind: kind), walk.index.reaches(type) else { continue }
      walk.begin(resource)
      let place = PolicyPlace(block: resource.instance, site: instances[Int(resource.instance)].site)
      hold(resource.tree, type, at: place, &walk)
    }
  }

  /// Whether the object of a block is written in the API's own form.
  func isPlainObject(_ index: Int32) -> Bool {
    let schema = schemas[Int(instances[Int(index)].schema)]
    return schema.apiType != nil || schema.slotOf[keys.apiVersion] != nil
  }

  private mutating func hold(_ value: TreeValue, _ type: Int, at place: PolicyPlace, _ walk: inout PolicyWalk) {
    guard value.tag == .record else { return }
    for policy in walk.index.policies[type] ?? [] { hold(value, policies[policy], at: place, &walk) }
    for (key, shape) in walk.index.fields(of: type, tree.keys) {
      guard let field = tree.field(key, of: value), !field.value.isNone else { continue }
      walk.path.append(.field(key))
      hold(field.value, shape, at: inner(place, field, walk), &walk)
      walk.path.removeLast()
    }
  }

  /// The place of a field: where it is written, for what is written in the API's terms.
  private func inner(_ place: PolicyPlace, _ field: TreeField, _ walk: PolicyWalk) -> PolicyPlace {
    guard isPlainObject(walk.resource.instance), let site = ownSite(field.origin) else { return place }
    return PolicyPlace(block: place.block, site: site)
  }

  private mutating func hold(
    _ value: TreeValue, _ shape: KubeSchema.Shape, at place: PolicyPlace, _ walk: inout PolicyWalk
  ) {
    switch (shape, value.tag) {
    case (.type(let type), _):
      if walk.index.reaches(type) { hold(value, type, at: place, &walk) }
    case (.list(.type(let type)), .list):
      for position in 0..<value.length {
        let element = tree.item(of: value, position)
        walk.path.append(.index(position))
        hold(element, type, at: self.place(of: element, position, walk.index.name(of: type), in: place), &walk)
        walk.path.removeLast()
      }
    case (.list(let shape), .list):
      for position in 0..<value.length { hold(tree.item(of: value, position), shape, at: place, &walk) }
    case (.map(let shape), .record):
      for position in 0..<value.length {
        let field = tree.field(of: value, position)
        walk.path.append(.field(field.key))
        hold(field.value, shape, at: inner(place, field, walk), &walk)
        walk.path.removeLast()
      }
    default: return
    }
  }

  private mutating func hold(
    _ value: TreeValue, _ policy: Policy, at place: PolicyPlace, _ walk: inout PolicyWalk
  ) {
    let module = scopes[Int(policy.scope)].module
    let object = object(&walk)
    let frame = addFrame(parent: module >= 0 ? modules[Int(module)].frame : 0, size: policy.frameSize)
    let mark = mark(over: frame)
    setSlot(frame, 0, value)
    setSlot(frame, 1, object)
    setLets(policy.lets, frame)
    for check in policy.checks {
      readOrigin = 0
      heldPolicy = "policy `\(text(policy.name))` is held against `\(self.title(of: walk.resource.instance))`"
      defer { heldPolicy = "" }
      guard let applies = condition(check.condition, frame), applies else { continue }
      let site = ownSite(readOrigin) ?? place.site
      let path = describe(walk.path)
      let title = "`\(title(of: walk.resource.instance))`"
      report(
        policy, check, frame, of: place.block, at: site, walk.waivers,
        where: path.isEmpty ? " on \(title)" : " on `\(path)` of \(title)")
    }
    release(mark)
  }

  private func describe(_ path: [PolicyWalk.Step]) -> String {
    FieldPath(
      path.map { step in
        switch step {
        case .field(let key): .field(text(Int32(key)))
        case .index(let position): .index(position)
        }
      }
    ).description
  }

  /// The place of an origin in the user's files; nil for others.
  func ownSite(_ origin: UInt32) -> Int32? {
    guard origin != 0, case let site = code.origins[Int(origin)].site, isOwn(site) else { return nil }
    return site
  }
}

/// Reading values of objects.
extension Program {
  /// A field of a record of an object. What it does not have is absent, whatever the type says: an object holds only what
  /// was given, and a policy asks what is.
  mutating func objectMember(_ op: Op, of record: TreeValue) -> TreeValue {
    if let field = tree.field(UInt32(op.b), of: record), !field.value.isNone {
      if field.origin != 0 { readOrigin = field.origin }
      return field.value
    }
    // A map's `count` and `keys`, where no field of that name may be meant.
    if !isDeclared(op.b, in: code.types[Int(op.a)]), var found = Builtins.property(text(op.b), of: record, &self) {
      if record.isSecret { found.isSecret = true }
      return found
    }
    readOrigin = 0
    return .none
  }

  private func isDeclared(_ key: Int32, in type: TypeID) -> Bool {
    guard case .schema(let schema) = types[types.required(type)] else { return false }
    return schemas[Int(schema.index)].slotOf[key] != nil
  }
}
