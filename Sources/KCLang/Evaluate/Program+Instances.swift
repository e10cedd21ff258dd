internal import KCData
internal import KCSyntax

/// Records, and instances as records.
extension Program {
  /// A record expression's value. Fields without a value are left out.
  mutating func evaluateRecord(_ bodyIndex: Int32, _ frame: Int32) -> TreeValue {
    let start = fieldStack.count
    defer { fieldStack.drop(to: start) }
    var computed: Set<Int32> = []
    var isSecret = false
    for position in code.bodies[Int(bodyIndex)].statements {
      let statement = code.statements[Int(position)]
      var key = statement.key
      if statement.kind == .setNamed {
        let name = scalar(evaluate(statement.b, frame))
        guard name.tag == .string, !name.isSecret else {
          if name.tag == .deferred {
            _ = undecided("a key", at: statement.site)
          } else if name.isSecret {
            report("KC0181", "a key must not depend on a secret", at: statement.site)
          } else if !name.isPoison {
            report("KC0110", "a key is text, and this is \(Self.article(kindName(name)))", at: statement.site)
          }
          return .poison
        }
        key = self.key(tree.text(of: name) ?? "")
        let isNew = computed.insert(key).inserted
        if reportRepeat(of: key, from: start, isNew: isNew, at: statement.site) { return .poison }
      } else if !computed.isEmpty, computed.contains(key),
        reportRepeat(of: key, from: start, isNew: false, at: statement.site)
      {
        return .poison
      }
      let outer = trace
      trace = Trace()
      let value = evaluate(statement.a, frame)
      var origin = statement.origin
      if origin == 0 { origin = isWhole(value) ? trace.origin : argumentOrigin(statement.a, frame) }
      if trace.parameter != 0, origin != 0 { origin = self.origin(origin, parameter: Int32(trace.parameter) - 1) }
      trace = Trace(
        origin: trace.origin != 0 ? trace.origin : outer.origin,
        parameter: trace.parameter != 0 ? trace.parameter : outer.parameter)
      if value.isPoison { return .poison }
      if !value.isNone { fieldStack.append(TreeField(key: UInt32(key), origin: origin, value: value)) }
      // Which fields there are tells of it.
      isSecret = isSecret || value.hidesPresence
    }
    let record = tree.record(fieldStack, from: start)
    return isSecret ? tainted(record) : record
  }

  /// Reports a key that a record has already: one of the two is computed, so that only their values tell.
  ///
  /// - Parameter isNew: whether no key that was computed is the same.
  private mutating func reportRepeat(of key: Int32, from start: Int, isNew: Bool, at site: Int32) -> Bool {
    let known = (start..<fieldStack.count).first { fieldStack[$0].key == UInt32(key) }
    guard known != nil || !isNew else { return false }
    let origin = known.map { fieldStack[$0].origin } ?? 0
    report(
      "KC0121", "`\(text(key))` is set twice", at: site,
      labels: origin == 0 ? [] : [.init(span: span(code.origins[Int(origin)].site), message: "set here first")])
    return true
  }

  /// Whether a value came as a whole from what was read last: a record or a list of records was put together of many.
  private func isWhole(_ value: TreeValue) -> Bool {
    switch value.tag {
    case .record: false
    case .list: tree.items(of: value).allSatisfy { $0.tag != .record && $0.tag != .instance }
    default: true
    }
  }

  /// Where a function's argument came from, if the function makes the value of a field that has none of its own:
  /// `readinessProbe = probeObject(c.ready)`.
  private mutating func argumentOrigin(_ index: Int32, _ frame: Int32) -> UInt32 {
    let call = code.ops[Int(index)]
    guard call.code == .call, call.b > 0 else { return 0 }
    var argument = code.extra[Int(call.c) + 1]
    while code.ops[Int(argument)].code == .check { argument = code.ops[Int(argument)].a }
    guard code.ops[Int(argument)].code == .member else { return 0 }
    let outer = trace
    trace = Trace()
    defer { trace = outer }
    _ = evaluate(argument, frame)
    return trace.origin
  }

