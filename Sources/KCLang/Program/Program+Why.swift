internal import KCData
internal import KCSyntax

/// `kc why` and `kc explain`.
extension Program {
  mutating func why(address: String, path: String?, resources: [Resource]) throws(WhyError) -> WhyAnswer {
    let resource = try find(address, resources)
    guard let path, !path.isEmpty else {
      let place = Provenance(location: resource.origin, layer: "file")
      return WhyAnswer(
        address: resource.address, path: "", subject: title(of: resource.instance), value: "", layers: [],
        parameters: [], provenance: place)
    }
    if let (instance, slot, name) = sourceField(path, of: resource.instance) {
      return answer(resource, path, instance, slot, name)
    }
    let objectPath = Self.parse(path: path)
    guard let value = Self.value(at: objectPath, in: resource.object) else {
      let schema = instances[Int(resource.instance)].schema
      let last = path.split(separator: ".").last.map(String.init) ?? path
      throw WhyError.unknownPath(
        path, address: resource.address, near: Self.nearest(to: last, among: fieldNames(schema)))
    }
    let provenance = resource.origin(of: objectPath)
    if let (instance, place) = binding(at: provenance.location) {
      return answer(resource, path, instance, place, "", provenance)
    }
    let isSecret = resource.secretPaths.contains { objectPath.hasPrefix($0) }
    return WhyAnswer(
      address: resource.address, path: path, subject: title(of: resource.instance),
      value: isSecret ? "(secret)" : Self.show(value), layers: [],
      parameters: provenance.parameter.map { [$0] } ?? [], provenance: provenance)
  }

  private func find(_ address: String, _ resources: [Resource]) throws(WhyError) -> Resource {
    if let exact = resources.first(where: { $0.address == address }) { return exact }
    let found = resources.filter { $0.address.split(separator: ".").last.map(String.init) == address }
    if found.count == 1 { return found[0] }
    if found.count > 1 { throw WhyError.ambiguous(address, found.map(\.address)) }
    let known = resources.map(\.address)
    throw WhyError.unknownAddress(address, near: Self.nearest(to: address, among: known), known: known)
  }

  /// The field of the source that a path names: the instance, the memo's place, and a title.
  private mutating func sourceField(_ path: String, of resource: Int32) -> (Int32, Int, String)? {
    var current = resource
    var names = path.split(separator: ".").map(String.init)
    while let name = names.first {
      let key = key(name)
      let schema = instances[Int(current)].schema
      names.removeFirst()
      if schema >= 0, let slot = schemas[Int(schema)].slotOf[key], schemas[Int(schema)].slots[Int(slot)].childSchema < 0
      {
        let place = Int(instances[Int(current)].slots + slot)
        if names.isEmpty { return (current, place, name) }
        guard memos[place].value.tag == .instance else { return nil }
        current = Int32(bitPattern: memos[place].value.payload)
      } else if schema < 0, let place = mapIndex[ChildKey(parent: current, name: key)] {
        return names.isEmpty ? (current, Int(place), name) : nil
      } else if let child = child(named: key, of: current) {
        current = child
        let own = instances[Int(child)].schema
        if names.isEmpty, own >= 0, schemas[Int(own)].primary >= 0 {
          let primary = schemas[Int(own)].primary
          return (child, Int(instances[Int(child)].slots + primary), text(schemas[Int(own)].slots[Int(primary)].key))
        }
      } else {
        return nil
      }
    }
    return nil
  }

  /// The field whose winning equation stands at a place.
  private func binding(at location: SourceLocation) -> (Int32, Int)? {
    for index in instances.indices where instances[index].slots >= 0 && instances[index].schema >= 0 {
      for slot in schemas[Int(instances[index].schema)].slots.indices {
        let place = Int(instances[index].slots) + slot
        guard heads[place] >= 0 else { continue }
        let origin = bindings[Int(heads[place])].origin
        if origin != 0, self.location(code.origins[Int(origin)].site) == location { return (Int32(index), place) }
      }
    }
    return nil
  }

