internal import KCData
internal import KCSyntax

/// What `--set PATH=VALUE` says.
struct Setting: Sendable {
  var path: String
  var value: String
  /// Where the path and the value stand in the argument.
  var pathSpan: Span
  var valueSpan: Span
  /// In a test: the expression that the value is, and its scope.
  var expression: (node: SyntaxNode, scope: Int32)?
}

extension Program {
  /// All phases, from files to objects.
  mutating func compile(_ entries: [String], _ provider: any SourceProvider) -> [Resource] {
    load(entries: entries, provider: provider)
    if lacksFiles { return [] }
    let damage =
      diagnostics.hasErrors
      ? SyntaxDamage(diagnostics.all, trees, own: trees.filter { isOwn(file: $0.file.id) }) : nil
    let told = diagnostics.all.count
    reserveRoom()
    let own = modules.indices.map(Int32.init)
    declarePrelude()
    for module in own where !modules[Int(module)].isStandard { declare(module) }
    readProject()
    readParameterFiles()
    readEnvironmentParameters()
    sort(readSettings() + scenarioSettings())
    applyLayers()
    for setting in outside.blocks where !outside.used.contains(setting.pathSpan) { apply(setting) }
    checkAll()
    complete(root)
    completeConstructed()
    hideUnplaced()
    readHome(isDamaged: damage != nil)
    if let damage {
      let unclear = policies.isEmpty ? [] : blocksWithReports()
      let (resources, _) = lower(isDamaged: true)
      let refused = policies.isEmpty ? [] : refusedObjects(resources)
      checkPolicies(resources, isWhole: false, refused: refused, unclear: unclear)
      dropConsequences(of: damage, after: told)
      return []
    }
    // What does not fit across objects says nothing of the blocks themselves.
    let isSound = !diagnostics.hasErrors
    let unclear = policies.isEmpty ? [] : blocksWithReports()
    let (resources, isWhole) = lower()
    hideUnplaced()
    let refused = checkObjects(resources)
    checkPolicies(resources, isWhole: isWhole && isSound, refused: refused, unclear: unclear)
    moves = resolveMoves(resources)
    if tree.takeRefusal() { reportTooMuch(at: 0) }
    dropConsequences()
    if !diagnostics.hasErrors { reportUnusedImports() }
    dropWarningsInPackages()
    nameInstances()
    return resources
  }

  /// Where a block has lost its name or its kind, that it is not found is no second mistake.
  private mutating func dropConsequences() {
    if hasNamelessBlock {
      diagnostics.removeAll { one in
        ["KC0100", "KC0105", "KC0107", "KC0122"].contains(one.code)
          || one.code == "KC0110" && one.message.hasSuffix(", and this is a reference")
      }
    }
    if losesBlocks {
      let bodies = environments.flatMap(\.bodies).map(\.node.span)
      diagnostics.removeAll { one in
        ["KC0122", "KC0131", "KC0166"].contains(one.code) && bodies.contains { $0.holds(one.span) }
      }
    }
    if lostNames.isEmpty { return }
    let (files, lost) = (files, lostNames)
    diagnostics.removeAll { one in
      switch one.code {
      case "KC0105", "KC0107", "KC0122": return true
      case "KC0100", "KC0110":
        guard files.indices.contains(one.span.file) else { return false }
        return (one.code == "KC0100" || one.message.hasSuffix(", and this is a reference"))
          && lost.contains(files[one.span.file].text(one.span.range))
      default: return false
      }
    }
  }

  /// Keeps of what was reported after the files were read only what does not follow from what is wrong with them.
  private mutating func dropConsequences(of damage: SyntaxDamage, after told: Int) {
    let (before, trees) = (Set(diagnostics.all[..<told]), trees)
    diagnostics.removeAll { !before.contains($0) && damage.explains($0, trees) }
  }

