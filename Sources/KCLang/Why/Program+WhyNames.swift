internal import KCData
internal import KCSyntax

/// Names of the program that stand for values: parameters and `let`s.
extension Program {
  /// What a parameter or a `let` of the program is, or what further names lead to within it.
  mutating func why(nameAt names: [String]) throws(WhyError) -> WhyAnswer? {
    guard let name = names.first, let key = tree.keys.find(name) else { return nil }
    for module in modules where !module.isStandard && module.scope >= 0 {
      guard let found = scopes[Int(module.scope)].names[Int32(key)], case .slot = found.kind, found.node != nil else {
        continue
      }
      let rest = Array(names.dropFirst())
      if let answer = try answer(found, Int32(key), module.scope, module.frame, rest) { return answer }
    }
    return nil
  }

  /// The parameters and `let`s of the program's files.
  func valueNames() -> [String] {
    modules.filter { !$0.isStandard && $0.scope >= 0 }.flatMap { module in
      scopes[Int(module.scope)].names.compactMap { key, name in
        if case .slot = name.kind, name.node != nil { text(key) } else { nil }
      }
    }.sorted()
  }

  /// What a name of the program is that stands for no value; nil for others.
  func kind(ofName name: String) -> String? {
    guard let key = tree.keys.find(name) else { return nil }
    for module in modules where !module.isStandard && module.scope >= 0 {
      switch scopes[Int(module.scope)].names[Int32(key)]?.node?.kind {
      case .funcDecl: return "a function"
      case .typeDecl: return "a type"
      case .schemaDecl: return "a schema"
      case .enumDecl: return "an enum"
      case .mixinDecl: return "a mixin"
      case .componentDecl: return "a component"
      case .affinityDecl: return "a group of affinity rules"
      default: continue
      }
    }
    return nil
  }

  /// What a name of a scope is, or what further names lead to within its value.
  ///
  /// - Parameter instance: the title of the instance of a component that has it.
  mutating func answer(
    _ found: Scope.Name, _ key: Int32, _ scope: Int32, _ frame: Int32, _ names: [String], of instance: String? = nil
  ) throws(WhyError) -> WhyAnswer? {
    var walk = WhyWalk()
    collect(name: found, key, scope, frame, &walk)
    guard var input = walk.found.first else { return nil }
    if input.value != Tree.secretText, case let value = evaluate(found, frame), isRecord(value) || value.tag == .list {
      input.value = whole(value)
    }
    let title = instance.map { "\($0) · \(text(key))" } ?? "\(input.kind == .parameter ? "param" : "let") \(text(key))"
    let place = input.layers.last { $0.wins }
    var answer = WhyAnswer(
      address: title, path: "", subject: title, value: input.value, layers: input.layers,
      parameters: Self.parameters(in: input.inputs), inputs: input.inputs,
      provenance: Provenance(
        location: place?.location ?? location(code.site(found.span)), layer: place?.layer ?? "file"))
    if !names.isEmpty {
      try narrow(&answer, to: names, in: evaluate(found, frame))
      // What the file gives a parameter is its default.
      if input.kind == .parameter {
        for place in answer.layers.indices where answer.layers[place].layer == "file" {
          answer.layers[place].layer = "default"
        }
      }
    }
    return answer
  }

  /// Makes an answer about a value one about what names lead to within it.
  private mutating func narrow(
    _ answer: inout WhyAnswer, to names: [String], in value: TreeValue
  ) throws(WhyError) {
    guard let (inner, field) = part(names, of: value) else { throw unknownPart(names, of: answer.subject, value) }
    answer.path = Self.written(names)
    answer.subject = Self.subject(answer.subject, names)
    answer.value = inner.isNone ? "none" : whole(inner)
    guard let field, case let layers = layers(of: field), !layers.isEmpty else { return }
    // The layers that set the field say more than those that made the value around it.
    var walk = WhyWalk()
    collect(field: field, &walk)
    answer.layers = layers
    answer.inputs = walk.found.first?.inputs ?? []
    answer.parameters = Self.parameters(in: answer.inputs)
    if let place = layers.last(where: \.wins) {
      answer.provenance = Provenance(location: place.location, layer: place.layer)
    }
  }

  /// That a value has nothing of a path, with what was probably meant.
  private mutating func unknownPart(_ names: [String], of subject: String, _ value: TreeValue) -> WhyError {
    var place = 0
    while place < names.count, part(Array(names[...place]), of: value) != nil { place += 1 }
    let known = part(Array(names[..<place]), of: value).map { partNames(of: $0.value) } ?? []
    let near = Self.nearest(to: names[place], among: known)
    return .unknownPath(
      Self.written(names), address: subject,
      near: near.map { Self.written(names[..<place] + [$0] + Array(names[(place + 1)...])) }, known: known)
  }

  /// `[0].image`, `image.tag`
  private static func written(_ names: [String]) -> String {
    let path = subject("", names)
    return path.hasPrefix(".") ? String(path.dropFirst()) : path
  }

  /// The names of what a record holds.
  private mutating func partNames(of value: TreeValue) -> [String] {
    let record = isRecord(value) ? materialize(value) : value
    guard record.tag == .record else { return [] }
    return tree.fields(of: record).map { tree.keys.text($0.key) }
  }

  private mutating func evaluate(_ name: Scope.Name, _ frame: Int32) -> TreeValue {
    scalar(evaluate(code.emit(.local, 0, name.slot, at: code.site(name.span)), frame))
  }

  /// Whether a value is shown best by its fields.
  func isRecord(_ value: TreeValue) -> Bool {
    value.tag == .record || value.tag == .instance && instances[Int(value.payload)].name < 0
  }
}
