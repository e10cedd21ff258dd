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
    var schemas = CustomSchemas(kube, definitions)
    // Whether objects of each kind live in namespaces.
    var scopes: [String: Bool] = [:]
    for definition in definitions {
      let kind = CustomSchemas.definedKind(definition)
      scopes[kind] = scopes[kind] ?? true && definition.at("spec", "scope")?.string != "Cluster"
    }
    for place in resources.indices {
      let (apiVersion, kind) = identity(of: resources[place].tree)
      let group = apiVersion.split(separator: "/").first.map(String.init) ?? ""
      switch scopes["\(group) \(kind)"] {
      case true?: placeInKnownNamespace(&resources[place])
      case false?: removeNamespace(&resources[place])
      case nil: break
      }
      check(resources[place], apiVersion: apiVersion, kind: kind, against: &schemas)
    }
  }

  /// Reports what is wrong with a custom resource by the first of the schemas, unless another one takes it.
  private mutating func check(
    _ resource: Resource, apiVersion: String, kind: String, against schemas: inout CustomSchemas
  ) {
    let before = diagnostics
    var first: DiagnosticSink?
    let group = apiVersion.split(separator: "/").first.map(String.init) ?? ""
    for place in 0..<schemas.count(group: group, kind: kind) {
      let schema = schemas.schema(at: place)
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
  private mutating func removeNamespace(_ resource: inout Resource) {
    resource.openNamespace = nil
    guard let metadata = value(at: keys.metadata, in: resource.tree), metadata.tag == .record else { return }
    let fields = tree.fields(of: metadata).filter { $0.key != UInt32(keys.namespace) || $0.origin != 0 }
    resource.tree = replacing(keys.metadata, in: resource.tree, with: tree.record(fields))
  }

  private mutating func report(_ cause: APIStatus.Cause, of resource: Resource, kind: String) {
    // The API's message may quote the value.
    let isOpen = !ObjectOrigins.hasSecrets(self, resource.tree)
    let message = isOpen ? cause.message : "its value is not what the definition asks for"
    report("KC0194", "`\(cause.field)` of this \(kind): \(message)", at: place(of: cause.field, in: resource).span)
  }
}
