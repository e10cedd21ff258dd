internal import KCData
internal import KCSyntax

/// The values of `--set`: text, as a type wants it.
extension Program {
  /// An op for the value of a setting, read as the type wants it.
  ///
  /// - Parameter scope: where the names of types in the value have a meaning.
  mutating func literalSetting(_ setting: Setting, _ type: TypeID, in scope: Int32 = Self.prelude) -> Int32 {
    let site = code.site(setting.valueSpan)
    hiddenTexts.unplaced.removeAll { $0 == setting.valueSpan }
    if setting.expression == nil, mayHoldSecret(type) { hide(setting.valueSpan) }
    if let (node, scope) = setting.expression {
      let module = scopes[Int(scope)].module
      let op = compile(node, in: scope, expecting: type)
      return code.emit(.force, op, module >= 0 ? modules[Int(module)].frame : 0, at: site)
    }
    let scope = typesScope(of: scope)
    if let op = written(setting, type, scope) { return op }
    if reportQuotes(setting, type, at: site) { return code.emit(.poison, at: site) }
    return code.constant(literal(setting.value, type, at: site), at: site)
  }

  /// A scope with the names of a file's types, and nothing else of it: a value from outside is made of no other values.
  private mutating func typesScope(of scope: Int32) -> Int32 {
    guard scope != Self.prelude else { return scope }
    if let known = outside.scopes[scope] { return known }
    let made = addScope(.module, parent: Self.prelude, module: -1, layer: 0)
    for (name, found) in scopes[Int(scope)].names {
      switch found.kind {
      case .schema, .type: scopes[Int(made)].names[name] = found
      default: continue
      }
    }
    outside.scopes[scope] = made
    outside.fileScopes[made] = scope
    return made
  }

  /// The op of a value that is written as in a source; nil for others.
  private mutating func written(_ setting: Setting, _ type: TypeID, _ scope: Int32) -> Int32? {
    let text = setting.value.drop { $0 == " " }
    guard isWritten(text, type, scope), files.indices.contains(setting.valueSpan.file) else { return nil }
    // What stands before the value is as long as the beginning of a `let`, so that places in the value are its own.
    let file = files[setting.valueSpan.file]
    // The text itself: what may be a secret is hidden in the file already.
    let bytes = Array(setting.value.utf8)
    let start = setting.valueSpan.start
    guard start >= 8 else { return nil }
    let head = Array("let a".utf8) + [UInt8](repeating: 32, count: start - 6) + [UInt8(ascii: "=")]
    let tree = Parser.parse(SourceFile(id: file.id, path: file.path, bytes: head + bytes))
    let site = code.site(setting.valueSpan)
    guard tree.diagnostics.isEmpty, let value = tree.root.firstPart?.parts.last(where: \.isExpression) else {
      report(
        "KC0110", "this is no value as a source has it", at: site,
        help: "a list is `[\"a\", \"b\"]`, a map `{ \"key\": 1 }`, all of it in single quotes for the shell")
      return code.emit(.poison, at: site)
    }
    trees[file.id] = tree
    // What it sets is said by the argument, not by the library whose names it sees.
    let outer = scopes[Int(scope)].layer
    scopes[Int(scope)].layer = Int32(layers.lastIndex(of: .settings) ?? 0)
    defer { scopes[Int(scope)].layer = outer }
    return code.emit(.force, compile(value, in: scope, expecting: type), 0, at: site)
  }

