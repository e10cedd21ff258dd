internal import KCData
internal import KCKube
internal import KCSyntax

/// Custom resources against the definitions that the program declares.
extension Program {
  /// Reports what a `CustomResourceDefinition` of the program refuses of the custom resources beside it.
  mutating func checkCustomResources(_ resources: inout [Resource]) {
    let definitions = resources.compactMap { resource -> Value? in
      guard let kind = value(at: keys.kind, in: resource.tree), isText(kind, "CustomResourceDefinition") else {
        return nil
      }
      return tree.value(of: resource.tree)
    }
    guard !definitions.isEmpty else { return }
    let layers = Self.layers(definitions)
    var schemas: [KubeSchema] = []
    for layer in layers {
      var schema = schemas.first ?? kube
      for definition in layer { schema.insert(definition: definition) }
      schemas.append(schema)
    }
    let clusterWide = Set(
      layers[0].filter { $0.at("spec", "scope")?.string == "Cluster" }.map(Self.definedKind))
    for place in resources.indices {
      let (apiVersion, kind) = identity(of: resources[place].tree)
      let group = apiVersion.split(separator: "/").first.map(String.init) ?? ""
      if clusterWide.contains("\(group) \(kind)") { removeNamespace(&resources[place].tree) }
      check(resources[place], apiVersion: apiVersion, kind: kind, against: schemas)
    }
  }

  /// Definitions in layers, each with one of a kind: in the first the last ones, and in others those that differ from
  /// them. Programs that hold several releases of an operator have such.
  private static func layers(_ definitions: [Value]) -> [[Value]] {
    var byKind: [String: [Value]] = [:]
    var layers: [[Value]] = []
    for definition in definitions.reversed() {
      let kind = definedKind(definition)
      let known = byKind[kind] ?? []
      guard known.count < Limits.definitions,
        !known.contains(where: { $0["spec"] == definition["spec"] })
      else { continue }
      byKind[kind, default: []].append(definition)
      if layers.count == known.count { layers.append([]) }
      layers[known.count].append(definition)
    }
    return layers
  }

  /// `example.com Widget`
  private static func definedKind(_ definition: Value) -> String {
    "\(definition.at("spec", "group")?.string ?? "") \(definition.at("spec", "names", "kind")?.string ?? "")"
  }

  /// Reports what is wrong with a custom resource by the first of the schemas, unless another one takes it.
  private mutating func check(
    _ resource: Resource, apiVersion: String, kind: String, against schemas: [KubeSchema]
  ) {
    let before = diagnostics
    var first: DiagnosticSink?
    for schema in schemas {
      guard let type = schema.type(apiVersion: apiVersion, kind: kind), schema.types[type].isCustom else { continue }
      check(resource, apiVersion: apiVersion, kind: kind, schema, type)
      if diagnostics.all.count == before.all.count { return }
      if first == nil { first = diagnostics }
      diagnostics = before
    }
    if let first { diagnostics = first }
  }

  private mutating func check(
    _ resource: Resource, apiVersion: String, kind: String, _ schema: KubeSchema, _ type: Int
  ) {
    let before = diagnostics.all.count
    check(resource.tree, .type(type), schema, name: kind, at: 0)
    guard diagnostics.all.count == before else { return }
    let plain = tree.value(of: resource.tree) ?? .null
    let object = schema.completed(plain, apiVersion: apiVersion, kind: kind)
    let causes = schema.violations(of: object, apiVersion: apiVersion, kind: kind)
    // That rules were not looked at is no mistake of its own.
    for cause in causes where cause.field != "<nil>" || causes.count == 1 {
      report(cause, of: resource, kind: kind)
    }
  }

  /// Objects of the whole cluster have no namespace, unless the source says one.
  private mutating func removeNamespace(_ object: inout TreeValue) {
    guard let metadata = value(at: keys.metadata, in: object), metadata.tag == .record else { return }
    let fields = tree.fields(of: metadata).filter { $0.key != UInt32(keys.namespace) || $0.origin != 0 }
    object = replacing(keys.metadata, in: object, with: tree.record(fields))
  }

  private mutating func report(_ cause: APIStatus.Cause, of resource: Resource, kind: String) {
    // The API's message may quote the value.
    let isOpen = !ObjectOrigins.hasSecrets(self, resource.tree)
    let message = isOpen ? cause.message : "its value is not what the definition asks for"
    report("KC0194", "`\(cause.field)` of this \(kind): \(message)", at: site(of: cause.field, in: resource))
  }

  /// Where the source says a field of an object, by the field's path as the API writes it; the nearest field around it
  /// or the block, where it does not say it.
  func site(of field: String, in resource: Resource) -> Int32 {
    var (site, length) = (instances[Int(resource.instance)].site, -1)
    findSite(resource.tree, FieldPath(), field, &site, &length)
    return site
  }

  /// The place of a field by its path as the API writes it, or of the nearest field around it.
  private func findSite(
    _ value: TreeValue, _ path: FieldPath, _ wanted: String, _ site: inout Int32, _ length: inout Int
  ) {
    switch value.tag {
    case .record:
      for field in tree.fields(of: value) where !field.value.isNone {
        let name = text(Int32(field.key))
        for inner in [path.field(name), path.key(name)] {
          let written = inner.description
          guard wanted.hasPrefix(written) else { continue }
          if field.origin != 0, written.utf8.count > length {
            (site, length) = (code.origins[Int(field.origin)].site, written.utf8.count)
          }
          findSite(field.value, inner, wanted, &site, &length)
        }
      }
    case .list:
      for (place, element) in tree.items(of: value).enumerated() {
        let inner = path.index(place)
        if wanted.hasPrefix(inner.description) { findSite(element, inner, wanted, &site, &length) }
      }
    default: return
    }
  }
}
