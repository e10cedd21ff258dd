internal import KCSyntax

/// What syntax errors and imports that are not found leave unknown: which parts of the files cannot be told from their
/// text, and which names may be declared there. What is reported beyond that is a mistake of its own.
struct SyntaxDamage {
  /// The innermost statements that something is wrong in, by file, or what does not fit into any.
  private(set) var ranges: [Int: [Range<Int>]] = [:]
  /// The names in them.
  private var names: Set<String> = []
  /// The names that they declare: what is said of a statement with one of them may follow from what that is not.
  private(set) var declared: Set<String> = []
  /// Whether something is declared whose name is not known.
  private(set) var hidesNames = false

  /// Damaged lines of a file: with more of them, nothing else in it is told.
  private static let lineLimit = 200

  /// - Parameter own: the trees of files that are not the standard library's.
  init(_ diagnostics: [Diagnostic], _ trees: [SyntaxTree], own: [SyntaxTree]) {
    for diagnostic in diagnostics where diagnostic.severity == .error {
      for span in [diagnostic.span] + diagnostic.labels.map(\.span) where trees.indices.contains(span.file) {
        add(span.range, trees[span.file])
      }
    }
    for tree in trees where !tree.diagnostics.isEmpty {
      if tree.damage.lines.count <= Self.lineLimit {
        for line in tree.damage.lines { add(tree.file.lineRange(line), tree) }
      }
      guard let start = tree.damage.lines.count > Self.lineLimit ? 0 : tree.damage.start else { continue }
      let first = tree.root.childNodes(touching: start..<start).first?.range.lowerBound ?? start
      ranges[tree.file.id, default: []].append(min(first, start)..<tree.file.bytes.count)
    }
    for tree in trees where ranges[tree.file.id] != nil { addNames(of: tree) }
    var round = 0
    while round < Self.rounds, follow(own) { round += 1 }
  }

  /// How far what follows from a declaration is followed from one to the next.
  private static let rounds = 8

  /// Takes the names of declarations that use what is damaged: they are not what they were meant to be, either.
  ///
  /// - Returns: whether there were more.
  private mutating func follow(_ trees: [SyntaxTree]) -> Bool {
    let known = declared.count
    for tree in trees {
      for node in tree.root.childNodes {
        guard let name = Self.declaredName(node), !declared.contains(name) else { continue }
        let isAffected = tree.tokens[node.tokenRange].contains { token in
          token.kind == .name && declared.contains(tree.file.text(token.range))
        }
        if isAffected { declared.insert(name) }
      }
    }
    return declared.count > known
  }

  private mutating func add(_ place: Range<Int>, _ tree: SyntaxTree) {
    for node in tree.statements(at: place) {
      ranges[tree.file.id, default: []].append(node.range)
      if Self.lacksName(node, tree) { hidesNames = true }
      if let name = Self.declaredName(node) { declared.insert(name) }
    }
    for node in tree.root.childNodes(touching: place) {
      addHead(of: node, tree)
      if let name = Self.declaredName(node) { declared.insert(name) }
    }
    if let deeper = Self.deeperLines(after: place, tree) { ranges[tree.file.id, default: []].append(deeper) }
  }

  /// Takes the names in what is damaged of a file.
  private mutating func addNames(of tree: SyntaxTree) {
    let damaged = ranges[tree.file.id, default: []].sorted { $0.lowerBound < $1.lowerBound }
    var next = 0
    var end = 0
    for (place, token) in tree.tokens.enumerated() {
      while next < damaged.count, damaged[next].lowerBound < token.range.upperBound {
        end = max(end, damaged[next].upperBound)
        next += 1
      }
      guard Int(token.start) < end else { continue }
      if token.kind == .name { names.insert(tree.file.text(token.range)) }
      // A name may be written as text, where it is that of a block or of a file.
      guard token.kind == .stringText, token.length < 300 else { continue }
      let text = tree.file.text(token.range)
      names.insert(text)
      // A string that is not closed has swallowed what stands behind it.
      for word in Self.words(text) { names.insert(word) }
      // An import may lack its first word.
      if text.hasSuffix(".kc") { declared.insert(importName(after: place, text, tree)) }
      if let last = text.split(separator: "/").last { names.insert(String(last.prefix { $0 != "." })) }
    }
  }

