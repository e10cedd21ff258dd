internal import KCData
internal import KCKube
internal import KCSyntax

/// From resources to API objects.
extension Program {
  /// The objects of all resources, in the order of their declaration.
  mutating func lower() -> [Resource] {
    var resources: [Resource] = []
    let all = resourceInstances(in: root)
    for index in all {
      if let resource = lower(index) { resources.append(resource) }
    }
    checkCustomResources(&resources)
    var needs: [Int32: [Int32]] = [:]
    for edge in edges { needs[edge.from, default: []].append(edge.to) }
    for place in resources.indices {
      resources[place].dependencies = (needs[resources[place].instance] ?? []).map { address(of: $0) }.sorted()
    }
    // Pods of workloads that could not be made might be those that are selected.
    if resources.count == all.count { checkSelectors(resources) }
    return resources
  }

  /// The blocks that become objects, those in instances of components too.
  private mutating func resourceInstances(in space: Int32) -> [Int32] {
    var found: [Int32] = []
    for child in children(of: space) {
      let schema = instances[Int(child)].schema
      if schemas[Int(schema)].isNamespace {
        found += resourceInstances(in: child)
      } else if isResource(child) {
        found.append(child)
      }
    }
    return found
  }

  /// `deployment.web`; in an instance `eu.deployment.web`.
  func address(of index: Int32) -> String {
    let instance = instances[Int(index)]
    var address = "\(text(instance.kind)).\(text(instance.name))"
    var parent = instance.parent
    while parent >= 0, parent != root {
      address = "\(text(instances[Int(parent)].name)).\(address)"
      parent = instances[Int(parent)].parent
    }
    return address
  }

  private mutating func lower(_ index: Int32) -> Resource? {
    let schema = schemas[Int(instances[Int(index)].schema)]
    guard schema.object >= 0 else { return nil }
    let frame = schemaFrame(index, schema.objectOwner)
    let outer = owner
    owner = index
    var object = evaluate(schema.object, frame)
    owner = outer
    if object.isPoison { return nil }
    if let raw = rawFields(index) {
      let resolved = resolve(raw, 0)
      let names = tree.value(of: object)
      checkFields(
        resolved, apiVersion: names?["apiVersion"]?.string ?? "", kind: names?["kind"]?.string ?? "")
      object = mergeDeep(object, raw)
    }
    let resolved = resolve(object, 0)
    if let type = schema.apiType { checkFields(resolved, apiVersion: type.apiVersion, kind: type.kind) }
    guard let value = tree.value(of: resolved) else { return nil }
    var resource = Resource(
      address: address(of: index), kind: text(instances[Int(index)].kind), object: value,
      origin: location(instances[Int(index)].site), dependencies: [])
    resource.instance = index
    resource.tree = resolved
    resource.isProtected = isProtected(index)
    setNamespace(&resource.object, of: index)
    return resource
  }

  /// Whether the block says `protect = true`.
  private mutating func isProtected(_ index: Int32) -> Bool {
    guard let slot = schemas[Int(instances[Int(index)].schema)].slotOf[keys.protect] else { return false }
    return scalar(read(index, slot: slot, at: 0)).isTrue
  }

  /// What `raw { … }` says; nil where there is none.
  private mutating func rawFields(_ index: Int32) -> TreeValue? {
    guard let key = tree.keys.find("raw"),
      let slot = schemas[Int(instances[Int(index)].schema)].slotOf[Int32(key)]
    else { return nil }
    let raw = read(index, slot: slot, at: 0)
    return raw.isNone || raw.isPoison ? nil : materialize(raw)
  }

  /// Objects that live in a namespace and name none get the project's.
  private mutating func setNamespace(_ object: inout Value, of index: Int32) {
    guard let apiVersion = object["apiVersion"]?.string, let kind = object["kind"]?.string,
      object.at("metadata", "namespace") == nil, let metadata = object["metadata"]?.object
    else { return }
    if let type = ResourceTypes.builtin.find(apiVersion: apiVersion, kind: kind), !type.namespaced { return }
    let namespace = namespace(around: index)
    var fields = Fields()
    for (key, value) in metadata {
      fields[key] = value
      if key == "name" { fields["namespace"] = .string(namespace) }
    }
    object["metadata"] = .object(fields)
  }

  /// The namespace that the instance around a block gives it, else the `env`, else the project.
  mutating func namespace(around index: Int32) -> String {
    var current = instances[Int(index)].parent
    while current >= 0 {
      if let binding = namespaces[current] {
        let value = scalar(evaluate(binding.op, binding.frame))
        if let text = tree.text(of: value) { return text }
        if !value.isPoison { _ = mismatch(value, TypeTable.string, at: siteOf(binding.op)) }
      }
      current = instances[Int(current)].parent
    }
    return project.namespace
  }

  /// Merges records field by field, all the way down; other values of the second win.
  mutating func mergeDeep(_ left: TreeValue, _ right: TreeValue) -> TreeValue {
    let one = materialize(left)
    let other = materialize(right)
    guard one.tag == .record, other.tag == .record else { return right }
    var fields = Array(tree.fields(of: one))
    for field in Array(tree.fields(of: other)) {
      if let place = fields.firstIndex(where: { $0.key == field.key }) {
        let value = mergeDeep(fields[place].value, field.value)
        let isLeaf = value.bits == field.value.bits
        fields[place] = TreeField(
          key: field.key, origin: isLeaf ? field.origin : fields[place].origin, value: value)
      } else {
        fields.append(field)
      }
    }
    return tree.record(fields)
  }

