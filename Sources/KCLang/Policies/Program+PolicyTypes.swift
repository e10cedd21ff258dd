internal import KCData
internal import KCKube
internal import KCSyntax

/// Policies on types of the API: what they are on, and the names that they see.
extension Program {
  /// The names of the types of the API that a type says, such as `core.v1.Container`; none where it says others.
  mutating func apiNames(_ node: SyntaxNode, in scope: Int32) -> [String] {
    switch node.kind {
    case .namedType:
      let words = node.words.map { node.word($0) }
      guard words.first == "k8s", find(key("k8s"), in: scope) == nil else { return [] }
      return [words.dropFirst().joined(separator: ".")]
    case .unionType, .parenType:
      var all: [[String]] = []
      for part in node.parts { all.append(apiNames(part, in: scope)) }
      return all.contains { $0.isEmpty } ? [] : all.flatMap { $0 }
    default: return []
    }
  }

  /// The types of the API of some names. A container that debuggers put into a pod is a container.
  func apiTypes(_ names: [String]) -> [Int] {
    let all = names.contains("core.v1.Container") ? names + ["core.v1.EphemeralContainer"] : names
    let schema = kube
    return all.compactMap { schema.type(named: $0) }
  }

  /// Reports a type of which no block is: policies on it would never be held against anything.
  mutating func checkIsSeen(_ type: TypeID, _ node: SyntaxNode) {
    if type == TypeTable.unknown { return }
    var members = [type]
    if case .union(let all) = types[types.base(type)] { members = all }
    var ofAPI = 0
    for member in members {
      guard case .schema(let schema) = types[types.base(member)] else {
        return report(
          "KC0201", "a policy is on blocks or values of objects, and no block is \(Self.article(describe(member)))",
          at: node.span, help: "say whose: `on Deployment`, `on k8s.core.v1.Container`")
      }
      if apiModuleName(of: schemas[Int(schema.index)].scope) != nil {
        ofAPI += 1
      } else if !isOfBlocks(schema.index) {
        return report(
          "KC0201", "no block is \(Self.article(describe(member))): the policy would never be held against anything",
          at: node.span, help: "what values of it keep is said in the schema: `require …`")
      }
    }
    guard ofAPI > 0 else { return }
    report(
      "KC0201", "a policy is either on kc's kinds or on types of the API, since `self` has other fields in each",
      at: node.span, help: "types of the API alone see all that is applied, however it was written")
  }

  /// Whether blocks may be of a schema, or of one that extends it.
  private mutating func isOfBlocks(_ schema: Int32) -> Bool {
    if schemas[Int(schema)].isBlock || isKeyed(schema) { return true }
    for index in schemas.indices.map(Int32.init) where schemas[Int(index)].isBlock || isKeyed(index) {
      ensureSchema(index)
      if isSchema(index, schema) { return true }
    }
    return false
  }

  /// Declares `self`, the value, and `object`, which it is part of.
  mutating func declareObjectNames(_ type: TypeID, in scope: Int32, at span: Span, isTyped: Bool) {
    var object = TypeTable.any
    if isTyped, let module = objectModule(), case .schema(let schema) = module {
      object = types.add(.schema(SchemaID(index: schema)))
    }
    scopes[Int(scope)].size = 2
    scopes[Int(scope)].names[keys.ownSelf] = Scope.Name(kind: .slot, slot: 0, type: type, span: span, isUsed: true)
    let name = key("object")
    scopes[Int(scope)].names[name] = Scope.Name(kind: .slot, slot: 1, type: object, span: span, isUsed: true)
  }

  private mutating func objectModule() -> Scope.Name.Kind? {
    guard let module = standardModule("object") else { return nil }
    if modules[Int(module)].scope < 0 { declare(module) }
    return scopes[Int(modules[Int(module)].scope)].names[key("PolicyObject")]?.kind
  }

  /// What the library's policies say more strictly than checks of the compiler is said once.
  mutating func dropWhatPoliciesSay() {
    guard policies.contains(where: { text($0.name) == "latest-tag" && isStandard($0.scope) }) else { return }
    diagnostics.removeAll { $0.code == "KC0400" }
  }
}