  /// The name of a file that is imported by a text: what stands behind `as`, or the file's own.
  private func importName(after place: Int, _ text: String, _ tree: SyntaxTree) -> String {
    let words = tree.tokens[(place + 1)...].prefix(4).filter { $0.kind == .name && !$0.isAfterNewline }
    let named = words.prefix(2).map { tree.file.text($0.range) }
    if named.count == 2, named[0] == "as" { return named[1] }
    return String(text.split(separator: "/").last?.prefix { $0 != "." } ?? "")
  }

  /// Takes the names in a declaration's head.
  private mutating func addHead(of node: SyntaxNode, _ tree: SyntaxTree) {
    let body = node.child(.body)?.range.lowerBound ?? node.range.upperBound
    for token in tree.tokens[node.tokenRange] where token.kind == .name && Int(token.start) < body {
      names.insert(tree.file.text(token.range))
    }
  }

  /// Whether a statement declares something and has a gap where its name may have stood.
  private static func lacksName(_ node: SyntaxNode, _ tree: SyntaxTree) -> Bool {
    switch node.kind {
    case .setting:
      return node.firstPart?.kind == .nameExpr && !node.has(.equal) && !node.has(.plusEqual) && isTop(node, tree)
    case .nested: return isTop(node, tree)
    case _ where !declarations.contains(node.kind): return false
    default: break
    }
    guard let token = Program.nameToken(of: node) else { return true }
    let name = Int(tree.tokens[token].start)
    return node.childNodes.contains { ($0.kind == .missing || $0.kind == .unexpected) && $0.range.lowerBound <= name }
  }

  private static func isTop(_ node: SyntaxNode, _ tree: SyntaxTree) -> Bool {
    tree.root.childNodes(touching: node.range).contains { $0.index == node.index }
  }

  private static let declarations: Set<SyntaxKind> = [
    .letDecl, .paramDecl, .funcDecl, .typeDecl, .mixinDecl, .enumDecl, .componentDecl, .schemaDecl,
  ]

  /// The name that a declaration or an import gives something; nil for other statements.
  private static func declaredName(_ node: SyntaxNode) -> String? {
    if node.kind == .importDecl { return node.childNodes.first.map { Program.importName(node, $0).text } }
    guard declarations.contains(node.kind) else { return nil }
    return Program.nameToken(of: node).map { node.word($0) }
  }

  /// The lines after a place's that are indented deeper than its own, and those that begin with a dash or a bracket: where
  /// what opens them is missing, they were read as something else.
  private static func deeperLines(after place: Range<Int>, _ tree: SyntaxTree) -> Range<Int>? {
    let file = tree.file
    guard let first = tree.firstToken(from: place.upperBound) else { return nil }
    let column = file.indentation(at: place.lowerBound)
    var end: Int?
    var isDeeper = false
    for token in tree.tokens[first...] where token.kind != .endOfFile {
      if token.isAfterNewline {
        isDeeper = file.indentation(at: token.range.lowerBound) > column || dangling.contains(token.kind)
        if !isDeeper { break }
      }
      if isDeeper { end = token.range.upperBound }
    }
    return end.map { place.upperBound..<$0 }
  }

  /// What begins a line that goes on with something.
  private static let dangling: Set<SyntaxKind> = [
    .minus, .rightBrace, .rightParen, .rightBracket, .leftBrace, .arrow, .unknown,
  ]

  static func touches(_ one: Range<Int>, _ other: Range<Int>) -> Bool {
    one.lowerBound <= other.upperBound && other.lowerBound <= one.upperBound
  }

