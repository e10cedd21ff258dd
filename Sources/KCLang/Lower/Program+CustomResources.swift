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
    report("KC0194", "`\(cause.field)` of this \(kind): \(message)", at: site(of: cause.field, in: resource))
  }

  /// Where the source says a field of an object, by the field's path as the API writes it; the nearest field around it
  /// or the block, where it does not say it.
  ///
  /// - Parameter quoted: what is wrong there, as a message quotes it: of labels, the one that has it is meant.
  func site(of field: String, in resource: Resource, quoted: String? = nil) -> Int32 {
    var (site, length) = (instances[Int(resource.instance)].site, -1)
    findSite(resource.tree, FieldPath(), field, quoted, &site, &length)
    return site
  }

  /// The place of a field by its path as the API writes it, or of the nearest field around it.
  private func findSite(
    _ value: TreeValue, _ path: FieldPath, _ wanted: String, _ quoted: String?, _ site: inout Int32,
    _ length: inout Int
  ) {
    switch value.tag {
    case .record:
      if let quoted, path.description == wanted, let found = entry(of: value, saying: quoted) {
        (site, length) = (found, .max)
        return
      }
      for field in tree.fields(of: value) where !field.value.isNone {
        let name = text(Int32(field.key))
        for inner in [path.field(name), path.key(name)] {
          let written = inner.description
          guard wanted.hasPrefix(written) else { continue }
          if field.origin != 0, written.utf8.count > length {
            (site, length) = (code.origins[Int(field.origin)].site, written.utf8.count)
          }
          findSite(field.value, inner, wanted, quoted, &site, &length)
        }
      }
    case .list:
      for (place, element) in tree.items(of: value).enumerated() {
        let inner = path.index(place)
        if wanted.hasPrefix(inner.description) { findSite(element, inner, wanted, quoted, &site, &length) }
      }
    default: return
    }
  }

  /// The place in the project's files of the entry that has a text as its key or its value.
  private func entry(of record: TreeValue, saying quoted: String) -> Int32? {
    for field in tree.fields(of: record) where field.origin != 0 {
      let place = code.origins[Int(field.origin)].site
      guard isOwn(place), text(Int32(field.key)) == quoted || tree.text(of: field.value) == quoted else { continue }
      return place
    }
    return nil
  }
}
