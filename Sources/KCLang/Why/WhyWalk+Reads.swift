internal import KCData
internal import KCSyntax

/// Fields and calls among the inputs of a value.
extension Program {
  mutating func collectMember(_ op: Op, _ frame: Int32, _ walk: inout WhyWalk) {
    collect(op.a, frame, &walk)
    var base = evaluate(op.a, frame)
    if base.tag == .choice {
      let able = Array(tree.items(of: base)).filter { has(op.b, Int32(bitPattern: $0.payload)) }
      guard able.count == 1 else { return }
      base = able[0]
    }
    guard base.tag == .instance else { return }
    let index = Int32(bitPattern: base.payload)
    let schema = instances[Int(index)].schema
    if schema < 0 {
      guard let place = mapIndex[ChildKey(parent: index, name: op.b)] else { return }
      return collect(field: WhyField(instance: index, place: Int(place), key: op.b), &walk)
    }
    if schemas[Int(schema)].isNamespace { return }
    if let slot = schemas[Int(schema)].slotOf[op.b] {
      if schemas[Int(schema)].slots[Int(slot)].childSchema >= 0 { return }
      let place = Int(instances[Int(index)].slots + slot)
      let name = isPart(index) ? nil : name(ofRead: op)
      collect(field: WhyField(instance: index, place: place, key: op.b), name: name, &walk)
    } else if let child = child(named: op.b, of: index), let primary = primaryField(of: child) {
      collect(field: primary, &walk)
    }
  }

  /// Whether an instance is a block, or a record in a field of one: it is called by where it stands.
  private func isPart(_ index: Int32) -> Bool {
    let instance = instances[Int(index)]
    if instance.name >= 0 || isResource(index) { return true }
    guard instance.parent >= 0, instance.kind >= 0, case let schema = instances[Int(instance.parent)].schema,
      schema >= 0, let slot = schemas[Int(schema)].slotOf[instance.kind],
      case let value = memos[Int(instances[Int(instance.parent)].slots + slot)].value
    else { return false }
    return value.tag == .instance && Int32(bitPattern: value.payload) == index
  }

  /// What the source calls a field of a value that has no place of its own: `spec.replicas`; nil where it does not
  /// call it by names.
  private func name(ofRead op: Op) -> String? {
    let base = shown(op.a)
    let isName =
      !base.isEmpty && base != "self"
      && base.allSatisfy {
        $0.isLetter || $0.isNumber || "_-.?[]".contains($0)
      }
    return isName ? "\(base).\(text(op.b))" : nil
  }

  /// A field, with its layers and what the winning one was computed from.
  ///
  /// - Parameter name: what it is called where it is read, if not by the block that it is in.
  mutating func collect(field: WhyField, name: String? = nil, _ walk: inout WhyWalk) {
    let slot = slot(of: field)
    // What a function has made for `kc why` alone, nothing has read before.
    if memos[field.place].value.tag == .thunk, instances[Int(field.instance)].schema >= 0 {
      _ = read(field.instance, slot: Int32(field.place) - instances[Int(field.instance)].slots, at: 0)
    }
    let value = scalar(memos[field.place].value)
    // A record is there because of what is in it.
    if memos[field.place].head >= 0, bindings[Int(memos[field.place].head)].instance >= 0 { return }
    add(.field, name ?? self.name(of: field), shown(value), layers(of: field), .field(field.place), &walk) {
      program, walk in
      var next = program.memos[field.place].head
      while next >= 0 {
        let binding = program.bindings[Int(next)]
        program.collect(binding.op, binding.frame, &walk)
        guard binding.isAppend else { return }
        next = binding.below
      }
      guard let slot, slot.fallback >= 0 else { return }
      program.collect(slot.fallback, program.schemaFrame(field.instance, slot.owner), &walk)
    }
  }

  mutating func collectCall(_ index: Int32, _ op: Op, _ frame: Int32, _ walk: inout WhyWalk) {
    let callee = evaluate(op.a, frame)
    guard callee.tag == .function else { return }
    let closure = closures[Int(callee.payload)]
    let pairs = (0..<op.b).map { (code.extra[Int(op.c + $0 * 2)], code.extra[Int(op.c + $0 * 2 + 1)]) }
    collect(op.a, frame, &walk)
    let function = code.functions[Int(closure.function)]
    // What the standard library does with its arguments is no news.
    guard isOwn(function.site), function.builtin < 0 else {
      for (_, argument) in pairs { collect(argument, frame, &walk) }
      return
    }
    let name = function.name.isEmpty ? "a function" : "\(function.name)(…)"
    let value = scalar(evaluate(index, frame))
    let isSecret = tellsSecret(value)
    // Within what stands for all calls of a function, there is no one value.
    let result = value.isPoison ? "" : shown(value)
    let layer = WhyAnswer.Layer(
      layer: "file", location: location(function.site),
      text: functionSources[closure.function].map { sourceText($0.node.span, isSecret: isSecret) } ?? "",
      wins: true)
    add(.function, name, result, [layer], .call(op: index, frame: frame), &walk) { program, walk in
      for (_, argument) in pairs { program.collect(argument, frame, &walk) }
      let inner = program.callFrame(closure, pairs, frame)
      program.collectDefaults(closure, pairs, inner, &walk)
      program.collect(program.code.functions[Int(closure.function)].body, inner, &walk)
    }
  }

