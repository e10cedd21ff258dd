internal import KCData
internal import KCSyntax

/// Names and blocks that there are elsewhere: where, and how they are reached from here.
extension Program {
  /// Where a name is that is not known here; nil for none, and for what is likely to be a slip of the pen.
  mutating func otherPlace(of name: String, at place: Span, in scope: Int32, unless isSlip: @autoclosure () -> Bool)
    -> String?
  {
    if environments.contains(where: { $0.name == name }) {
      return "what differs by environment stands in `env \(name) { … }` at the top of the file"
    }
    if let module = modules.indices.first(where: { !modules[$0].isStandard && declares(key(name), modules[$0]) }) {
      return placeOfModule(module, of: name, scope)
    }
    if let help = otherFile(ofBlock: name, at: place, scope) { return help }
    let inner = innerBlocks(named: name)
    if !inner.isEmpty, inner.count < 4 { return "in another block it is \(Self.enumerate(inner, "or"))" }
    let made = loopKinds(of: name)
    // A block of which something is read.
    let next = files.indices.contains(place.file) ? files[place.file].bytes.dropFirst(place.end).first : nil
    let isRead = next == UInt8(ascii: ".") && !isSlip()
    let kinds = made.filter { $0.isAlike || isRead }.map { "\($0.kind).\(name)" }
    if kinds.isEmpty { return nil }
    return "what a `for` makes is reached by its kind: \(Self.enumerate(kinds, "or"))"
  }

  /// How a block that another file declares at its top is reached from here; nil where none has such a name.
  private mutating func otherFile(ofBlock name: String, at place: Span, _ scope: Int32) -> String? {
    let wanted = tree.keys.find(name).map { Int32($0) }
    for (number, module) in modules.enumerated() where !module.isStandard && module.package < 0 {
      guard let wanted, module.file != place.file, module.blocks.contains(wanted),
        trees.indices.contains(module.file)
      else { continue }
      var kinds: [String] = []
      for part in trees[module.file].root.parts where part.kind == .block {
        guard let shape = BlockShape(part), shape.name(part) == name, !kinds.contains(shape.kind.text) else { continue }
        kinds.append(shape.kind.text)
      }
      let plain = kinds.filter { kind in
        blockKind(key(kind), in: scope).map { !schemas[Int($0)].isNamespace } ?? false
      }
      if !plain.isEmpty, plain.count == kinds.count {
        let paths = Self.enumerate(plain.map { "\($0).\(name)" }, "or")
        return "`\(module.path)` declares it: from another file it is \(paths)"
      }
      if !kinds.isEmpty { return placeOfModule(number, of: name, scope) }
    }
    return nil
  }

  /// How a declaration of another file of the program is reached from here; nil where none has such a name.
  func otherFile(of name: String, _ scope: Int32, where isMeant: (Scope.Name) -> Bool) -> String? {
    guard let key = tree.keys.find(name) else { return nil }
    let module = modules.indices.first { index in
      let module = modules[index]
      guard !module.isStandard, module.scope >= 0, module.package < 0 else { return false }
      return scopes[Int(module.scope)].names[Int32(key)].map(isMeant) ?? false
    }
    return module.map { placeOfModule($0, of: name, scope) }
  }

  /// The same for a kind of block.
  func otherFile(ofKind name: String, _ scope: Int32) -> String? {
    guard let key = tree.keys.find(name) else { return nil }
    let module = modules.indices.first { index in
      let module = modules[index]
      guard !module.isStandard, module.scope >= 0, module.package < 0, index != Int(scopes[Int(scope)].module) else {
        return false
      }
      return scopes[Int(module.scope)].kinds[Int32(key)] != nil
    }
    return module.map { placeOfModule($0, of: name, scope) }
  }

  /// What is told of a kind that is the name of a schema of this file, whose values are no blocks; nil for others.
  func schemaOfValues(ofKind name: String, _ scope: Int32) -> String? {
    guard let key = tree.keys.find(name), case let module = scopes[Int(scope)].module, module >= 0,
      let schema = scopes[Int(modules[Int(module)].scope)].kinds[Int32(key)], !schemas[Int(schema)].isBlock
    else { return nil }
    let own = schemas[Int(schema)].name
    return "`\(own)` is a schema of values, `\(own)(…)`; blocks are of a `resource schema`, or `keyed` in another one"
  }

  /// How a name of a file is reached from another: by that file's own name here, where it is imported.
  private func placeOfModule(_ module: Int, of name: String, _ scope: Int32) -> String {
    let imports = names(in: scope) { if case .module(let other) = $0.kind { other == module } else { false } }
    if let own = imports.min() { return "it is `\(own).\(name)`" }
    let path = modules[module].path
    let stem = path.split(separator: "/").last.map { String($0.prefix { $0 != "." }) } ?? path
    return "it is declared in `\(path)`: `import \"./\(path)\" as \(stem)` makes it `\(stem).\(name)`"
  }

  /// Reports a module of the library by its own name where the file imports it under another.
  ///
  /// - Returns: whether it does.
  mutating func reportAlias(of name: String, at place: Span, _ scope: Int32) -> Bool {
    let module = scopes[Int(scope)].module
    guard module >= 0, Self.importedModules.contains(name),
      let one = modules[Int(module)].imports.first(where: { one in
        let target = modules[Int(one.module)]
        return target.isStandard && target.path == "\(name).kc"
      })
    else { return false }
    let own = text(one.name)
    // That the import is not used follows from this.
    markUsed(one.name, modules[Int(module)].scope)
    report(
      "KC0100", "there is no `\(name)` here", at: place, help: "the file imports it as `\(own)`",
      fix: Diagnostic.Fix(span: place, replacement: own))
    return true
  }