  /// The bodies of the modules, then those of the environment, on the program's own instance.
  private mutating func applyLayers() {
    var bodies: [(body: Int32, frame: Int32)] = []
    for index in modules.indices where !modules[index].isStandard {
      bodies.append((compileModuleBody(Int32(index)), modules[index].frame))
    }
    for (index, environment) in environments.enumerated() {
      // What extends an env stands above it, wherever it is declared.
      let place = activeEnvironments.firstIndex(of: index) ?? 0
      layers.append(Layer(name: "env \(environment.name)", rank: Layer.file + 1 + Int32(place)))
      let layer = Int32(layers.count - 1)
      var compiled: [(body: Int32, frame: Int32)] = []
      for (node, scope) in environment.bodies {
        let body = compileBody(node, for: BodyTarget(schema: root, isNamespace: true), in: scope, layer: layer)
        compiled.append((body, modules[Int(scopes[Int(scope)].module)].frame))
      }
      environmentBodies[index] = compiled
    }
    for index in activeEnvironments { bodies += environmentBodies[index] ?? [] }
    bodies += scenarioBodies()
    layers.append(.settings)
    for (body, frame) in bodies { addBody(body, frame, to: root) }
    expand(root)
  }

  /// The environment asked for, after those that it extends; their indices from the lowest up.
  mutating func environmentChain() -> [Int] {
    for (place, environment) in environments.enumerated() {
      checkParent(environment)
      checkCycle(from: place)
    }
    guard var name = options.environment else { return [] }
    var chain: [Int] = []
    while chain.count < Limits.environments {
      guard let index = environments.firstIndex(where: { $0.name == name }) else {
        if chain.isEmpty { reportUnknownEnvironment(name) }
        break
      }
      if chain.contains(index) { break }
      chain.append(index)
      guard let parent = environments[index].parent else { break }
      name = parent
    }
    return chain.reversed()
  }

  /// Reports envs that extend each other, once: where the first of them is declared.
  private mutating func checkCycle(from first: Int) {
    var way = [first]
    while let parent = environments[way[way.count - 1]].parent, way.count <= Limits.environments,
      let next = environments.firstIndex(where: { $0.name == parent })
    {
      if next == first {
        let labels = way.dropFirst().prefix(5).map {
          Diagnostic.Label(span: environments[$0].span, message: "extends `\(environments[$0].parent ?? "")`")
        }
        let names = (way + [first]).map { "`\(environments[$0].name)`" }.joined(separator: " → ")
        return report(
          "KC0123", "the env `\(environments[first].name)` extends itself", at: environments[first].span,
          labels: labels, notes: way.count > 1 ? [names] : [])
      }
      // Who only leads to a cycle, or comes later in it, is not where it is told.
      if next < first || way.contains(next) { return }
      way.append(next)
    }
  }

  private mutating func checkParent(_ environment: Environment) {
    guard let parent = environment.parent, !environments.contains(where: { $0.name == parent }) else { return }
    let known = environments.map(\.name).filter { $0 != environment.name }
    reportUnknown(
      "KC0108", "there is no env `\(parent)` to extend", parent, among: known,
      at: environment.parentSpan ?? environment.span)
  }

  private mutating func reportUnknownEnvironment(_ name: String) {
    let span = addArgument("--env \(name)", from: 6)
    let known = environments.map(\.name)
    let notes = known.isEmpty ? ["the program declares no env"] : ["it declares \(Self.enumerate(known))"]
    reportUnknown("KC0108", "there is no env `\(name)`", name, among: known, at: span, notes: notes)
  }

  /// A command-line argument as a source, so that diagnostics can point into it.
  mutating func addArgument(_ text: String, from start: Int) -> Span {
    let file = SourceFile(id: files.count, path: Compilation.commandLine, bytes: Array(text.utf8))
    files.append(file)
    trees.append(Parser.parse(SourceFile(id: file.id, path: file.path, bytes: [])))
    return Span(file: file.id, range: start..<file.bytes.count)
  }

  private mutating func readSettings() -> [Setting] {
    options.sets.map { path, value in
      var span = addArgument("--set \(path)=\(value)", from: 6)
      let middle = 6 + path.utf8.count
      let valueSpan = Span(file: span.file, range: middle + 1..<span.end)
      span.end = middle
      return Setting(path: path, value: value, pathSpan: span, valueSpan: valueSpan)
    }
  }