  /// Whether what is reported may follow from the damage.
  func explains(_ diagnostic: Diagnostic, _ trees: [SyntaxTree]) -> Bool {
    if diagnostic.severity == .warning { return true }
    if touches(diagnostic.span, trees) { return true }
    if diagnostic.labels.contains(where: { touches($0.span, trees) }) { return true }
    // What a loop or a condition makes is not known where something in it is not.
    if diagnostic.message.hasSuffix(" to delete") { return true }
    if Self.ofWholes.contains(diagnostic.code) { return explainsCondition(diagnostic, trees) }
    if uses(declared, diagnostic.span, trees) { return true }
    // What parts of an object do not fit may be said in the part that could not be read.
    if diagnostic.code.hasPrefix("KC04"), isWithinDamaged(diagnostic, trees) { return true }
    guard Self.ofNames.contains(diagnostic.code) else { return false }
    if hidesNames { return true }
    return unknownNames(diagnostic, trees).contains { names.contains($0) || isFused($0) }
  }

  /// Whether a name is the beginning of one that something damaged declares: with the bracket behind it, the space that
  /// ended it may be gone.
  private func isFused(_ name: String) -> Bool {
    name.utf8.count > 2 && declared.contains { $0.utf8.count > name.utf8.count && $0.hasPrefix(name) }
  }

  /// The names that a report says nothing of is known: what stands at its place. Of what is missing, and of what comes from
  /// the command line, all that its message names.
  private func unknownNames(_ diagnostic: Diagnostic, _ trees: [SyntaxTree]) -> [String] {
    let span = diagnostic.span
    if Self.atTheirPlace.contains(diagnostic.code), trees.indices.contains(span.file), !span.range.isEmpty {
      let file = trees[span.file].file
      if span.end <= file.bytes.count { return Self.words(file.text(span.range)) }
    }
    let quoted = diagnostic.message.split(separator: "`", omittingEmptySubsequences: false)
    return quoted.enumerated().filter { $0.offset % 2 == 1 }.flatMap { $0.element.split { ".() ".contains($0) } }
      .map(String.init)
  }

  /// The names in a text, with dashes inside.
  private static func words(_ text: String) -> [String] {
    text.split { !($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }.map(String.init)
  }

  /// Whether the innermost statement of a place holds damage or lies in it.
  private func touches(_ span: Span, _ trees: [SyntaxTree]) -> Bool {
    guard let damaged = ranges[span.file], trees.indices.contains(span.file) else { return false }
    return trees[span.file].statements(at: span.range).contains { statement in
      damaged.contains { Self.touches($0, statement.range) }
    }
  }

  /// Whether a statement at the top of a file that a report is about holds damage.
  private func isWithinDamaged(_ diagnostic: Diagnostic, _ trees: [SyntaxTree]) -> Bool {
    ([diagnostic.span] + diagnostic.labels.map(\.span)).contains { span in
      guard let damaged = ranges[span.file], trees.indices.contains(span.file) else { return false }
      return trees[span.file].root.childNodes(touching: span.range).contains { statement in
        damaged.contains { Self.touches($0, statement.range) }
      }
    }
  }

  /// Whether the innermost statement of a place has one of some names.
  private func uses(_ names: Set<String>, _ span: Span, _ trees: [SyntaxTree]) -> Bool {
    guard !names.isEmpty, trees.indices.contains(span.file) else { return false }
    let tree = trees[span.file]
    return tree.statements(at: span.range).contains { statement in
      tree.tokens[statement.tokenRange].contains { $0.kind == .name && names.contains(tree.file.text($0.range)) }
    }
  }

  /// Those that are told where the name stands. Of keys the name may be what is missing in the record that has them.
  private static let atTheirPlace: Set<String> = [
    "KC0100", "KC0101", "KC0102", "KC0103", "KC0104", "KC0105", "KC0107", "KC0108", "KC0130",
  ]

  /// What is said of names that nothing has, and of what is missing.
  private static let ofNames: Set<String> = [
    "KC0100", "KC0101", "KC0102", "KC0103", "KC0104", "KC0105", "KC0106", "KC0107", "KC0108", "KC0122", "KC0126",
    "KC0130", "KC0131", "KC0142", "KC0190", "KC0192", "KC0320", "KC0411",
  ]
}
