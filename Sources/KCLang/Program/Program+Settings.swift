internal import KCData
internal import KCSyntax

/// `--set`.
extension Program {
  /// An op for the value of a setting, read as the type wants it.
  mutating func literalSetting(_ setting: Setting, _ type: TypeID) -> Int32 {
    let site = code.site(setting.valueSpan)
    if holdsSecret(type) { hide(setting.valueSpan) }
    if let (node, scope) = setting.expression {
      let module = scopes[Int(scope)].module
      let op = compile(node, in: scope, expecting: type)
      return code.emit(.force, op, module >= 0 ? modules[Int(module)].frame : 0, at: site)
    }
    if let op = written(setting, type) { return op }
    return code.constant(literal(setting.value, type, at: site), at: site)
  }

  /// The op of a value that is written as in a source, where a list, a map or a record is expected; nil for others.
  private mutating func written(_ setting: Setting, _ type: TypeID) -> Int32? {
    let text = setting.value.drop { $0 == " " }
    guard text.first == "[" || text.first == "{", takesParts(type), files.indices.contains(setting.valueSpan.file)
    else {
      return nil
    }
    // What stands before the value is as long as the beginning of a `let`, so that places in the value are its own.
    let file = files[setting.valueSpan.file]
    let bytes = file.bytes
    let start = setting.valueSpan.start
    guard start >= 8 else { return nil }
    let head = Array("let a".utf8) + [UInt8](repeating: 32, count: start - 6) + [UInt8(ascii: "=")]
    let tree = Parser.parse(SourceFile(id: file.id, path: file.path, bytes: head + bytes[start...]))
    let site = code.site(setting.valueSpan)
    guard tree.diagnostics.isEmpty, let value = tree.root.firstPart?.parts.last(where: \.isExpression) else {
      report(
        "KC0110", "this is no value as a source has it", at: site,
        help: "a list is `[\"a\", \"b\"]`, a map `{ \"key\": 1 }`, all of it in single quotes for the shell")
      return code.emit(.poison, at: site)
    }
    trees[file.id] = tree
    return code.emit(.force, compile(value, in: Self.prelude, expecting: type), 0, at: site)
  }

  /// Whether values of a type are made of others.
  private func takesParts(_ type: TypeID) -> Bool {
    switch types[types.required(type)] {
    case .list, .map, .record, .schema, .any: true
    case .secret(let inner), .deferred(let inner): takesParts(inner)
    case .union(let members): members.contains { takesParts($0) }
    default: false
    }
  }

  /// Overwrites what was given for a secret, so that no excerpt shows it.
  mutating func hide(_ span: Span) {
    guard files.indices.contains(span.file), !modules.contains(where: { $0.file == span.file }) else { return }
    var bytes = files[span.file].bytes
    for place in span.range where bytes.indices.contains(place) && bytes[place] != 10 {
      bytes[place] = UInt8(ascii: "*")
    }
    files[span.file] = SourceFile(id: span.file, path: files[span.file].path, bytes: bytes)
  }

