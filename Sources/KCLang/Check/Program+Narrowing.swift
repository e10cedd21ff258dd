internal import KCData
internal import KCSyntax

/// What a chain of `&&` or `||` says.
struct FactChain: Sendable {
  var span: Span
  /// Whether the chain is true there, or false.
  var truth: Bool
  var scope: Int32
  var facts: [Fact]
}

/// What a condition says about the value of a name or a path.
struct Fact: Sendable {
  enum Kind: Sendable {
    case present, absent
    case type(TypeID)
    case not(TypeID)
  }

  var path: String
  var kind: Kind
}

/// Flow typing: within `if a != none { … }` there is an `a`.
extension Program {
  /// Compiles something that runs only where the facts hold.
  mutating func assuming<T>(_ facts: [Fact], _ body: (inout Program) -> T) -> T {
    let count = self.facts.count
    self.facts += facts
    defer { self.facts.removeLast(self.facts.count - count) }
    return body(&self)
  }

  /// What holds where a condition is true, or where it is false.
  mutating func facts(_ node: SyntaxNode, is truth: Bool, in scope: Int32) -> [Fact] {
    let parts = node.parts
    switch node.kind {
    case .parenExpr: return parts.first.map { facts($0, is: truth, in: scope) } ?? []
    case .unaryExpr: return node.has(.minus) ? [] : parts.first.map { facts($0, is: !truth, in: scope) } ?? []
    case .binaryExpr:
      guard parts.count == 2, let token = node.childTokens.first else { return [] }
      switch node.tree.tokens[token].kind {
      case .andAnd: return truth ? chainFacts(node, parts, is: true, in: scope) : []
      case .orOr: return truth ? [] : chainFacts(node, parts, is: false, in: scope)
      case .equalEqual: return comparison(parts[0], parts[1], isEqual: truth, scope)
      case .notEqual: return comparison(parts[0], parts[1], isEqual: !truth, scope)
      default: return []
      }
    default: return []
    }
  }

  /// What both sides of `&&` or `||` say. Of a chain of these each is asked for after what stands before it: what that has
  /// said is kept, else a chain would take the square of its length.
  private mutating func chainFacts(
    _ node: SyntaxNode, _ parts: [SyntaxNode], is truth: Bool, in scope: Int32
  ) -> [Fact] {
    var found: [Fact]
    if let last = lastChain, last.span == parts[0].span, last.truth == truth, last.scope == scope {
      found = last.facts
    } else {
      found = facts(parts[0], is: truth, in: scope)
    }
    found += facts(parts[1], is: truth, in: scope)
    lastChain = FactChain(span: node.span, truth: truth, scope: scope, facts: found)
    return found
  }

  private mutating func comparison(
    _ left: SyntaxNode, _ right: SyntaxNode, isEqual: Bool, _ scope: Int32
  ) -> [Fact] {
    let (subject, value) = left.text == "none" ? (right, left) : (left, right)
    let path = path(of: subject, in: scope)
    if value.text == "none" {
      if !isEqual { return presence(of: subject, path, in: scope) }
      return path.map { [Fact(path: $0, kind: .absent)] } ?? []
    }
    guard let text = value.plainText, let path else {
      let isValue = value.kind == .numberExpr || value.plainText != nil || value.text == "true"
      return isEqual && isValue ? presence(of: subject, path, in: scope) : []
    }
    let type = types.add(.text(text))
    return isEqual
      ? presence(of: subject, path, in: scope) + [Fact(path: path, kind: .type(type))]
      : [Fact(path: path, kind: .not(type))]
  }

  /// What is known where a value is there: `a?.b` is read of an `a` that is there, too.
  private mutating func presence(of subject: SyntaxNode, _ path: String?, in scope: Int32) -> [Fact] {
    var facts = path.map { [Fact(path: $0, kind: .present)] } ?? []
    var node = subject
    while [.memberExpr, .parenExpr, .callExpr, .indexExpr].contains(node.kind), let base = node.firstPart {
      if node.has(.questionDot), let path = self.path(of: base, in: scope) {
        facts.append(Fact(path: path, kind: .present))
      }
      node = base
    }
    return facts
  }

  /// A path that means the same value wherever it is read: `a`, `self.b.c`; nil for other expressions.
  mutating func path(of node: SyntaxNode, in scope: Int32) -> String? {
    switch node.kind {
    case .nameExpr:
      let name = node.text
      guard let key = tree.keys.find(name) else { return nil }
      if let (owner, _) = find(Int32(key), in: scope) { return "\(owner)/\(name)" }
      return name == "self" ? "\(selfScope(of: scope) ?? -1)/self" : nil
    case .memberExpr:
      guard let base = node.firstPart.flatMap({ path(of: $0, in: scope) }), let token = node.words.last else {
        return nil
      }
      return "\(base).\(node.word(token))"
    case .parenExpr: return node.firstPart.flatMap { path(of: $0, in: scope) }
    default: return nil
    }
  }

  /// The type of what a node reads, after what is known of it at this place.
  mutating func narrowed(_ type: TypeID, _ node: SyntaxNode, in scope: Int32) -> TypeID {
    guard !facts.isEmpty, type != TypeTable.any, let path = path(of: node, in: scope) else { return type }
    var type = type
    for fact in facts where fact.path == path {
      switch fact.kind {
      case .present: type = present(type)
      case .absent: type = TypeTable.none
      case .type(let one): if types[types.base(type)] != TypeShape.string { type = one }
      case .not(let one): type = without(one, type)
      }
    }
    return narrowed(type, byFieldsOf: path)
  }

  /// A union of schemas without those that a field tells apart: where `s.kind` is known to be "circle", `s` is what can
  /// have that `kind`.
  private mutating func narrowed(_ type: TypeID, byFieldsOf path: String) -> TypeID {
    guard case .union(let members) = types[types.base(type)] else { return type }
    var rest = members
    for fact in facts where fact.path.hasPrefix(path + ".") {
      let field = key(String(fact.path.dropFirst(path.utf8.count + 1)))
      rest.removeAll { member in
        guard case .schema(let schema) = types[types.required(member)] else { return false }
        ensureSchema(schema.index)
        guard let slot = schemas[Int(schema.index)].slotOf[field] else { return false }
        let said = schemas[Int(schema.index)].slots[Int(slot)].type
        switch fact.kind {
        case .type(let one): return isLiteral(said) && mismatches(one, said)
        case .not(let one): return types.base(said) == one
        case .present, .absent: return false
        }
      }
    }
    if rest.isEmpty || rest.count == members.count { return type }
    return rest.count == 1 ? rest[0] : types.add(.union(rest))
  }

  /// A union without one of its members.
  mutating func without(_ member: TypeID, _ type: TypeID) -> TypeID {
    switch types[types.base(type)] {
    case .optional(let inner): return member == TypeTable.none ? inner : optional(without(member, inner))
    case .union(let members):
      let rest = members.filter { $0 != member }
      if rest.isEmpty || rest.count == members.count { return type }
      return rest.count == 1 ? rest[0] : types.add(.union(rest))
    default: return type
    }
  }
}
