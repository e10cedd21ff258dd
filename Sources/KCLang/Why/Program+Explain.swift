internal import KCData
internal import KCSyntax

/// `kc explain TYPE`.
extension Program {
  var schemaNames: [String] { schemas.dropFirst().map(\.name).sorted() }

  mutating func explain(type name: String) -> TypeExplanation? {
    let lower = name.lowercased()
    guard
      let index = schemas.indices.dropFirst().first(where: {
        schemas[$0].name == name || (schemas[$0].isBlock && text(schemas[$0].kind) == lower)
      }) ?? schemas.indices.dropFirst().first(where: { text(schemas[$0].kind) == lower })
    else { return nil }
    ensureSchema(Int32(index))
    let schema = schemas[index]
    let fields = schema.slots.map { slot in
      TypeExplanation.Field(
        name: text(slot.key), type: slot.childSchema >= 0 ? schemas[Int(slot.childSchema)].name : describe(slot.type),
        defaultText: slot.fallback >= 0 ? defaultText(slot.fallback, isSecret: mayHoldSecret(slot.type)) : nil,
        isRequired: slot.fallback < 0 && slot.childSchema < 0 && slot.key != keys.name && !hasEmpty(slot.type),
        isKeyed: slot.childSchema >= 0, isFinal: slot.isFinal, documentation: slot.documentation ?? "")
    }
    return TypeExplanation(
      name: schema.name, keyword: schema.isBlock ? text(schema.kind) : nil,
      parent: schema.parent >= 0 ? schemas[Int(schema.parent)].name : nil, documentation: schema.documentation ?? "",
      fields: fields, requirements: schema.requirements.map(\.text), location: location(schema.site))
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
