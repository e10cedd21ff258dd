internal import KCData
internal import KCKube
internal import KCSyntax

/// From resources to API objects.
extension Program {
  /// The objects of all resources, in the order of their declaration, and whether all could be made.
  ///
  /// - Parameter isDamaged: whether more may be meant than could be read.
  mutating func lower(isDamaged: Bool = false) -> (resources: [Resource], isWhole: Bool) {
    var resources: [Resource] = []
    let all = resourceInstances(in: root)
    resources.reserveCapacity(all.count)
    for index in all {
      if let resource = lower(index) { resources.append(resource) }
    }
    checkCustomResources(&resources)
    var needs: [Int32: [Int32]] = [:]
    for edge in edges { needs[edge.from, default: []].append(edge.to) }
    for place in resources.indices {
      resources[place].dependencies = (needs[resources[place].instance] ?? []).map { address(of: $0) }.sorted()
    }
    if !deferreds.isEmpty { orderDeferred(&resources) }
    // Pods of workloads that could not be made might be those that are selected.
    let isWhole = resources.count == all.count && !isDamaged
    if isWhole { checkSelectors(resources) }
    checkAcross(resources, isWhole: isWhole)
    return (resources, isWhole)
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
    var address: [UInt8] = []
    address.reserveCapacity(64)
    appendPath(of: instances[Int(index)].parent, to: &address)
    append(instances[Int(index)].kind, to: &address)
    address.append(UInt8(ascii: "."))
    append(instances[Int(index)].name, to: &address)
    return String(decoding: address, as: UTF8.self)
  }

  /// The names of the instances that a block is in, from the outermost, each with a dot.
  private func appendPath(of instance: Int32, to address: inout [UInt8]) {
    guard instance >= 0, instance != root else { return }
    appendPath(of: instances[Int(instance)].parent, to: &address)
    append(instances[Int(instance)].name, to: &address)
    address.append(UInt8(ascii: "."))
  }

  private func append(_ name: Int32, to address: inout [UInt8]) {
    if name >= 0 { tree.keys.withUTF8(UInt32(name)) { address.append(contentsOf: $0) } }
  }

  private mutating func lower(_ index: Int32) -> Resource? {
    let schema = Int(instances[Int(index)].schema)
    guard schemas[schema].object >= 0 else { return nil }
    let frame = schemaFrame(index, schemas[schema].objectOwner)
    let outer = owner
    owner = index
    var object = evaluate(schemas[schema].object, frame)
    owner = outer
    if object.isPoison { return nil }
    if let raw = rawFields(index) {
      let resolved = resolve(raw, 0)
      let plain = resolve(object, 0)
      let names = identity(of: plain)
      checkFields(resolved, apiVersion: names.apiVersion, kind: names.kind)
      object = unnamed(mergeDeep(object, raw), asIn: resolved)
    }
    let resolved = resolve(object, 0)
    if let type = schemas[schema].apiType { checkFields(resolved, apiVersion: type.apiVersion, kind: type.kind) }
    guard resolved.tag == .record, isTyped(resolved, schema) else { return nil }
    var resource = Resource(
      address: address(of: index), kind: text(instances[Int(index)].kind),
      origin: location(instances[Int(index)].site), dependencies: [])
    resource.instance = index
    resource.tree = resolved
    placeInNamespace(&resource)
    resource.isProtected = says(keys.protect, index)
    resource.restartsOnConfig = says(keys.restartOnConfig, index)
    if !deferreds.isEmpty { findDeferred(&resource) }
    if usesSecrets, !isPlain(resource) { return nil }
    return resource
  }

  /// Whether an object says what it is; reported where the schema that makes it does not.
  private mutating func isTyped(_ object: TreeValue, _ schema: Int) -> Bool {
    func lacks(_ key: Int32) -> Bool { value(at: key, in: object)?.isNone ?? true }
    guard lacks(keys.apiVersion) || lacks(keys.kind) else { return true }
    let lacking = [keys.apiVersion, keys.kind].filter(lacks).map { text($0) }
    let op = code.ops[Int(schemas[schema].object)]
    report(
      "KC0122", "what `\(text(schemas[schema].kind))` makes has no \(Self.enumerate(lacking))",
      at: op.code == .lazy ? lazies[Int(op.a)].node.span : span(op.site),
      help: "an object says what it is: `{ apiVersion = \"v1\", kind = \"ConfigMap\", … }`")
    return false
  }

  /// Whether an object has no secrets but in the data of a `Secret`; others are reported.
  private mutating func isPlain(_ resource: Resource) -> Bool {
    var isSound = true
    let isSecret = identity(of: resource.tree).kind == "Secret"
    for field in Array(tree.fields(of: resource.tree)) {
      if isSecret, ["data", "stringData"].contains(text(Int32(field.key))) { continue }
      if let origin = secretOrigin(in: field.value, field.origin) {
        let site = origin != 0 ? code.origins[Int(origin)].site : instances[Int(resource.instance)].site
        report(
          "KC0180", "a secret cannot stand here: all but the data of a Secret is shown in plain", at: site,
          help: "put it into a `secret`, and refer to its key")
        isSound = false
      }
    }
    return isSound
  }

  /// The origin of the first secret in a value; nil where there is none.
  private func secretOrigin(in value: TreeValue, _ origin: UInt32) -> UInt32? {
    if value.isSecret { return origin }
    switch value.tag {
    case .record:
      for field in tree.fields(of: value) {
        if let found = secretOrigin(in: field.value, field.origin != 0 ? field.origin : origin) { return found }
      }
    case .list: for item in tree.items(of: value) { if let found = secretOrigin(in: item, origin) { return found } }
    default: break
    }
    return nil
  }

