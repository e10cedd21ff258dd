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

  /// The names seen from a scope that satisfy a condition, for "did you mean".
  func names(in scope: Int32, where condition: (Scope.Name) -> Bool = { _ in true }) -> [String] {
    var found: [String] = []
    var current = scope
    while current >= 0 {
      for (key, name) in scopes[Int(current)].names where condition(name) { found.append(text(key)) }
      current = scopes[Int(current)].parent
    }
    return found.sorted()
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
