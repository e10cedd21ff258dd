internal import KCData
internal import KCSyntax

/// Checks of tests.
extension Program {
  /// Evaluates work whose diagnostics are not the program's.
  ///
  /// - Returns: what it gives, and what it reported.
  mutating func apart<T>(_ work: (inout Program) -> T) -> (T, DiagnosticSink) {
    let outer = diagnostics
    diagnostics = DiagnosticSink()
    let result = work(&self)
    let found = diagnostics
    diagnostics = outer
    return (result, found)
  }

  func place(_ check: CheckContext) -> (scope: Int32, frame: Int32)? {
    modules.first { $0.path == check.path }.map { ($0.scope, $0.frame) }
  }

  /// `assert CONDITION [else MESSAGE]`
  mutating func runAssertion(_ node: SyntaxNode, _ check: CheckContext, _ result: inout TestResult) {
    guard let (scope, frame) = place(check), let expression = node.firstPart else { return }
    let (op, _) = apart { $0.compile(expression, in: scope, expecting: TypeTable.bool) }
    judge(node, op, scope, frame, &result)
  }

  /// Checks an assertion whose condition is compiled, and draws what its parts are where it does not hold.
  mutating func judge(
    _ node: SyntaxNode, _ op: Int32, _ scope: Int32, _ frame: Int32, _ result: inout TestResult
  ) {
    guard let expression = node.firstPart else { return }
    result.checks += 1
    let (truth, found) = apart { $0.condition(op, frame) }
    if truth == true { return }
    let location = location(of: node.span)
    guard truth != nil else {
      let (detail, _) = apart { program in
        program.diagnostics = found
        return program.diagnosticTexts()
      }
      result.failures.append(
        TestFailure(location: location, message: "the assertion has no truth to it", detail: detail))
      return
    }
    let (message, _) = apart { $0.assertionMessage(node, scope, frame) }
    let (drawing, _) = apart { $0.draw(expression, scope, frame) }
    result.failures.append(TestFailure(location: location, message: message, detail: drawing))
  }

  private mutating func assertionMessage(_ node: SyntaxNode, _ scope: Int32, _ frame: Int32) -> String {
    let plain = "the assertion does not hold"
    guard let message = node.parts.dropFirst().first else { return plain }
    let value = scalar(evaluate(compile(message, in: scope, expecting: TypeTable.string), frame))
    if value.isSecret { return Tree.secretText }
    return tree.text(of: value) ?? plain
  }

  /// The source of an expression with the values of its parts below it.
  private mutating func draw(_ expression: SyntaxNode, _ scope: Int32, _ frame: Int32) -> String {
    let file = expression.tree.file
    var drawing = AssertionDrawing(file: file, expression: expression.range)
    for (part, anchor) in expression.shownParts() {
      let op = compile(part, in: scope, expecting: TypeTable.any)
      guard let text = shown(evaluate(op, frame)) else { continue }
      drawing.add(text, of: part.range, at: anchor)
    }
    return drawing.text
  }

  /// A value in a drawing; nil for what is no value of its own: a function, a kind, a name that context resolves.
  mutating func shown(_ value: TreeValue) -> String? {
    let plain = isPlainValue(value) ? materialize(value) : value.tag == .instance ? value : scalar(value)
    switch plain.tag {
    case .poison, .symbol, .scope, .function, .regex: return nil
    case .none: return "none"
    case .record, .list:
      let resolved = resolve(plain, 0)
      if holdsSecret(resolved) { return Tree.secretText }
      let text = jsonText(of: resolved, indent: .none, [], at: 0)
      guard plain.tag == .record, let json = tree.text(of: text) else { return display(plain) }
      return json.count > 60 ? "\(json.prefix(57))…" : json
    default: return display(plain)
    }
  }

  /// `snapshot EXPR [as NAME]`
  mutating func takeSnapshot(_ node: SyntaxNode, _ check: CheckContext, _ result: inout TestResult) {
    guard let (scope, frame) = place(check), let expression = node.firstPart else { return }
    result.checks += 1
    let (values, found) = apart { program -> [Value] in
      let value = program.evaluate(program.compile(expression, in: scope, expecting: TypeTable.any), frame)
      return program.snapshotValues(value, check.resources)
    }
    let name = node.parts.dropFirst().first?.plainText ?? expression.text
    if found.hasErrors || values.isEmpty {
      let (detail, _) = apart { program in
        program.diagnostics = found
        return program.diagnosticTexts()
      }
      result.failures.append(
        TestFailure(
          location: location(of: node.span), message: "there is nothing to take a snapshot of", detail: detail)
      )
      return
    }
    result.snapshots.append(TestSnapshot(name: name, location: location(of: node.span), values: values))
  }

