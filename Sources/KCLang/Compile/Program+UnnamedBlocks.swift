internal import KCData
internal import KCSyntax

/// Keyed children that may do without a name: `port = 80 -> 8080`, `port { number = 80 }`.
extension Program {
  /// The schema of the blocks that a field holds, where their name may be missing.
  mutating func unnamedChild(_ name: String, _ target: BodyTarget) -> Int32? {
    guard !target.isNamespace, target.schema >= 0, let slot = schemas[Int(target.schema)].slotOf[key(name)] else {
      return nil
    }
    let child = schemas[Int(target.schema)].slots[Int(slot)].childSchema
    guard child >= 0 else { return nil }
    ensureSchema(child)
    guard let own = schemas[Int(child)].slotOf[keys.name] else { return nil }
    return types.isOptional(schemas[Int(child)].slots[Int(own)].type) ? child : nil
  }

  /// `kind = value -> target`
  mutating func unnamed(
    _ kind: (text: String, span: Span), _ schema: Int32, _ value: SyntaxNode, to target: SyntaxNode?,
    _ node: SyntaxNode, _ scope: Int32
  ) -> Statement {
    var statement = unnamed(kind, schema, scope)
    let name = noName(statement, schema)
    statement.a = compileShort(node, value, target, schema, scope, after: [name])
    return statement
  }

  /// `kind { … }`
  mutating func unnamed(
    _ kind: (text: String, span: Span), _ schema: Int32, body: SyntaxNode, _ node: SyntaxNode, _ scope: Int32
  ) -> Statement {
    var statement = unnamed(kind, schema, scope)
    let name = noName(statement, schema)
    statement.a = addBody([name], frameSize: 0, lets: 0..<0, at: node)
    statement.c = compileBody(body, for: BodyTarget(schema: schema), in: scope)
    return statement
  }

  private mutating func unnamed(_ kind: (text: String, span: Span), _ schema: Int32, _ scope: Int32) -> Statement {
    var statement = Statement(kind: .child)
    statement.slot = key(kind.text)
    statement.schema = schema
    statement.key = key("")
    statement.site = code.site(kind.span)
    statement.origin = origin(of: statement.site, in: scope)
    return statement
  }

  private mutating func noName(_ child: Statement, _ schema: Int32) -> Statement {
    var statement = Statement(kind: .set)
    statement.key = keys.name
    statement.slot = schemas[Int(schema)].slotOf[keys.name] ?? -1
    statement.site = child.site
    statement.origin = child.origin
    statement.a = code.constant(.none, at: child.site)
    return statement
  }
}