  private mutating func answer(
    _ resource: Resource, _ path: String, _ instance: Int32, _ place: Int, _ name: String, _ given: Provenance? = nil
  ) -> WhyAnswer {
    var layers: [WhyAnswer.Layer] = []
    var parameters: [String] = []
    var slot: Slot?
    if instances[Int(instance)].schema >= 0 {
      slot = schemas[Int(instances[Int(instance)].schema)].slots[place - Int(instances[Int(instance)].slots)]
    }
    if let slot, slot.fallback >= 0 {
      let place = code.site(defaultSpan(slot.fallback))
      layers.append(
        WhyAnswer.Layer(
          layer: "default", location: location(place), text: defaultText(slot.fallback),
          wins: heads[self.place(of: instance, slot)] < 0))
    }
    var stack: [WhyAnswer.Layer] = []
    var next = heads[place]
    while next >= 0 {
      let binding = bindings[Int(next)]
      let data = code.origins[Int(binding.origin)]
      let text = binding.op >= 0 ? sourceText(span(siteOf(binding.op))) : "{ … }"
      let wins = next == heads[place] || binding.isAppend
      stack.append(
        WhyAnswer.Layer(layer: self.layers[Int(data.layer)], location: location(data.site), text: text, wins: wins))
      next = binding.below
    }
    layers += stack.reversed()
    let origin = memos[place].origin
    let data = code.origins[Int(origin)]
    if data.parameter >= 0 { parameters.append(parameterNames[Int(data.parameter)]) }
    let field = name.isEmpty ? text(slot?.key ?? -1) : name
    let provenance =
      given ?? (origin != 0 ? provenance(origin) : Provenance(location: resource.origin, layer: "default"))
    let value = scalar(memos[place].value)
    return WhyAnswer(
      address: resource.address, path: path, subject: "\(title(of: instance)) · \(field)",
      value: display(value), layers: layers, parameters: parameters, provenance: provenance)
  }

  private func place(of instance: Int32, _ slot: Slot) -> Int {
    let place = schemas[Int(instances[Int(instance)].schema)].slotOf[slot.key] ?? 0
    return Int(instances[Int(instance)].slots + place)
  }

  private func defaultSpan(_ op: Int32) -> Span {
    let found = code.ops[Int(op)]
    return found.code == .lazy ? lazies[Int(found.a)].node.span : span(found.site)
  }

  private func sourceText(_ span: Span) -> String {
    guard files.indices.contains(span.file), span.end <= files[span.file].bytes.count else { return "" }
    let text = files[span.file].text(span.range)
    let line = text.split(separator: "\n").first.map(String.init) ?? text
    return line.count < text.count ? line + " …" : line
  }

  /// A path as users write it: `spec.template.spec.containers[0].image`, `data[a.b]`.
  static func parse(path: String) -> FieldPath {
    var result = FieldPath()
    var word = ""
    var isBracket = false
    func flush() {
      if !word.isEmpty { result = result.field(word) }
      word = ""
    }
    for character in path {
      switch character {
      case "." where !isBracket: flush()
      case "[":
        flush()
        isBracket = true
      case "]":
        result = Int(word).map { result.index($0) } ?? result.field(word)
        word = ""
        isBracket = false
      default: word.append(character)
      }
    }
    flush()
    return result
  }

  static func value(at path: FieldPath, in object: Value) -> Value? {
    var current = object
    for element in path.elements {
      switch element {
      case .field(let name), .key(let name):
        if let next = current[name] {
          current = next
        } else if let named = current.array?.first(where: { $0["name"]?.string == name }) {
          current = named
        } else {
          return nil
        }
      case .index(let place):
        guard let next = current[place] else { return nil }
        current = next
      }
    }
    return current
  }

  private static func show(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .bool(let truth): truth ? "true" : "false"
    case .int(let number): String(number)
    case .number(let number): "\(number)"
    case .string(let text): "\"\(text)\""
    case .array(let elements): "[" + elements.map(show).joined(separator: ", ") + "]"
    case .object(let fields): "{ " + fields.map { "\($0.key) = \(show($0.value))" }.joined(separator: ", ") + " }"
    }
  }
}

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
        defaultText: slot.fallback >= 0 ? defaultText(slot.fallback) : nil,
        isRequired: slot.fallback < 0 && slot.childSchema < 0 && slot.key != keys.name && !hasEmpty(slot.type),
        isKeyed: slot.childSchema >= 0, isFinal: slot.isFinal, documentation: slot.documentation ?? "")
    }
    return TypeExplanation(
      name: schema.name, keyword: schema.isBlock ? text(schema.kind) : nil,
      parent: schema.parent >= 0 ? schemas[Int(schema.parent)].name : nil, documentation: schema.documentation ?? "",
      fields: fields, requirements: schema.requirements.map(\.text), location: location(schema.site))
  }

  private func defaultText(_ op: Int32) -> String {
    let found = code.ops[Int(op)]
    return found.code == .lazy ? lazies[Int(found.a)].node.text : sourceText(span(found.site))
  }

  private func hasEmpty(_ type: TypeID) -> Bool {
    switch types[types.base(type)] {
    case .map, .list: true
    default: types.isOptional(type)
    }
  }
}
