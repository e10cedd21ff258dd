internal import KCData
internal import KCSyntax

/// Looking up names.
///
/// The lookups are `mutating` though they change nothing: a mutating caller would copy the whole program to call them
/// otherwise.
extension Program {
  /// The innermost scope that has a name.
  mutating func find(_ key: Int32, in scope: Int32) -> (owner: Int32, name: Scope.Name)? {
    var current = scope
    while current >= 0 {
      if let name = scopes[Int(current)].names[key] { return (current, name) }
      current = scopes[Int(current)].parent
    }
    return nil
  }

  /// What a path leads to: `Thing`, or `lib.Thing` of an imported file, with the scope that declares it and its name there.
  /// What lies on the way counts as used.
  mutating func find(
    _ path: some Collection<String>, in scope: Int32
  ) -> (owner: Int32, key: Int32, name: Scope.Name)? {
    guard let first = path.first, var (owner, found) = find(key(first), in: scope) else { return nil }
    var name = key(first)
    for word in path.dropFirst() {
      guard case .module(let module) = found.kind else { return nil }
      markUsed(name, owner)
      owner = modules[Int(module)].scope
      name = key(word)
      guard owner >= 0, let next = scopes[Int(owner)].names[name] else { return nil }
      found = next
    }
    markUsed(name, owner)
    return (owner, name, found)
  }

  /// What an expression of several names leads to in an imported file; nil where it begins with another thing.
  mutating func findImported(_ node: SyntaxNode, in scope: Int32) -> (owner: Int32, key: Int32, name: Scope.Name)? {
    guard node.kind == .memberExpr else { return nil }
    // Most begin with a value, which is found without a look at the rest.
    var base = node
    while base.kind == .memberExpr, let inner = base.firstPart { base = inner }
    guard base.kind == .nameExpr, case .module = find(key(base.text), in: scope)?.name.kind else { return nil }
    return node.dottedNames.flatMap { find($0, in: scope) }
  }

  /// Reports that a path leads to nothing of a kind, where it ends or where no imported file is.
  ///
  /// - Parameter condition: what else there is of the kind.
  mutating func reportUnknown(
    _ code: String, _ what: String, _ path: [Int], in node: SyntaxNode, _ scope: Int32,
    _ condition: (Scope.Name) -> Bool
  ) {
    let words = path.map { node.word($0) }
    var place = path.count - 1
    var known: [String] = []
    if place == 0 {
      if let help = otherFile(of: words[0], scope, where: condition) {
        return report(code, "there is no \(what) `\(words[0])`", at: node.tree.span(ofToken: path[0]), help: help)
      }
      known = names(in: scope, where: condition)
    } else if let (_, _, found) = find(words.dropLast(), in: scope), case .module(let module) = found.kind {
      let inner = modules[Int(module)].scope
      known = inner < 0 ? [] : scopes[Int(inner)].names.filter { condition($0.value) }.keys.map { text($0) }.sorted()
    } else {
      place = 0
      known = names(in: scope) { if case .module = $0.kind { true } else { false } }
    }
    reportUnknown(
      code, "there is no \(what) `\(words.joined(separator: "."))`", words[place], among: known,
      at: node.tree.span(ofToken: path[place]))
  }

  /// How many frames out a scope stands.
  mutating func depth(from scope: Int32, to owner: Int32) -> Int32 {
    var depth: Int32 = 0
    var current = scope
    while current >= 0, current != owner {
      depth += 1
      current = scopes[Int(current)].parent
    }
    return depth
  }

  mutating func markUsed(_ key: Int32, _ owner: Int32) {
    scopes[Int(owner)].names[key]?.isUsed = true
  }

  /// The schema whose blocks start with a keyword.
  mutating func kind(_ key: Int32, in scope: Int32) -> Int32? {
    var current = scope
    while current >= 0 {
      if let schema = scopes[Int(current)].kinds[key] { return schema }
      current = scopes[Int(current)].parent
    }
    return nil
  }

  /// The schema of resources whose blocks start with a keyword: a schema that makes no blocks hides none.
  mutating func blockKind(_ key: Int32, in scope: Int32) -> Int32? {
    var current = scope
    while current >= 0 {
      if let schema = scopes[Int(current)].kinds[key], schemas[Int(schema)].isBlock { return schema }
      current = scopes[Int(current)].parent
    }
    return nil
  }

  /// The names seen from a scope that satisfy a condition, for "did you mean": in no order.
  func names(in scope: Int32, where condition: (Scope.Name) -> Bool = { _ in true }) -> [String] {
    var found: [String] = []
    var current = scope
    while current >= 0 {
      for (key, name) in scopes[Int(current)].names where condition(name) { found.append(text(key)) }
      current = scopes[Int(current)].parent
    }
    return found
  }

  /// The keywords of blocks that can stand in a namespace.
  func kindNames(in scope: Int32) -> [String] {
    var found: Set<String> = ["env", "project"]
    var current = scope
    while current >= 0 {
      for (key, schema) in scopes[Int(current)].kinds where schemas[Int(schema)].isBlock { found.insert(text(key)) }
      current = scopes[Int(current)].parent
    }
    return found.sorted()
  }

  /// The nearest scope of a namespace.
  mutating func namespace(of scope: Int32) -> Int32? {
    var current = scope
    while current >= 0 {
      if scopes[Int(current)].isNamespace { return current }
      current = scopes[Int(current)].parent
    }
    return nil
  }

  /// The nearest scope whose frame has a `self`.
  mutating func selfScope(of scope: Int32) -> Int32? {
    var current = scope
    while current >= 0 {
      switch scopes[Int(current)].kind {
      case .body, .schema: return current
      default: current = scopes[Int(current)].parent
      }
    }
    return nil
  }
}
