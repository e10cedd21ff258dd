internal import KCData
internal import KCSyntax

extension SyntaxNode {
  /// Whether this can be the value of a setting.
  var isExpression: Bool {
    switch kind {
    case .nameExpr, .numberExpr, .quantityExpr, .stringExpr, .regexExpr, .parenExpr, .listExpr, .recordExpr,
      .memberExpr,
      .indexExpr, .callExpr, .unaryExpr, .binaryExpr, .rangeExpr, .ifExpr, .forExpr, .matchExpr, .lambdaExpr:
      true
    default: false
    }
  }
}

/// A field of an instance.
struct WhyField: Hashable {
  var instance: Int32
  /// The place of its memo and its topmost binding.
  var place: Int
  var key: Int32
}

extension Program {
  /// The field that a block is mostly about: `port http = 8080`; nil for blocks without one.
  func primaryField(of instance: Int32) -> WhyField? {
    let schema = instances[Int(instance)].schema
    guard schema >= 0, schemas[Int(schema)].primary >= 0, !schemas[Int(schema)].isBlock else { return nil }
    let primary = schemas[Int(schema)].primary
    return WhyField(
      instance: instance, place: Int(instances[Int(instance)].slots + primary),
      key: schemas[Int(schema)].slots[Int(primary)].key)
  }

  func slot(of field: WhyField) -> Slot? {
    let instance = instances[Int(field.instance)]
    guard instance.schema >= 0 else { return nil }
    return schemas[Int(instance.schema)].slots[field.place - Int(instance.slots)]
  }

  /// `deployment web · app.image`
  mutating func name(of field: WhyField) -> String {
    var path = field.key >= 0 ? [text(field.key)] : []
    var current = field.instance
    while current >= 0, !isResource(current), current != root {
      let instance = instances[Int(current)]
      let own = instance.name >= 0 ? instance.name : instance.kind
      if own >= 0 { path.insert(text(own), at: 0) }
      current = instance.parent
    }
    return ([current >= 0 && current != root ? title(of: current) : ""] + [path.joined(separator: ".")])
      .filter { !$0.isEmpty }.joined(separator: " · ")
  }

  /// What each layer says of a field, from the lowest to the highest.
  mutating func layers(of field: WhyField) -> [WhyAnswer.Layer] {
    let slot = slot(of: field)
    let isSecret =
      tellsSecret(memos[field.place].value) || slot.map { mayHoldSecret($0.type) } ?? false
      || mayHoldSecret(instances[Int(field.instance)].element)
    var stack: [WhyAnswer.Layer] = []
    var isOpen = true
    var next = memos[field.place].head
    while next >= 0 {
      let binding = bindings[Int(next)]
      let data = code.origins[Int(binding.origin)]
      let text = binding.op >= 0 ? sourceText(expressionSpan(binding.op), isSecret: isSecret) : "{ … }"
      stack.append(
        WhyAnswer.Layer(
          layer: outsideLayer(data.site) ?? environmentLayer(data.site)
            ?? (data.layer < layers.count ? layers[Int(data.layer)].name : ""),
          location: location(data.site),
          text: text, wins: isOpen))
      // What extends a value leaves that of the layers below.
      isOpen = isOpen && (binding.isAppend || binding.instance >= 0)
      next = binding.below
    }
    if let slot, slot.fallback >= 0 {
      let place = code.ops[Int(slot.fallback)]
      let span = place.code == .lazy ? lazies[Int(place.a)].node.span : span(place.site)
      let text = isSecret ? sourceText(span, isSecret: true) : defaultText(slot.fallback)
      let top = memos[field.place].head
      let wins = top < 0 || (isOpen && bindings[Int(top)].isAppend)
      stack.append(WhyAnswer.Layer(layer: layers[0].name, location: location(of: span), text: text, wins: wins))
    }
    return stack.reversed()
  }

  /// What a value in a record is called that was given from outside; nil for what stands in a source.
  func outsideLayer(_ site: Int32) -> String? {
    guard isFromOutside(site), case let path = files[span(site).file].path else { return nil }
    return path == Compilation.commandLine ? "--set" : "--params \(path)"
  }

  /// The environment that gives a part of a parameter's value.
  private func environmentLayer(_ site: Int32) -> String? {
    let place = span(site)
    let given = environmentParameters.values.joined().first { $0.setting.valueSpan.holds(place) }
    return given.map { "env \($0.environment)" }
  }

  /// The source of an expression: its first line.
  func sourceText(_ span: Span, isSecret: Bool = false) -> String {
    guard files.indices.contains(span.file), span.end <= files[span.file].bytes.count else { return "" }
    let text = files[span.file].text(span.range)
    if isSecret || holdsSecretSite(span), Self.tells(text) || files[span.file].bytes.isEmpty || !isSource(span.file) {
      return Tree.secretText
    }
    let line = text.split(separator: "\n").first.map(String.init) ?? text
    return line.count < text.count ? line + " …" : line
  }