  /// `Probe(path: "/")`: an instance of a schema that no block declares.
  mutating func construct(_ op: Op, _ frame: Int32) -> TreeValue {
    var made = Instance(schema: op.a, parent: owner, site: op.site)
    made.kind = -1
    made.isForSecret = op.c != 0
    if isEndless(made) { return .poison }
    let index = addInstance(made)
    addBody(op.b, frame, to: index)
    if !isStandard(schemas[Int(op.a)].scope) { constructed.append(index) }
    return TreeValue(.instance, payload: UInt32(index))
  }

  /// An instance as a plain record: what an API object holds. Keyed children become records by name.
  mutating func materialize(_ value: TreeValue) -> TreeValue {
    guard value.tag == .instance else { return value }
    guard value.isSecret else { return record(of: value) }
    var made = record(of: value)
    if !made.isPoison { made.isSecret = true }
    return made
  }

  private mutating func record(of value: TreeValue) -> TreeValue {
    let index = Int32(bitPattern: value.payload)
    let schema = instances[Int(index)].schema
    let start = fieldStack.count
    defer { fieldStack.drop(to: start) }
    expand(index)
    if schema < 0 {
      var next = instances[Int(index)].firstField
      while next >= 0 {
        let field = mapFields[Int(next)]
        let value = readMap(index, field.slot, at: 0)
        if !value.isNone {
          fieldStack.append(TreeField(key: UInt32(field.key), origin: memos[Int(field.slot)].origin, value: value))
        }
        next = field.next
      }
      return tree.record(fieldStack, from: start)
    }
    guard !schemas[Int(schema)].isNamespace else { return tree.record([]) }
    for slot in schemas[Int(schema)].slots.indices where schemas[Int(schema)].slots[slot].childSchema < 0 {
      let value = read(index, slot: Int32(slot), at: 0)
      if value.isPoison { return .poison }
      if !value.isNone {
        let place = Int(instances[Int(index)].slots) + slot
        fieldStack.append(
          TreeField(
            key: UInt32(schemas[Int(schema)].slots[slot].key), origin: memos[place].origin, value: value))
      }
    }
    let name = schemas[Int(schema)].caseName
    guard name >= 0 else { return tree.record(fieldStack, from: start) }
    // As the API writes unions: the case's name, then what it holds.
    return tree.record([TreeField(key: UInt32(name), origin: 0, value: tree.record(fieldStack, from: start))])
  }

  /// Evaluates all fields of an instance and of what is in it, so that every mistake is found; then its `require`s.
  mutating func complete(_ index: Int32) {
    if endless.contains(instances[Int(index)].schema) { return }
    if completing > Limits.levels { return reportEndless(instances[Int(index)]) }
    completing += 1
    defer { completing -= 1 }
    expand(index)
    let schema = instances[Int(index)].schema
    if schema < 0 {
      _ = materialize(TreeValue(.instance, payload: UInt32(index)))
    } else if !schemas[Int(schema)].isNamespace {
      var isSound = true
      for slot in schemas[Int(schema)].slots.indices {
        let value = read(index, slot: Int32(slot), at: 0)
        if value.isPoison { isSound = false }
        if value.tag == .instance, instances[Int(value.payload)].parent == index {
          complete(Int32(bitPattern: value.payload))
        }
      }
      if isSound, !schemas[Int(schema)].requirements.isEmpty, !hasReports(index) { checkRequirements(index, schema) }
    }
    var child = instances[Int(index)].firstChild
    while child >= 0 {
      if !instances[Int(child)].isDeleted { complete(child) }
      child = instances[Int(child)].nextSibling
    }
  }

  /// Whether a value would stand within too many others, or others of its schema do; the first is reported.
  mutating func isEndless(_ made: Instance) -> Bool {
    if endless.contains(made.schema) { return true }
    var levels = 0
    var outer = made.parent
    while outer >= 0 {
      levels += 1
      outer = instances[Int(outer)].parent
    }
    if levels > Limits.levels { reportEndless(made) }
    return levels > Limits.levels
  }