  /// Whether some module declares a parameter of this name.
  func isParameter(_ name: String) -> Bool {
    guard let key = tree.keys.find(name) else { return false }
    return modules.contains { module in
      !module.isStandard && module.scope >= 0
        && scopes[Int(module.scope)].names[Int32(key)]?.node?.kind == .paramDecl
    }
  }

  /// Values of schemas keep their conditions too, wherever they were made.
  private mutating func completeConstructed() {
    var waiting = Array(constructed.reversed())
    var seen = constructed.count
    // What a value makes comes before what stands beside it: values that make others without end are found by their
    // depth, before there are too many of them.
    while let next = waiting.popLast() {
      complete(next)
      waiting += constructed[seen...].reversed()
      seen = constructed.count
    }
  }

  /// Compiles what nothing may have needed, so that mistakes in it are found.
  private mutating func checkAll() {
    for index in schemas.indices {
      let module = scopes[Int(schemas[index].scope)].module
      if module >= 0, !modules[Int(module)].isStandard { ensureSchema(Int32(index)) }
    }
    reportEndlessSchemas()
    for (function, source) in functionSources.sorted(by: { $0.key < $1.key }) {
      let module = scopes[Int(source.scope)].module
      if module >= 0, !modules[Int(module)].isStandard { ensureFunction(function) }
    }
    for index in modules.indices where !modules[index].isStandard { checkUnusedMixins(of: modules[index]) }
    reportRecursion()
    reportNestedComponents()
    for index in modules.indices where !modules[index].isStandard { readAllNames(of: modules[index]) }
    for index in modules.indices where !modules[index].isStandard && modules[index].package < 0 {
      checkTests(of: modules[index])
    }
    var (position, schema) = (0, 0)
    while position < lazies.count || schema < schemas.count {
      if position < lazies.count {
        let module = scopes[Int(lazies[position].scope)].module
        if module >= 0, !modules[Int(module)].isStandard { _ = compiled(Int32(position)) }
        position += 1
      } else {
        // Types of records without a name are met where they are written.
        if schemas[schema].kind < 0, isOwn(schemas[schema].site) { ensureSchema(Int32(schema)) }
        schema += 1
      }
    }
  }

  /// Evaluates the `let`s and `param`s of a module, and resolves its types.
  private mutating func readAllNames(of module: Module) {
    let names = scopes[Int(module.scope)].names.sorted { $0.value.span.start < $1.value.span.start }
    for (key, name) in names {
      switch name.kind {
      case .slot:
        let op = code.emit(.local, 0, name.slot, at: code.site(name.span))
        _ = evaluate(op, module.frame)
      case .type:
        _ = alias(key, module.scope, name)
      default: continue
      }
    }
  }

  /// Whether a test of the module says a name: what tests add is compiled when they run.
  private func isNamedInTests(_ name: String, of module: Module) -> Bool {
    let tree = trees[module.file]
    return tree.root.parts.contains { node in
      node.kind == .testDecl
        && node.tokenRange.contains { tree.tokens[$0].kind == .name && tree.text(ofToken: $0) == name }
    }
  }

  private mutating func reportUnusedImports() {
    for module in modules where !module.isStandard {
      for one in module.imports {
        let target = modules[Int(one.module)]
        // What an imported file declares becomes part of the program, used by name or not.
        let isNeeded =
          !target.blocks.isEmpty || Self.isExact(target)
          || trees[target.file].root.parts.contains { $0.kind == .policyDecl }
          || isNamedInTests(text(one.name), of: module)
          || environments.contains { environment in
            environment.bodies.contains { scopes[Int($0.scope)].module == one.module }
          }
        guard !isNeeded, scopes[Int(module.scope)].names[one.name]?.isUsed == false else { continue }
        report(
          "KC0143", "`\(text(one.name))` is imported, but not used", at: one.statement, severity: .warning,
          help: "remove the import", fix: Diagnostic.Fix(span: one.statement, replacement: ""))
      }
    }
  }
}