  /// Whether a text is a value as a source has it: a list, a map or a record; what a type's name makes, a case with
  /// values; a sum of amounts. Where text is expected, it is that text.
  private mutating func isWritten(_ text: Substring, _ type: TypeID, _ scope: Int32) -> Bool {
    if text.first == "[" || text.first == "{" { return takesParts(type) }
    let plain = tree.string(String(text))
    if type == TypeTable.any || fits(plain, type) { return false }
    let name = text.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
    let rest = text[name.endIndex...]
    if let first = name.split(separator: ".").first, first.first?.isLetter ?? false {
      if rest.first == "(", text.hasSuffix(")"), takesParts(type) { return true }
      return rest.isEmpty && name.contains(".") && !mask(type).subtracting(.none).isEmpty
        && scopes[Int(scope)].names[key(String(first))] != nil
    }
    return mask(type).isSubset(of: [.int, .float, .quantity, .duration, .percent, .none]) && text.contains(" ")
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

  /// Reports quotes around what is a value without them: on the command line they are a part of a text.
  ///
  /// - Returns: whether it is that.
  private mutating func reportQuotes(_ setting: Setting, _ type: TypeID, at site: Int32) -> Bool {
    guard let inner = Self.unquoted(setting.value), !holdsSecret(type), hidden == 0,
      type != TypeTable.any, !fits(tree.string(setting.value), type), !takesQuotes(type),
      mask(type).subtracting(.none) != .string || isLiteral(type)
    else { return false }
    let value = literal(inner, type)
    guard fits(coercible(value, type), type) else { return false }
    report(
      "KC0110", "\(Self.article(describe(type))) is expected here, and the quotes make this another text", at: site,
      notes: ["in a value of `--set` quotes stand within lists and records only"],
      help: "write `\(setting.path)=\(inner)`")
    return true
  }

  /// A whole number where an amount is expected is one.
  private mutating func coercible(_ value: TreeValue, _ type: TypeID) -> TreeValue {
    guard value.tag == .int, !mask(type).contains(.int), let number = tree.int(of: value) else { return value }
    if mask(type).contains(.quantity) { return tree.quantity(Quantity(number)) }
    return mask(type).contains(.float) ? tree.float(Double(number)) : value
  }

  /// The text within double quotes; nil for what has none around it.
  private static func unquoted(_ text: String) -> String? {
    guard text.count > 1, text.hasPrefix("\""), text.hasSuffix("\"") else { return nil }
    return String(text.dropFirst().dropLast())
  }

  /// Whether a type takes both texts and something that is written without quotes in a source: there, quotes say which.
  private func takesQuotes(_ type: TypeID) -> Bool {
    guard type != TypeTable.any, case let allowed = mask(type).subtracting(.none), allowed.contains(.string) else {
      return false
    }
    return !allowed.intersection([.int, .float, .bool, .quantity, .duration, .percent]).isEmpty
  }

  /// The value of a text from outside, as a type wants it.
  ///
  /// - Parameter site: where to report a unit that there is not; nil where the caller tells.
  mutating func literal(_ text: String, _ type: TypeID, at site: Int32? = nil) -> TreeValue {
    let plain = tree.string(text)
    if takesQuotes(type) {
      if let inner = Self.unquoted(text), scalarLiteral(inner) != nil, case let value = tree.string(inner),
        fits(value, type)
      {
        return value
      }
      // What would not be written as it was given stays text: `1.10` is no 1.1.
      let value = scalarLiteral(text)
      if let value, fits(value, type), display(value) == text { return value }
    }
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
    if case .list(let element) = types[types.required(type)] {
      let parts = text.split(separator: ",").map { $0.split(separator: " ").joined(separator: " ") }
      return tree.list(parts.map { literal($0, element, at: site) })
    }
    if let site, hidden == 0, !holdsSecret(type), type != TypeTable.any,
      !mask(type).isDisjoint(with: [.int, .float, .quantity]), text.first == "0", text.count > 1,
      text.allSatisfy(\.isNumber)
    {
      _ = leadingZero(text, site)
      return .poison
    }
    if let value = scalarLiteral(text), type != TypeTable.any || display(value) == text { return value }
    if let site, hidden == 0, !holdsSecret(type), mask(type).isSubset(of: [.quantity, .duration, .range, .none]),
      text.first?.isNumber ?? false, text.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "." })
    {
      reportUnit(of: text, at: site)
      return .poison
    }
    return plain
  }

  /// What a text says that is no text; nil where it is one.
  private mutating func scalarLiteral(_ text: String) -> TreeValue? {
    if text == "true" || text == "false" { return .bool(text == "true") }
    guard text.hasPrefix("-") else { return number(text) }
    guard let number = number(String(text.dropFirst())) else { return nil }
    return tree.int(of: number).map { tree.int(0 &- $0) } ?? tree.double(of: number).map { tree.float(-$0) }
  }
}
