internal import KCData
internal import KCKube
internal import KCSyntax

/// From resources to API objects.
extension Program {
  /// The objects of all resources, in the order of their declaration.
  mutating func lower() -> [Resource] {
    var resources: [Resource] = []
    for index in resourceInstances(in: root) {
      if let resource = lower(index) { resources.append(resource) }
    }
    for place in resources.indices {
      let index = resources[place].instance
      resources[place].dependencies = edges.filter { $0.from == index }.map { address(of: $0.to) }.sorted()
    }
    checkSelectors(resources)
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
    if let raw = rawFields(index) { object = mergeDeep(object, raw) }
    var walk = ObjectWalk()
    guard let value = walk(object, FieldPath(), 0, &self) else { return nil }
    var resource = Resource(
      address: address(of: index), kind: text(instances[Int(index)].kind), object: value,
      origin: location(instances[Int(index)].site), origins: walk.origins, dependencies: [],
      secretPaths: walk.secretPaths, rules: walk.rules)
    resource.instance = index
    setNamespace(&resource.object)
    return resource
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
  private func setNamespace(_ object: inout Value) {
    guard let apiVersion = object["apiVersion"]?.string, let kind = object["kind"]?.string,
      object.at("metadata", "namespace") == nil, let metadata = object["metadata"]?.object
    else { return }
    if let type = ResourceTypes.builtin.find(apiVersion: apiVersion, kind: kind), !type.namespaced { return }
    var fields = Fields()
    for (key, value) in metadata {
      fields[key] = value
      if key == "name" { fields["namespace"] = .string(project.namespace) }
    }
    object["metadata"] = .object(fields)
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

  /// A value as API value, without origins; nil after a report.
  mutating func plainValue(of value: TreeValue) -> Value? {
    var walk = ObjectWalk()
    let result = walk(value, FieldPath(), 0, &self)
    holdsSecret = !walk.secretPaths.isEmpty
    return result
  }
}

/// Turns a tree into an API object, and notes where its fields came from.
struct ObjectWalk {
  /// The deepest nesting of an object.
  static let maxDepth = 100

  var origins: [FieldPath: Provenance] = [:]
  var secretPaths: [FieldPath] = []
  var rules: [Resource.Rule] = []
  private var depth = 0

  init() {}

  /// The value; nil where it is absent or was reported.
  mutating func callAsFunction(
    _ value: TreeValue, _ path: FieldPath, _ origin: UInt32, _ program: inout Program
  ) -> Value? {
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.maxDepth else {
      program.report("KC0170", "this object is nested more than \(Self.maxDepth) levels deep", at: 0)
      return nil
    }
    var plain = value.tag == .instance ? value : program.scalar(value)
    if plain.isSecret {
      secretPaths.append(path)
      plain.isSecret = false
    }
    switch plain.tag {
    case .instance:
      let scalar = program.scalar(plain)
      if scalar.tag != .instance { return self(scalar, path, origin, &program) }
      let record = program.materialize(plain)
      return record.tag == .record ? object(record, path, &program) : nil
    case .record: return object(plain, path, &program)
    case .list: return list(plain, path, &program)
    case .function, .scope, .choice, .regex, .range:
      program.report(
        "KC0110", "\(Program.article(program.kindName(plain))) cannot stand in an object",
        at: program.code.origins[Int(origin)].site)
      return nil
    default: return program.tree.value(of: plain)
    }
  }

  private mutating func object(_ record: TreeValue, _ path: FieldPath, _ program: inout Program) -> Value? {
    var result = Fields(minimumCapacity: record.length)
    for field in Array(program.tree.fields(of: record)) {
      let name = program.text(Int32(field.key))
      let inner = path.field(name)
      if field.origin != 0 { note(field.origin, inner, program) }
      if let value = self(field.value, inner, field.origin, &program) { result[name] = value }
    }
    return .object(result)
  }

  private mutating func list(_ value: TreeValue, _ path: FieldPath, _ program: inout Program) -> Value? {
    var elements: [Value] = []
    for (place, element) in Array(program.tree.items(of: value)).enumerated() {
      let inner = path.index(place)
      if element.tag == .record, let first = program.tree.fields(of: element).first, first.origin != 0 {
        noteRule(first.origin, inner, program)
      }
      if let value = self(element, inner, 0, &program) { elements.append(value) }
    }
    return .array(elements)
  }

  private mutating func note(_ origin: UInt32, _ path: FieldPath, _ program: Program) {
    origins[path] = program.provenance(origin)
  }

  /// An element of a list that came from an affinity rule.
  private mutating func noteRule(_ origin: UInt32, _ path: FieldPath, _ program: Program) {
    let data = program.code.origins[Int(origin)]
    guard data.rule >= 0 else { return }
    origins[path] = program.provenance(origin)
    let rule = program.rules[Int(data.rule)]
    if rules.contains(where: { path.hasPrefix($0.path) }) { return }
    rules.append(Resource.Rule(path: path, origin: program.location(rule.site), text: rule.text))
  }
}

/// Checks across objects.
extension Program {
  /// A service's selector that no pod of the program has.
  mutating func checkSelectors(_ resources: [Resource]) {
    let pods: [(namespace: String, labels: Fields)] = resources.compactMap { resource in
      let template =
        resource.object.at("spec", "template", "metadata", "labels")
        ?? resource.object.at("spec", "jobTemplate", "spec", "template", "metadata", "labels")
      let labels =
        template ?? (resource.object["kind"]?.string == "Pod" ? resource.object.at("metadata", "labels") : nil)
      return labels?.object.map { (resource.object.at("metadata", "namespace")?.string ?? "", $0) }
    }
    for resource in resources where resource.object["kind"]?.string == "Service" {
      guard let selector = resource.object.at("spec", "selector")?.object, !selector.isEmpty else { continue }
      let namespace = resource.object.at("metadata", "namespace")?.string ?? ""
      let selects = pods.contains { pod in
        pod.namespace == namespace && selector.allSatisfy { pod.labels[$0.key] == $0.value }
      }
      if selects { continue }
      let shown = selector.map { "\($0.key): \($0.value.string ?? "")" }.joined(separator: ", ")
      let site = selectorSite(resource)
      report(
        "KC0151", "`\(title(of: resource.instance))` selects no pod of this program", at: site,
        notes: ["it selects `\(shown)`"], help: "select a workload by its name: `select = NAME`")
    }
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