  /// Where an expression stands as a whole: the op of a call, say, stands where the function's name does.
  mutating func expressionSpan(_ op: Int32) -> Span {
    let own = span(siteOf(op))
    guard trees.indices.contains(own.file), isSource(own.file) else { return own }
    var node = trees[own.file].root
    var whole = own
    while let inner = node.childNodes.first(where: {
      $0.range.lowerBound <= own.start && own.end <= $0.range.upperBound
    }) {
      switch node.kind {
      case .setting, .recordField, .letDecl, .paramDecl, .argument, .block: if inner.isExpression { whole = inner.span }
      default: break
      }
      node = inner
    }
    return whole
  }

  /// Whether a file is one of the program's, not a command line or a file of parameters.
  private func isSource(_ file: Int) -> Bool { modules.contains { $0.file == file } }

  /// Whether a value became secret within an expression.
  private func holdsSecretSite(_ place: Span) -> Bool { hiddenTexts.sites.contains { place.holds(span($0)) } }

  /// Whether an expression of a secret has more in it than names and calls: a text or number may be the secret.
  private static func tells(_ text: String) -> Bool {
    var rest = text[...]
    var kept = ""
    while let start = rest.firstRange(of: "env(\"") {
      kept += rest[..<start.lowerBound]
      rest = rest[start.upperBound...].drop { $0 != "\"" }.dropFirst()
    }
    kept += rest
    if kept.contains("\"") { return true }
    let words = kept.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "/" }
    return words.contains { $0.first.map { $0.isNumber || $0 == "/" } ?? false || $0 == "true" || $0 == "false" }
  }
}

/// From objects back to the source.
extension Program {
  /// The origin of a field of an object, or of its nearest ancestor that has one; 0 for none.
  func origin(at path: FieldPath, in object: TreeValue) -> UInt32 {
    var current = object
    var origin: UInt32 = 0
    for element in path.elements {
      switch element {
      case .field(let name), .key(let name):
        if current.tag == .list {
          let named = tree.items(of: current).first { item in
            tree.field(UInt32(keys.name), of: item).map { tree.text(of: $0.value) == name } ?? false
          }
          guard let named else { return origin }
          current = named
          continue
        }
        guard let key = tree.keys.find(name), let field = tree.field(key, of: current) else { return origin }
        if field.origin != 0 { origin = field.origin }
        current = field.value
      case .index(let place):
        guard current.tag == .list, place < current.length else { return origin }
        current = tree.item(of: current, place)
      }
    }
    return origin
  }

  /// The field whose winning equation an origin is, or the one whose equation it lies in.
  ///
  /// - Parameter resource: a block whose fields come first: those of a loop stand at one place.
  mutating func binding(at origin: UInt32, of resource: Int32) -> (field: WhyField, isExact: Bool)? {
    guard origin != 0 else { return nil }
    let all = allFields()
    let own = all.filter { self.resource(of: $0.instance) == resource }
    return binding(at: origin, among: own) ?? binding(at: origin, among: all)
  }

  private mutating func binding(at origin: UInt32, among fields: [WhyField]) -> (field: WhyField, isExact: Bool)? {
    let site = code.origins[Int(origin)].site
    let wanted = span(site)
    var best: (field: WhyField, length: Int)?
    for field in fields {
      let head = memos[field.place].head
      guard head >= 0 else { continue }
      let binding = bindings[Int(head)]
      if binding.origin != 0, span(code.origins[Int(binding.origin)].site) == wanted { return (field, true) }
      guard binding.op >= 0, case let whole = expressionSpan(binding.op), whole.file == wanted.file,
        whole.start <= wanted.start, wanted.end <= whole.end, whole.range.count < best?.length ?? .max
      else { continue }
      best = (field, whole.range.count)
    }
    return best.map { ($0.field, false) }
  }

  private func allFields() -> [WhyField] {
    var fields: [WhyField] = []
    for index in instances.indices {
      if instances[index].slots >= 0, instances[index].schema >= 0 {
        for (number, slot) in schemas[Int(instances[index].schema)].slots.enumerated() {
          fields.append(
            WhyField(instance: Int32(index), place: Int(instances[index].slots) + number, key: slot.key))
        }
      }
      var next = instances[index].firstField
      while next >= 0 {
        let field = mapFields[Int(next)]
        fields.append(WhyField(instance: Int32(index), place: Int(field.slot), key: field.key))
        next = field.next
      }
    }
    return fields
  }
}
