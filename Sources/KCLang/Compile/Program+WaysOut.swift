internal import KCSyntax

/// What was meant by a form that stands elsewhere, told with the report that it fits nothing.
extension Program {
  /// The kinds of the blocks of a name at the top of the files.
  func kinds(ofBlocks name: String) -> [String] {
    var found: [String] = []
    for module in modules where !module.isStandard && trees.indices.contains(module.file) {
      for part in trees[module.file].root.parts where part.kind == .block {
        guard let shape = BlockShape(part), shape.name(part) == name, case let kind = shape.kind.text,
          kind != "env", kind != "project", !found.contains(kind)
        else { continue }
        found.append(kind)
      }
    }
    return found
  }

  /// Reports `web.replicas = 3` where blocks stand: a block is amended by its kind and name.
  ///
  /// - Returns: whether the path leads into a block that is declared.
  mutating func reportAmendment(
    _ path: [(text: String, span: Span)], _ value: SyntaxNode, in scope: Int32
  ) -> Bool {
    guard path.count > 1, path.count < 8, let first = path.first else { return false }
    var (kinds, fields) = (kinds(ofBlocks: first.text), path.dropFirst())
    var name = first.text
    if path.count > 2, kinds.isEmpty, self.kinds(ofBlocks: path[1].text).contains(first.text) {
      (kinds, name, fields) = ([first.text], path[1].text, path.dropFirst(2))
    }
    guard !kinds.isEmpty else { return false }
    let kind = kinds.first { has(fields.first?.text ?? "", $0, scope) } ?? kinds[0]
    let isShort = value.range.count < 40 && !value.text.contains("\n")
    var setting = "\(fields.map(\.text).joined(separator: ".")) = \(isShort ? value.text : "…")"
    if scopes[Int(scope)].kind == .module {
      setting = "env NAME { \(kind) \(name) { \(setting) } }"
    } else {
      setting = "\(kind) \(name) { \(setting) }"
    }
    report(
      "KC0101", "`\(name)` cannot be set here: blocks stand here", at: first.span,
      help: scopes[Int(scope)].kind == .module
        ? "its fields are set in the block itself, and by environment in `\(setting)`"
        : "the block is amended: write `\(setting)`")
    return true
  }

  /// Whether blocks of a kind have a field.
  private mutating func has(_ field: String, _ kind: String, _ scope: Int32) -> Bool {
    guard let schema = blockKind(key(kind), in: scope) else { return false }
    ensureSchema(schema)
    return schemas[Int(schema)].slotOf[key(field)] != nil
  }

  /// Reports `web { … }` where blocks stand and there is such a block, or no such kind.
  ///
  /// - Returns: whether it was reported.
  mutating func reportKindless(_ name: (text: String, span: Span), in scope: Int32) -> Bool {
    if let kind = kinds(ofBlocks: name.text).first {
      let isFile = scopes[Int(scope)].kind == .module
      report(
        "KC0109", "a block begins with its kind", at: name.span,
        help: isFile
          ? "`\(kind) \(name.text)` is declared once; what differs by environment stands in "
            + "`env NAME { \(kind) \(name.text) { … } }`"
          : "write `\(kind) \(name.text) { … }`",
        fix: isFile ? nil : Diagnostic.Fix(span: name.span, replacement: "\(kind) \(name.text)"))
      return true
    }
    if blockKind(key(name.text), in: scope) != nil || Self.nearest(to: name.text, among: kindNames(in: scope)) != nil {
      return false
    }
    if reportOtherKind(name.text, at: name.span) { return true }
    report(
      "KC0109", "a block begins with its kind", at: name.span,
      help: "write `KIND \(name.text) { … }`, such as `deployment \(name.text) { … }`")
    return true
  }

  /// The help for a name that is unknown where text is expected: quotes; nil where none is. It is sure where that text is
  /// one of those that fit: of any text it may as well be a value that is yet to be declared.
  func quotesHelp(_ name: String, _ type: TypeID) -> (help: String, isSure: Bool)? {
    switch types[types.required(type)] {
    case .string: return ("text stands in double quotes: `\"\(name)\"`", false)
    case .text(let text): return text == name ? ("it is text, in double quotes: `\"\(name)\"`", true) : nil
    case .refined(let base, _), .secret(let base): return quotesHelp(name, base)
    case .union(let members):
      for member in members {
        if let help = quotesHelp(name, member) { return help }
      }
      return nil
    default: return nil
    }
  }

  /// What is told of an import of a file that is not there; nil where there is nothing but a likely slip.
  func importHelp(_ text: String, _ path: String, known: [String]) -> (help: String, replacement: String?)? {
    let host = text.prefix { $0 != "/" }
    if text.contains("://") || host.count < text.count && host.contains(".") && !host.hasPrefix(".") {
      return (
        "what others publish is a package: `kc add oci://…` writes it into `project.kc`, and `import NAME` reads it",
        nil
      )
    }
    if text.hasSuffix(".kc") { return nil }
    if known.contains(path + ".kc") {
      return ("a file is imported with its ending: `import \"\(text).kc\"`", "\"\(text).kc\"")
    }
    return Self.nearest(to: path + ".kc", among: known) == nil ? ("the path of a file ends in `.kc`", nil) : nil
  }
}