  /// The value of a text from outside, as a type wants it.
  ///
  /// - Parameter site: where to report a unit that there is not; nil where the caller tells.
  mutating func literal(_ text: String, _ type: TypeID, at site: Int32? = nil) -> TreeValue {
    let plain = tree.string(text)
    // Text that is meant as text stays text, also where it breaks a condition of its type.
    if type != TypeTable.any, fits(plain, type) || mask(type).subtracting(.none) == .string { return plain }
    if text == "true" || text == "false" { return .bool(text == "true") }
    if text == "none" { return .none }
    if let middle = text.firstRange(of: "...") {
      let low = String(text[..<middle.lowerBound])
      let high = String(text[middle.upperBound...])
      let ends = [low, high].map { $0.isEmpty ? TreeValue.none : number($0) ?? .poison }
      if !ends.contains(where: \.isPoison) { return tree.tuple(.range, ends[0], ends[1]) }
    }
    if case .list = types[types.required(type)] {
      return tree.list(text.split(separator: ",").map { number(String($0)) ?? tree.string($0) })
    }
    let isNegative = text.hasPrefix("-")
    if let number = number(isNegative ? String(text.dropFirst()) : text) {
      guard isNegative else { return number }
      return tree.int(of: number).map { tree.int(0 &- $0) } ?? tree.double(of: number).map { tree.float(-$0) } ?? plain
    }
    if let site, hidden == 0, !holdsSecret(type), mask(type).isSubset(of: [.quantity, .duration, .range, .none]),
      text.first?.isNumber ?? false, text.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "." })
    {
      reportUnit(of: text, at: site)
      return .poison
    }
    return plain
  }

  /// Sets a field of a block: `web.replicas=5`, `deployment.web.app.image=…`.
  mutating func apply(_ setting: Setting) {
    var names = setting.path.split(separator: ".").map(String.init)
    let site = code.site(setting.pathSpan)
    var current = root
    var kindFilter: Int32 = -1
    if names.count > 1, child(named: key(names[0]), of: root) == nil, kind(key(names[0]), in: Self.prelude) != nil {
      kindFilter = key(names.removeFirst())
    }
    while let name = names.first, let found = child(named: key(name), of: current, kind: kindFilter) {
      if current == root, kindFilter < 0, hasNamesake(found) {
        let same = children(of: root).filter { text(instances[Int($0)].name) == name }
        current = same.first { names.count > 1 && owns(key(names[1]), $0) } ?? found
      } else {
        current = found
      }
      names.removeFirst()
      kindFilter = -1
    }
    while names.count > 1, let found = child(named: key(names[1]), of: current, kind: key(names[0])), current != root {
      current = found
      names.removeFirst(2)
    }
    // `web.app.PORT` is what the variable is mostly about.
    if names.isEmpty, current != root, let primary = primaryField(of: current) { names = [text(primary.key)] }
    guard current != root, !names.isEmpty else {
      let known = childNames(of: root) + parameters()
      if current == root, names.count > 1, let guess = Self.nearest(to: names[0], among: childNames(of: root)) {
        let around = setting.path.split(separator: ".").dropLast(names.count).map(String.init)
        let meant = (around + [guess] + names.dropFirst()).joined(separator: ".")
        return report(
          "KC0190", "`\(setting.path)` names no parameter and no field of a block", at: setting.pathSpan,
          help: "did you mean `\(meant)`?")
      }
      return reportUnknown(
        "KC0190", "`\(setting.path)` names no parameter and no field of a block", setting.path, among: known,
        at: setting.pathSpan, notes: parameters().isEmpty ? [] : ["its parameters: \(Self.enumerate(parameters()))"])
    }
    set(names, of: current, setting, site)
  }

  private func hasNamesake(_ index: Int32) -> Bool {
    let instance = instances[Int(index)]
    return children[ChildKey(parent: instance.parent, name: instance.name)] != index || instance.nextNamesake >= 0
  }

  private mutating func owns(_ key: Int32, _ index: Int32) -> Bool {
    schemas[Int(instances[Int(index)].schema)].slotOf[key] != nil || child(named: key, of: index) != nil
  }

  func parameters() -> [String] {
    modules.filter { !$0.isStandard && $0.scope >= 0 }.flatMap { module in
      scopes[Int(module.scope)].names.filter { $0.value.node?.kind == .paramDecl }.keys.map { text($0) }
    }.sorted()
  }

  /// Reports a path that names a kind of blocks, and then none of them.
  private mutating func reportNoBlock(_ names: [String], of index: Int32, at span: Span) {
    if names.count > 1 { return reportNoChild(key(names[1]), [key(names[0])], of: index, at: code.site(span)) }
    let known = children(of: index, kind: key(names[0])).map { "\(names[0]).\(text(instances[Int($0)].name))" }
    report(
      "KC0190", "`\(names[0])` blocks have names", at: span,
      help: known.isEmpty ? nil : "write \(Self.enumerate(known, "or"))")
  }

  private mutating func set(_ names: [String], of index: Int32, _ setting: Setting, _ site: Int32) {
    let layer = Int32(layers.lastIndex(of: .settings) ?? 0)
    let schema = instances[Int(index)].schema
    var statement = Statement(kind: .set)
    statement.key = key(names[0])
    statement.site = site
    statement.origin = code.origin(OriginData(site: site, layer: layer))
    var type = instances[Int(index)].element
    if schema >= 0 {
      guard let slot = schemas[Int(schema)].slotOf[statement.key] else {
        return reportUnknownField(names[0], schema, at: setting.pathSpan)
      }
      guard schemas[Int(schema)].slots[Int(slot)].childSchema < 0 else {
        return reportNoBlock(names, of: index, at: setting.pathSpan)
      }
      statement.slot = slot
      type = schemas[Int(schema)].slots[Int(slot)].type
    }
    if names.count == 1 {
      let outer = subject
      subject = statement.key
      defer { subject = outer }
      statement.a = checked(literalSetting(setting, type), type)
      return bindNow(statement, in: index)
    }
    statement.kind = .open
    statement.a = addBody([], frameSize: 0, lets: 0..<0, at: trees[0].root)
    guard let inner = openNow(statement, in: index) else {
      return report("KC0190", "`\(names[0])` has no fields of its own", at: setting.pathSpan)
    }
    set(Array(names.dropFirst()), of: inner, setting, site)
  }
}