  /// A frame as a call has it.
  private mutating func callFrame(
    _ closure: Closure, _ pairs: [(label: Int32, op: Int32)], _ frame: Int32
  ) -> Int32 {
    ensureFunction(closure.function)
    let parameters = code.functions[Int(closure.function)].parameters
    let inner = addFrame(parent: closure.frame, size: Int32(parameters.count))
    var next = 0
    for (label, op) in pairs {
      let place = label >= 0 ? parameters.firstIndex { $0.key == label } ?? next : next
      if place < parameters.count { setSlot(inner, Int32(place), evaluate(op, frame)) }
      next = place + 1
    }
    for (place, parameter) in parameters.enumerated()
    where parameter.fallback >= 0 && frames[Int(inner) + 1 + place].isNone {
      setSlot(inner, Int32(place), evaluate(parameter.fallback, inner))
    }
    return inner
  }

  /// The defaults of parameters that a call does not give.
  private mutating func collectDefaults(
    _ closure: Closure, _ pairs: [(label: Int32, op: Int32)], _ frame: Int32, _ walk: inout WhyWalk
  ) {
    let parameters = code.functions[Int(closure.function)].parameters
    let labels = Set(pairs.map(\.label))
    let unlabelled = pairs.count { $0.label < 0 }
    for (place, parameter) in parameters.enumerated()
    where parameter.fallback >= 0 && !labels.contains(parameter.key) && place >= unlabelled {
      collect(parameter.fallback, frame, &walk)
    }
  }

  mutating func collectMethod(_ op: Op, _ frame: Int32, _ walk: inout WhyWalk) {
    collect(op.a, frame, &walk)
    for place in 0..<code.extra[Int(op.c)] { collect(code.extra[Int(op.c + 2 + place * 2)], frame, &walk) }
  }

  /// What a function reads besides its parameters.
  mutating func collectLambda(_ function: Int32, _ frame: Int32, _ walk: inout WhyWalk) {
    let found = code.functions[Int(function)]
    let inner = addFrame(parent: frame, size: Int32(found.parameters.count))
    walk.samples.insert(inner)
    collect(found.body, inner, &walk)
  }

  private static let functionText = "a function"

  /// A value as an input shows it.
  mutating func shown(_ value: TreeValue) -> String {
    if value.tag == .function { return Self.functionText }
    if value.tag != .instance, tellsSecret(value) { return Tree.secretText }
    if value.isNone { return "none" }
    guard isRecord(value) || value.tag == .list else { return display(value) }
    let text = whole(value)
    return text.count <= Self.longestRecord ? text : text.prefix(Self.longestRecord - 1) + "…"
  }

  /// How many characters of a record or a list an input shows: what is longer is asked for by itself.
  private static let longestRecord = 80

  /// Adds an input, and within it what `inputs` collects; where the input was shown before, or the tree is large
  /// enough, without that.
  mutating func add(
    _ kind: WhyAnswer.Input.Kind, _ name: String, _ value: String, _ layers: [WhyAnswer.Layer],
    _ source: WhyWalk.Source, _ walk: inout WhyWalk,
    _ inputs: (inout Program, inout WhyWalk) -> Void = { _, _ in }
  ) {
    // What a function makes of other values is told where it is called.
    if value == Self.functionText, kind != .function { return }
    guard walk.count < WhyWalk.limit else {
      if let last = walk.found.indices.last { walk.found[last].isCut = true }
      return
    }
    var input = WhyAnswer.Input(kind: kind, name: name, value: value, layers: layers, inputs: [])
    // Beside itself it is no news.
    if walk.found.contains(where: { $0.kind == kind && $0.name == name && $0.value == value }) { return }
    walk.count += 1
    let isNew = walk.seen.insert(source).inserted
    let outer = walk.found
    walk.found = []
    if isNew, walk.depth < WhyWalk.depthLimit {
      walk.depth += 1
      inputs(&self, &walk)
      walk.depth -= 1
      input.inputs = walk.found
    } else {
      input.isCut = true
    }
    walk.found = outer + [input]
  }
}
