extension Parser {
  /// What the tree does not tell.
  var damage: SyntaxTree.Damage { SyntaxTree.Damage(lines: reportedLines, start: lostFrom) }

  /// Where reading went out of step with what is meant: what the tree says from there on is not to be trusted.
  private var lostFrom: Int? {
    if isForeign { return 0 }
    if hasTooManyClosing {
      return diagnostics.map { $0.code == "KC0054" ? head(before: $0.span.start) : $0.span.start }.min()
    }
    let isUneven = isUnbalanced || mostReports < Self.totalLimit
    let places = diagnostics.filter { $0.code == "KC0008" || isUneven && Self.unbalancing.contains($0.code) }
    return places.map(\.span.start).min() ?? (isUneven ? diagnostics.first?.span.start : nil)
  }

  /// Where the line begins that a bracket closes which stands at a place, going by the indentation.
  private func head(before place: Int) -> Int {
    let column = file.indentation(at: place)
    let head = tokens.last { token in
      Int(token.start) < place && token.isAfterNewline && token.kind != .rightBrace && indentation(token) <= column
    }
    return head.map { Int($0.start) } ?? 0
  }
}
