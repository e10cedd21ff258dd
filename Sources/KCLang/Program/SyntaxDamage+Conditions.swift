internal import KCSyntax

/// What is said of whole blocks: which conditions and policies they do not keep.
extension SyntaxDamage {
  /// The codes of what is said of all that a block has, wherever that is set.
  static let ofWholes: Set<String> = ["KC0166", "KC0200"]

  /// Whether a condition may only fail because something could not be read: what it is about is damaged, uses what a
  /// damaged statement declares, or may be amended by one.
  func explainsCondition(_ diagnostic: Diagnostic, _ trees: [SyntaxTree]) -> Bool {
    if hidesNames { return true }
    return ([diagnostic.span] + diagnostic.labels.map(\.span)).contains { span in
      guard trees.indices.contains(span.file) else { return true }
      return trees[span.file].root.childNodes(touching: span.range).contains { explainsStatement($0, trees) }
    }
  }

  private func explainsStatement(_ statement: SyntaxNode, _ trees: [SyntaxTree]) -> Bool {
    let tree = statement.tree
    let damaged = ranges[tree.file.id, default: []]
    if damaged.contains(where: { Self.touches($0, statement.range) }) { return true }
    let usesDamaged = tree.tokens[statement.tokenRange].contains { token in
      guard token.kind == .name, case let name = tree.file.text(token.range) else { return false }
      // What stands beside it may be in what could not be read.
      return declared.contains(name) || name == "beside" && statement.kind == .policyDecl
    }
    if usesDamaged { return true }
    switch statement.kind {
    case .block:
      guard let shape = BlockShape(statement), shape.kind.text != "env", let name = shape.name(statement) else {
        return true
      }
      return amended(trees).contains(name)
    // A policy may be waived by what could not be read.
    case .paramDecl, .componentDecl, .policyDecl:
      return Program.nameToken(of: statement).map { amended(trees).contains(statement.word($0)) } ?? true
    case .ifStatement, .forStatement, .matchStatement: return true
    default: return false
    }
  }

  /// The names of what damaged statements may amend: the block that one is, and whatever an `env` or a loop names.
  private func amended(_ trees: [SyntaxTree]) -> Set<String> {
    var names: Set<String> = []
    for (file, damaged) in ranges where trees.indices.contains(file) {
      let tree = trees[file]
      for range in damaged {
        for node in tree.root.childNodes(touching: range) {
          let isBlock = node.kind == .block && BlockShape(node)?.kind.text != "env"
          let end = isBlock ? node.child(.body)?.range.lowerBound ?? node.range.upperBound : node.range.upperBound
          for token in tree.tokens[node.tokenRange] where token.kind == .name && Int(token.start) < end {
            names.insert(tree.file.text(token.range))
          }
        }
      }
    }
    return names
  }
}