  private mutating func snapshotValues(_ value: TreeValue, _ resources: [Resource]) -> [Value] {
    switch value.tag {
    case .poison, .none: return []
    case .choice: return Array(tree.items(of: value)).flatMap { snapshotValues($0, resources) }
    case .scope: return blocks(of: value).flatMap { snapshotValues($0, resources) }
    case .instance:
      if let resource = resources.first(where: { $0.instance == Int32(bitPattern: value.payload) }) {
        return [tree.value(of: resource.tree, hidingSecrets: true) ?? .null]
      }
    default: break
    }
    let plain = kept(value)
    return [tree.value(of: plain, hidingSecrets: true) ?? .null]
  }

  /// A value as a snapshot keeps it: a block with its fields and those of the blocks in it, other blocks by their names,
  /// and what no object can hold as the source writes it.
  private mutating func kept(_ value: TreeValue, _ depth: Int = 0) -> TreeValue {
    guard depth < 32 else { return tree.string(display(value)) }
    switch value.tag {
    case .record:
      let fields = Array(tree.fields(of: value))
      return tree.record(fields.map { TreeField(key: $0.key, origin: 0, value: kept($0.value, depth + 1)) })
    case .list: return tree.list(Array(tree.items(of: value)).map { kept($0, depth + 1) })
    case .instance: return kept(block: Int32(bitPattern: value.payload), depth)
    case .key, .symbol: return kept(scalar(value), depth + 1)
    case .range, .regex, .function: return tree.string(display(value))
    case .scope, .choice: return tree.list([])
    default: return value
    }
  }

  private mutating func kept(block index: Int32, _ depth: Int) -> TreeValue {
    let instance = instances[Int(index)]
    guard instance.schema >= 0, !schemas[Int(instance.schema)].isNamespace else {
      let plain = materialize(TreeValue(.instance, payload: UInt32(index)))
      return plain.tag == .record ? kept(plain, depth + 1) : plain
    }
    // What a field refers to is another block: all of that is no part of this one.
    if depth > 0, instance.name >= 0 { return tree.string(title(of: index)) }
    var fields: [TreeField] = []
    for (place, slot) in schemas[Int(instance.schema)].slots.enumerated() {
      if slot.childSchema < 0 {
        let value = kept(read(index, slot: Int32(place), at: 0), depth + 1)
        if value.isPoison { return .poison }
        if !value.isNone { fields.append(TreeField(key: UInt32(slot.key), origin: 0, value: value)) }
        continue
      }
      let blocks = children(of: index, kind: slot.key)
      if blocks.isEmpty { continue }
      let inner = blocks.map { block in
        TreeField(key: UInt32(max(0, instances[Int(block)].name)), origin: 0, value: kept(block: block, 0))
      }
      fields.append(TreeField(key: UInt32(slot.key), origin: 0, value: tree.record(inner)))
    }
    // A case of an enum says which it is, as in objects.
    let name = schemas[Int(instance.schema)].caseName
    if name >= 0 { return tree.record([TreeField(key: UInt32(name), origin: 0, value: tree.record(fields))]) }
    return tree.record(fields)
  }
}

extension SyntaxNode {
  /// The parts of an expression whose values explain its value, each with the byte that it is drawn under.
  func shownParts() -> [(node: SyntaxNode, anchor: Int)] {
    var found: [(node: SyntaxNode, anchor: Int)] = []
    collectParts(&found, isCallee: false, depth: 0)
    return found
  }

  private func collectParts(_ found: inout [(node: SyntaxNode, anchor: Int)], isCallee: Bool, depth: Int) {
    guard depth < 64 else { return }
    switch kind {
    case .nameExpr:
      if !isCallee, !["true", "false", "none", "null"].contains(text) { found.append((self, range.lowerBound)) }
      return
    case .memberExpr where !isCallee, .binaryExpr, .unaryExpr:
      if let token = childTokens.last(where: { tree.tokens[$0].kind != .dot }) {
        found.append((self, tree.tokens[token].range.lowerBound))
      }
    case .callExpr:
      let callee = parts.first?.childTokens.last
      found.append((self, callee.map { tree.tokens[$0].range.lowerBound } ?? range.lowerBound))
    case .indexExpr: if let open = token(.leftBracket) { found.append((self, tree.tokens[open].range.lowerBound)) }
    case .memberExpr, .parenExpr, .argument, .listExpr, .rangeExpr: break
    default: return
    }
    for (place, part) in parts.enumerated() {
      part.collectParts(&found, isCallee: kind == .callExpr && place == 0, depth: depth + 1)
    }
  }
}
