internal import KCData
internal import KCKube
internal import KCSyntax

/// `project NAME { … }`.
extension Program {
  mutating func readProject() {
    project = ProjectInfo(name: options.fallbackName, namespace: "default", settings: .object([:]), origin: nil)
    var first: Span?
    for index in modules.indices where !modules[index].isStandard {
      for node in trees[modules[index].file].root.parts where node.kind == .block && node.firstPart?.text == "project" {
        guard let shape = BlockShape(node), let name = shape.name(node) else { continue }
        let span = shape.nameSpan(node)
        if let first {
          report(
            "KC0120", "a program has one project", at: span,
            labels: [.init(span: first, message: "declared here first")])
          continue
        }
        first = span
        read(shape, name, node, modules[index])
      }
    }
  }

  private mutating func read(_ shape: BlockShape, _ name: String, _ node: SyntaxNode, _ module: Module) {
    guard let (_, found) = find(key("Project"), in: Self.prelude), case .schema(let schema) = found.kind else { return }
    ensureSchema(schema)
    var made = Instance(schema: schema, kind: keys.project, name: key(name), site: code.site(shape.nameSpan(node)))
    made.origin = code.origin(OriginData(site: made.site, layer: 2))
    let index = addInstance(made)
    if let body = shape.body {
      addBody(compileBody(body, for: BodyTarget(schema: schema), in: module.scope), module.frame, to: index)
    }
    complete(index)
    if module.path != "project.kc", let stray = strayDependency(shape) {
      report(
        "KC0148", "dependencies stand in `project.kc`", at: stray.span,
        help: "move the `project` block into a file of that name")
    }
    project.origin = location(made.site)
    project.name = name
    let record = materialize(TreeValue(.instance, payload: UInt32(index)))
    var settings = plainValue(of: record) ?? .object([:])
    // By itself: a group that stands in the settings, too, would be copied for each of its children.
    var groups: [Int32: Value] = [:]
    let children = children(of: index)
    for child in children {
      let value = plainValue(of: materialize(TreeValue(.instance, payload: UInt32(child)))) ?? .object([:])
      groups[instances[Int(child)].kind, default: .object([:])][text(instances[Int(child)].name)] = value
    }
    for child in children {
      if let group = groups.removeValue(forKey: instances[Int(child)].kind) {
        settings[text(instances[Int(child)].kind) + "s"] = group
      }
    }
    project.settings = settings
    declaredNodes = project.nodes.map { DeclaredNode($0) }
    project.namespace = settings["namespace"]?.string ?? "default"
    chooseVersion(settings["kubernetes"]?.string, index, node)
  }

  /// The types of the API that the program's objects are checked against.
  var kube: KubeSchema { otherKube ?? .builtin }

  /// The version of Kubernetes that the project names selects the types that its objects are checked against.
  private mutating func chooseVersion(_ version: String?, _ index: Int32, _ node: SyntaxNode) {
    guard let version else { return }
    project.kubernetes = KubeSchema.minor(of: version)
    if project.kubernetes == KubeSchema.defaultVersion { return }
    otherKube = KubeSchema.of(version: version)
    guard otherKube == nil else { return }
    project.kubernetes = KubeSchema.defaultVersion
    let slot = schemas[Int(instances[Int(index)].schema)].slotOf[key("kubernetes")] ?? 0
    let head = memos[Int(instances[Int(index)].slots + slot)].head
    let site = head >= 0 ? code.origins[Int(bindings[Int(head)].origin)].site : code.site(node.span)
    let known = KubeSchema.versions.joined(separator: ", ")
    report(
      "KC0196", "the types of Kubernetes \(version) are not known here", at: span(site),
      notes: ["those that are known: \(known)"],
      help: "name one of these: objects are checked as its API server does, and most fields are the same in others")
  }

  private func strayDependency(_ shape: BlockShape) -> SyntaxNode? {
    shape.body?.parts.first { $0.kind == .block && BlockShape($0)?.kind.text == "dependency" }
  }
}
