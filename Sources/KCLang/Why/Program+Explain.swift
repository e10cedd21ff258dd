internal import KCData
internal import KCSyntax

/// `kc explain TYPE`.
extension Program {
  var schemaNames: [String] { schemas.dropFirst().map(\.name).sorted() }

  mutating func explain(type name: String) -> TypeExplanation? {
    let lower = name.lowercased()
    let own = schemas.indices.dropFirst().first { schemas[$0].name == name && isOwn(schemas[$0].site) }
    guard
      let index = own
        ?? schemas.indices.dropFirst().first(where: {
          schemas[$0].name == name || (schemas[$0].isBlock && text(schemas[$0].kind) == lower)
        }) ?? schemas.indices.dropFirst().first(where: { text(schemas[$0].kind) == lower })
    else { return nil }
    return explain(schema: Int32(index))
  }

  /// A schema by its place, which says which of several with a name is meant.
  mutating func explain(schema index: Int32) -> TypeExplanation {
    ensureSchema(index)
    let schema = schemas[Int(index)]
    let fields = schema.slots.map { slot in
      TypeExplanation.Field(
        name: text(slot.key), type: slot.childSchema >= 0 ? schemas[Int(slot.childSchema)].name : describe(slot.type),
        defaultText: slot.fallback >= 0 ? defaultText(slot.fallback, isSecret: mayHoldSecret(slot.type)) : nil,
        isRequired: slot.fallback < 0 && slot.childSchema < 0 && slot.key != keys.name && !hasEmpty(slot.type),
        isKeyed: slot.childSchema >= 0, isFinal: slot.isFinal, documentation: slot.documentation ?? "",
        schema: slot.childSchema >= 0 ? slot.childSchema : elementSchema(slot.type))
    }
    return TypeExplanation(
      name: schema.name, keyword: schema.isBlock ? text(schema.kind) : nil,
      parent: schema.parent >= 0 ? schemas[Int(schema.parent)].name : nil, documentation: schema.documentation ?? "",
      fields: fields, requirements: schema.requirements.map(\.text), location: location(schema.site))
  }

  /// The schema of a field's value, or of the elements of its list.
  private func elementSchema(_ type: TypeID) -> Int32? {
    switch types[types.required(type)] {
    case .schema(let schema): schema.index
    case .list(let element): elementSchema(element)
    default: nil
    }
  }

  func defaultText(_ op: Int32, isSecret: Bool = false) -> String {
    let found = code.ops[Int(op)]
    let place = found.code == .lazy ? lazies[Int(found.a)].node.span : span(found.site)
    if isSecret, case let text = sourceText(place, isSecret: true), text == Tree.secretText { return text }
    return found.code == .lazy ? lazies[Int(found.a)].node.text : sourceText(place)
  }

  private func hasEmpty(_ type: TypeID) -> Bool {
    switch types[types.base(type)] {
    case .map, .list: true
    default: types.isOptional(type)
    }
  }
}