  /// Reports a value whose fields make another of its kind, and that one again.
  private mutating func reportEndless(_ made: Instance) {
    guard made.schema >= 0 else { return }
    endless.insert(made.schema)
    let name = schemas[Int(made.schema)].name
    report(
      "KC0123", "\(Self.article("`\(name)`")) makes another `\(name)`, and so on without end", at: made.site,
      help: "make the field optional, `NAME: \(name)?`, and set it where it is meant")
  }

  /// Whether something was reported within one of an instance's bodies: what does not hold then may follow from it.
  func hasReports(_ index: Int32) -> Bool {
    var next = instances[Int(index)].firstBody
    while next >= 0 {
      let body = span(code.bodies[Int(bodyRefs[Int(next)].body)].site)
      let isReported = diagnostics.all.contains { report in
        report.severity == .error && report.span.file == body.file && report.span.start >= body.start
          && report.span.end <= body.end && concerns(report, index)
      }
      if isReported { return true }
      next = bodyRefs[Int(next)].next
    }
    return false
  }

  /// Whether something was reported within a body.
  func hasReports(in site: Int32) -> Bool { hasReports(in: span(site)) }

  /// Whether something was reported within a place.
  func hasReports(in place: Span) -> Bool {
    diagnostics.all.contains { $0.severity == .error && place.holds($0.span) }
  }

  /// Whether a report is about a block: that another instance of its component is wrong says nothing of it.
  private func concerns(_ report: Diagnostic, _ index: Int32) -> Bool {
    let places = diagnostics.instances(of: report)
    if places.isEmpty { return true }
    var current = index
    while current >= 0 {
      if places.contains(where: { $0.instance == current }) { return true }
      current = instances[Int(current)].parent
    }
    return false
  }

  /// Where the first field is set that a condition names as `self.FIELD`.
  private func ownOrigin(_ requirement: Requirement, _ index: Int32, _ schema: Int32) -> UInt32? {
    for part in requirement.text.split(separator: "self.", omittingEmptySubsequences: false).dropFirst() {
      let name = part.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
      guard let key = tree.keys.find(String(name)), let slot = schemas[Int(schema)].slotOf[Int32(key)] else { continue }
      let head = memos[Int(instances[Int(index)].slots + slot)].head
      if head >= 0, bindings[Int(head)].origin != 0 { return bindings[Int(head)].origin }
    }
    return nil
  }

  private mutating func checkRequirements(_ index: Int32, _ schema: Int32) {
    for requirement in schemas[Int(schema)].requirements {
      let frame = schemaFrame(index, requirement.owner)
      let outer = (trace, owner)
      (trace, owner) = (Trace(), index)
      defer { (trace, owner) = outer }
      guard let holds = condition(requirement.condition, frame), !holds else { continue }
      reportUnmet(requirement, index, schema, frame)
    }
  }

  /// Reports a condition that an instance does not keep.
  mutating func reportUnmet(_ requirement: Requirement, _ index: Int32, _ schema: Int32) {
    let outer = (trace, owner)
    (trace, owner) = (Trace(), index)
    defer { (trace, owner) = outer }
    reportUnmet(requirement, index, schema, schemaFrame(index, requirement.owner))
  }

  private mutating func reportUnmet(_ requirement: Requirement, _ index: Int32, _ schema: Int32, _ frame: Int32) {
    var message = "`\(requirement.text)` does not hold"
    // The user's place is that of the block's own field which the condition speaks of, else of what it read last.
    let origin = ownOrigin(requirement, index, schema) ?? trace.origin
    if requirement.message >= 0 {
      let value = scalar(evaluate(requirement.message, frame))
      message = value.isSecret ? message : tree.text(of: value) ?? message
    }
    violations.insert(index)
    let place = origin != 0 ? code.origins[Int(origin)].site : instances[Int(index)].site
    // Nobody looks for a condition of the library's in its source.
    let label = Diagnostic.Label(span: span(requirement.site), message: "required here")
    report(
      "KC0166", message, at: place, labels: isOwn(requirement.site) ? [label] : [],
      notes: requirement.message >= 0 ? [] : ["\(title(of: index)) requires it"], help: amended(index))
  }
}
