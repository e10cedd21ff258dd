internal import KCData
internal import KCKube
internal import KCSyntax

/// Custom resources against the definitions that the program declares.
extension Program {
  /// Reports what a `CustomResourceDefinition` of the program refuses of the custom resources beside it.
  mutating func checkCustomResources(_ resources: inout [Resource]) {
    let definitions = resources.map(\.object).filter { $0["kind"]?.string == "CustomResourceDefinition" }
    guard !definitions.isEmpty else { return }
    var schema = KubeSchema.builtin
    var clusterWide = Set<String>()
    for definition in definitions {
      schema.insert(definition: definition)
      guard definition.at("spec", "scope")?.string == "Cluster" else { continue }
      let group = definition.at("spec", "group")?.string ?? ""
      clusterWide.insert("\(group) \(definition.at("spec", "names", "kind")?.string ?? "")")
    }
    for place in resources.indices {
      guard let apiVersion = resources[place].object["apiVersion"]?.string,
        let kind = resources[place].object["kind"]?.string,
        let type = schema.type(apiVersion: apiVersion, kind: kind), schema.types[type].isCustom
      else { continue }
      let group = apiVersion.split(separator: "/").first.map(String.init) ?? ""
      if clusterWide.contains("\(group) \(kind)") { resources[place].object.set(nil, at: "metadata", "namespace") }
      let before = diagnostics.all.count
      check(resources[place].tree, .type(type), schema, name: kind, at: 0)
      guard diagnostics.all.count == before else { continue }
      let object = schema.completed(resources[place].object, apiVersion: apiVersion, kind: kind)
      let causes = schema.violations(of: object, apiVersion: apiVersion, kind: kind) { pattern, text in
        (try? Pattern(pattern))?.isFound(in: text)
      }
      for cause in causes { report(cause, of: resources[place], kind: kind) }
    }
  }

  private mutating func report(_ cause: APIStatus.Cause, of resource: Resource, kind: String) {
    let walk = ObjectOrigins(self, resource.tree)
    // The API's message may quote the value.
    let message = walk.secretPaths.isEmpty ? cause.message : "its value is not what the definition asks for"
    let field = cause.field
    var (site, length) = (instances[Int(resource.instance)].site, -1)
    findSite(resource.tree, FieldPath(), field, &site, &length)
    report("KC0194", "`\(field)` of this \(kind): \(message)", at: site)
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