  /// What an object says that it is; empty where it says nothing.
  func identity(of object: TreeValue) -> (apiVersion: String, kind: String) {
    (text(at: keys.apiVersion, of: object), text(at: keys.kind, of: object))
  }

  /// The text of an object's field; empty for others.
  func text(at key: Int32, of object: TreeValue) -> String {
    tree.field(UInt32(key), of: object).flatMap { tree.text(of: $0.value) } ?? ""
  }

  /// The value some fields down, where all of them are there.
  func value(at path: Int32..., in object: TreeValue) -> TreeValue? {
    var value = object
    for key in path {
      guard let field = tree.field(UInt32(key), of: value), !field.value.isNone else { return nil }
      value = field.value
    }
    return value
  }

  /// Whether a field of the block is true.
  private mutating func says(_ field: Int32, _ index: Int32) -> Bool {
    guard let slot = schemas[Int(instances[Int(index)].schema)].slotOf[field] else { return false }
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

  /// The object with another value for one of its fields.
  mutating func replacing(_ key: Int32, in object: TreeValue, with value: TreeValue) -> TreeValue {
    var fields = Array(tree.fields(of: object))
    for place in fields.indices where fields[place].key == UInt32(key) { fields[place].value = value }
    return tree.record(fields)
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
    let merged = tree.record(fields)
    return one.isSecret || other.isSecret ? tainted(merged) : merged
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
      location: location(data.site), layer: layers[Int(data.layer)].name,
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
      // Values that make several others each would be too many long before all of them are too deep.
      for index in resolving where instances[Int(index)].schema >= 0 { endless.insert(instances[Int(index)].schema) }
      return .none
    }
    nodes += 1
    guard nodes < Limits.nodes else {
      // All that follows is too much, too.
      if nodes == Limits.nodes {
        report("KC0172", "the objects hold more than \(Limits.nodes) values", at: valueSite)
      }
      return .none
    }
    switch value.tag {
    case .record: return resolve(record: value, depth)
    case .list: return resolve(list: value, depth)
    case .instance, .key, .symbol:
      let plain = scalar(value)
      guard plain.tag == .instance else { return resolve(plain, depth + 1) }
      let index = Int32(bitPattern: plain.payload)
      if depth > 0, reportBlock(index) { return .none }
      if resolving.contains(index) {
        report("KC0123", "this value holds itself", at: valueSite)
        return .none
      }
      resolving.append(index)
      defer { resolving.removeLast() }
      return resolve(materialize(plain), depth + 1)
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
    return changed.map { keepingTaint(of: value, tree.record($0)) } ?? value
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
    return changed.map { keepingTaint(of: value, tree.list($0)) } ?? value
  }
}

/// Checks across objects.
extension Program {
  /// A service's selector that no pod of the program has.
  mutating func checkSelectors(_ resources: [Resource]) {
    var pods = PodIndex()
    for resource in resources { pods.add(resource.tree, self) }
    for resource in resources {
      guard let kind = value(at: keys.kind, in: resource.tree), isText(kind, "Service"),
        let selector = value(at: keys.spec, keys.selector, in: resource.tree), selector.tag == .record,
        selector.length > 0, !pods.isAnySelected(by: selector, of: resource.tree, self)
      else { continue }
      let shown = tree.fields(of: selector).map { "\(text(Int32($0.key))): \(tree.text(of: $0.value) ?? "")" }
      let site = selectorSite(resource)
      // Labels in the API's own terms may well be those of pods from elsewhere.
      let isPlain =
        isPlainObject(resource.instance) || isExact(TreeValue(.instance, payload: UInt32(resource.instance)))
      let elsewhere = pods.namespaces(of: selector, self)
      let own = PodIndex.namespace(of: resource.tree, self)
      report(
        "KC0151", "`\(title(of: resource.instance))` selects no pod of this program", at: span(site),
        severity: isPlain ? .warning : .error,
        notes: ["it selects `\(shown.joined(separator: ", "))`"]
          + (elsewhere.isEmpty
            ? [] : ["pods with these labels are in \(Self.enumerate(elsewhere)), the service is in `\(own)`"]),
        help: elsewhere.isEmpty
          ? "select a workload by its name: `select = NAME`" : "a service selects pods of its own namespace alone")
    }
  }

  func isText(_ value: TreeValue, _ text: StaticString) -> Bool {
    tree.withUTF8(of: value) { bytes in
      bytes.elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
  }

  /// Reports a block that becomes an object of its own where a value of an object is expected: it was meant as text.
  ///
  /// - Returns: whether it is one.
  private mutating func reportBlock(_ index: Int32) -> Bool {
    let schema = instances[Int(index)].schema
    guard schema >= 0, schemas[Int(schema)].object >= 0, isResource(index), instances[Int(index)].name >= 0 else {
      return false
    }
    let name = text(instances[Int(index)].name)
    report(
      "KC0110", "`\(title(of: index))` is a block, and cannot stand in an object", at: valueSite,
      help: "text stands in double quotes: `\"\(name)\"`; where the block's name is meant, it is `\(name).name`")
    return true
  }

  private func selectorSite(_ resource: Resource) -> Int32 {
    if let key = tree.keys.find("select"),
      let slot = schemas[Int(instances[Int(resource.instance)].schema)].slotOf[Int32(key)]
    {
      let head = memos[Int(instances[Int(resource.instance)].slots + slot)].head
      if head >= 0 { return code.origins[Int(bindings[Int(head)].origin)].site }
    }
    return instances[Int(resource.instance)].site
  }
}