  func location(_ site: Int32) -> SourceLocation {
    let span = span(site)
    guard files.indices.contains(span.file) else { return SourceLocation(file: "", line: 0, column: 0) }
    let file = files[span.file]
    return SourceLocation(file: file.path, line: file.line(at: span.start), column: file.column(at: span.start))
  }

  func provenance(_ origin: UInt32) -> Provenance {
    let data = code.origins[Int(origin)]
    return Provenance(
      location: location(data.site), layer: layers[Int(data.layer)],
      parameter: data.parameter >= 0 ? parameterNames[Int(data.parameter)] : nil)
  }

  /// A value as API value; nil where it is absent or was reported.
  mutating func plainValue(of value: TreeValue) -> Value? {
    let resolved = resolve(value, 0)
    return tree.value(of: resolved)
  }

  /// The deepest nesting of an object.
  static let maxObjectDepth = 100

  /// A value with nothing but records, lists and scalars in it; the same bits where it has nothing else already.
  mutating func resolve(_ value: TreeValue, _ depth: Int) -> TreeValue {
    guard depth < Self.maxObjectDepth else {
      report("KC0170", "this object is nested more than \(Self.maxObjectDepth) levels deep", at: valueSite)
      return .none
    }
    nodes += 1
    guard nodes < Limits.nodes else {
      report("KC0172", "the objects hold more than \(Limits.nodes) values", at: valueSite)
      return .none
    }
    switch value.tag {
    case .record: return resolve(record: value, depth)
    case .list: return resolve(list: value, depth)
    case .instance, .key, .symbol:
      let plain = scalar(value)
      return resolve(plain.tag == .instance ? materialize(plain) : plain, depth + 1)
    case .function, .scope, .choice, .regex, .range:
      report("KC0110", "\(Self.article(kindName(value))) cannot stand in an object", at: valueSite)
      return .none
    default: return value
    }
  }

  private mutating func resolve(record value: TreeValue, _ depth: Int) -> TreeValue {
    let outer = valueSite
    defer { valueSite = outer }
    var changed: [TreeField]?
    for place in 0..<value.length {
      let field = tree.field(of: value, place)
      if field.origin != 0 { valueSite = code.origins[Int(field.origin)].site }
      let inner = resolve(field.value, depth + 1)
      if inner.bits == field.value.bits { continue }
      if changed == nil { changed = Array(tree.fields(of: value)) }
      changed?[place].value = inner
    }
    return changed.map { tree.record($0) } ?? value
  }

  private mutating func resolve(list value: TreeValue, _ depth: Int) -> TreeValue {
    var changed: [TreeValue]?
    for place in 0..<value.length {
      let item = tree.item(of: value, place)
      let inner = resolve(item, depth + 1)
      if inner.bits == item.bits { continue }
      if changed == nil { changed = Array(tree.items(of: value)) }
      changed?[place] = inner
    }
    return changed.map { tree.list($0) } ?? value
  }
}

/// Checks across objects.
extension Program {
  /// A service's selector that no pod of the program has.
  mutating func checkSelectors(_ resources: [Resource]) {
    var pods: [String: [Fields]] = [:]
    for resource in resources {
      let namespace = resource.object.at("metadata", "namespace")?.string ?? ""
      for (key, value) in Self.podLabels(of: resource.object) ?? [:] {
        pods["\(namespace)/\(key)=\(value.string ?? "")", default: []].append(
          Self.podLabels(of: resource.object) ?? [:])
      }
    }
    for resource in resources where resource.object["kind"]?.string == "Service" {
      guard let selector = resource.object.at("spec", "selector")?.object,
        let first = selector.first(where: { _ in true })
      else { continue }
      let namespace = resource.object.at("metadata", "namespace")?.string ?? ""
      let candidates = pods["\(namespace)/\(first.key)=\(first.value.string ?? "")"] ?? []
      if candidates.contains(where: { labels in selector.allSatisfy { labels[$0.key] == $0.value } }) { continue }
      let shown = selector.map { "\($0.key): \($0.value.string ?? "")" }.joined(separator: ", ")
      let site = selectorSite(resource)
      let schema = schemas[Int(instances[Int(resource.instance)].schema)]
      // Labels in the API's own terms may well be those of pods from elsewhere.
      let isPlain = schema.apiType != nil || schema.slotOf[Int32(key("apiVersion"))] != nil
      report(
        "KC0151", "`\(title(of: resource.instance))` selects no pod of this program", at: span(site),
        severity: isPlain ? .warning : .error, notes: ["it selects `\(shown)`"],
        help: "select a workload by its name: `select = NAME`")
    }
  }

  private static func podLabels(of object: Value) -> Fields? {
    let template =
      object.at("spec", "template", "metadata", "labels")
      ?? object.at("spec", "jobTemplate", "spec", "template", "metadata", "labels")
    return (template ?? (object["kind"]?.string == "Pod" ? object.at("metadata", "labels") : nil))?.object
  }

  private func selectorSite(_ resource: Resource) -> Int32 {
    if let key = tree.keys.find("select"),
      let slot = schemas[Int(instances[Int(resource.instance)].schema)].slotOf[Int32(key)]
    {
      let head = heads[Int(instances[Int(resource.instance)].slots + slot)]
      if head >= 0 { return code.origins[Int(bindings[Int(head)].origin)].site }
    }
    return instances[Int(resource.instance)].site
  }
}