  private func declares(_ name: Int32, _ module: Module) -> Bool {
    guard module.scope >= 0, let found = scopes[Int(module.scope)].names[name] else { return false }
    switch found.kind {
    case .slot, .function: return true
    default: return false
    }
  }

  /// The paths of blocks in blocks that have a name: `web.app.http`.
  private func innerBlocks(named name: String) -> [String] {
    // Each look reads all files: where there are many mistakes, the first of them get it.
    guard diagnostics.all.count < 20 else { return [] }
    var found: Set<String> = []
    func look(_ node: SyntaxNode, _ path: [String]) {
      for part in node.parts where path.count < 4 {
        guard part.kind == .block, let shape = BlockShape(part), shape.nameToken != nil, let own = shape.name(part)
        else { continue }
        if shape.kind.text == "env" || shape.kind.text == "project" { continue }
        if own == name, path.count > 1 { found.insert((path + [name]).joined(separator: ".")) }
        if let body = shape.body { look(body, path + [own]) }
      }
    }
    for module in modules where !module.isStandard && trees.indices.contains(module.file) {
      look(trees[module.file].root, [])
    }
    return found.sorted()
  }

  /// The kinds of the blocks that loops make at the top of files under names that are computed, as far as those may be a
  /// name; and whether they are alike by the text in them, `"worker-\(i)"`, so that one of them is likely meant.
  private func loopKinds(of name: String) -> [(kind: String, isAlike: Bool)] {
    var found: [String: Bool] = [:]
    for module in modules where !module.isStandard && trees.indices.contains(module.file) {
      for loop in trees[module.file].root.parts where loop.kind == .forStatement {
        for part in loop.child(.body)?.parts ?? [] {
          guard part.kind == .block, let shape = BlockShape(part), shape.name(part) == nil,
            let written = shape.nameNode
          else { continue }
          let texts = StringText(written).parts.map(\.text)
          let (start, end) = (texts.first ?? "", texts.count > 1 ? texts.last ?? "" : "")
          guard name.hasPrefix(start), name.hasSuffix(end) else { continue }
          found[shape.kind.text] = found[shape.kind.text] ?? false || !(start + end).isEmpty
        }
      }
    }
    return found.sorted { $0.key < $1.key }.map { (kind: $0.key, isAlike: $0.value) }
  }

  /// Where blocks stand that do not stand in those of a schema: at the top, or in a child; nil for what stands nowhere.
  mutating func placeOfBlocks(_ name: String, in schema: Int32, _ scope: Int32) -> String? {
    if name == "env" {
      return "an environment stands at the top of the file, and a variable in `container NAME { env A = … }`"
    }
    if name == "final" { return "a field is `final` where a schema declares it: `final name: Type = value`" }
    if let place = innerBlocks(name, of: schema) { return "it stands in \(place)" }
    guard blockKind(key(name), in: scope) != nil else { return nil }
    return "\(Self.article("`\(name)`")) block stands at the top of the file"
  }

  /// Reports what does not stand in an instance of a component that has the name of a kind of the library: that kind was
  /// meant, most likely.
  ///
  /// - Returns: whether the component has such a name.
  mutating func reportHiddenKind(_ target: BodyTarget, _ code: String, _ message: String, at place: Span) -> Bool {
    guard target.schema > 0, case let component = schemas[Int(target.schema)], component.isNamespace,
      let hidden = scopes[Int(Self.prelude)].kinds[component.kind], hidden != target.schema
    else { return false }
    report(
      code, message, at: place, labels: [.init(span: span(component.site), message: "this component is meant here")],
      help: "the component hides the library's `\(component.name)`: give it another name")
    return true
  }

  /// Where children of a kind stand that do not stand at the top.
  mutating func placeOfChildren(_ name: String, _ scope: Int32) -> String? {
    var places: [String] = []
    for kind in kindNames(in: scope) {
      guard let schema = blockKind(key(kind), in: scope), !schemas[Int(schema)].isNamespace else { continue }
      ensureSchema(schema)
      if let slot = schemas[Int(schema)].slotOf[key(name)], schemas[Int(schema)].slots[Int(slot)].childSchema >= 0 {
        places.append("`\(kind) NAME { \(name) … }`")
      } else if ["deployment", "ingress"].contains(kind), let inner = innerBlocks(name, of: schema) {
        places.append("\(inner) of a \(kind)")
      }
    }
    // Of workloads the most common one stands for all.
    if places.count > 3, let first = places.first(where: { $0.hasPrefix("`deployment") }) {
      return "it stands in a workload: \(first)"
    }
    return places.isEmpty ? nil : "it stands in \(places.prefix(3).joined(separator: " or in "))"
  }

  /// The children of a schema that have children of a name: "`container NAME { env … }`".
  private mutating func innerBlocks(_ name: String, of schema: Int32) -> String? {
    var places: [String] = []
    for slot in schemas[Int(schema)].slots where slot.childSchema >= 0 && slot.childSchema != schema {
      ensureSchema(slot.childSchema)
      guard let place = schemas[Int(slot.childSchema)].slotOf[key(name)],
        schemas[Int(slot.childSchema)].slots[Int(place)].childSchema >= 0
      else { continue }
      places.append("`\(text(slot.key)) NAME { \(name) … }`")
    }
    return places.first
  }
}
