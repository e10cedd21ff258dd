internal import KCData
internal import KCSyntax

/// Enums: types of a few named values.
extension Program {
  mutating func declareEnum(_ node: SyntaxNode, in scope: Int32) {
    guard let name = declaredName(node) else { return }
    declare(name.key, Scope.Name(kind: .type, span: name.span, node: node), in: scope)
  }

  /// The type of an enum: one of the values of its cases. A case without a value of its own has its name.
  mutating func enumType(_ node: SyntaxNode, in scope: Int32) -> TypeID {
    var members: [TypeID] = []
    var cases: [Int32: TypeID] = [:]
    for one in node.parts where one.kind == .enumCase {
      guard let token = one.words.first else { continue }
      let name = one.word(token)
      if let parameters = one.child(.parameterList) {
        report(
          "KC0195", "cases with values are not supported yet", at: parameters.span,
          help: "use a schema with a field for the case")
        continue
      }
      let value = one.parts.first.map { evaluateConstant($0, in: scope) } ?? tree.string(name)
      let text = tree.text(of: value) ?? name
      if !value.isPoison, value.tag != .string {
        report("KC0110", "the value of a case is text, and this is \(Self.article(kindName(value)))", at: one.span)
      }
      let member = types.add(.text(text))
      members.append(member)
      cases[key(name)] = member
    }
    let type = types.add(.union(members))
    enums[type] = cases
    return type
  }

  /// The text of an enum's case by its bare name; nil where the type is no enum, or has no such case.
  func enumCase(_ name: Int32, of type: TypeID) -> String? {
    guard let member = enums[types.required(type)]?[name], case .text(let text) = types[member] else { return nil }
    return text
  }
}
