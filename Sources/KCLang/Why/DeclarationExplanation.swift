internal import KCSyntax

/// What `kc explain` tells of a name that the program declares: a parameter, a function, a type, a component.
public struct DeclarationExplanation: Sendable {
  /// The word it is declared with: `func`.
  public var kind: String
  public var name: String
  /// How it is declared, without what is behind `=` or in its body.
  public var signature: String
  public var documentation: String
  public var location: SourceLocation
}

extension Program {
  /// The declarations at the top of the files, but for blocks, schemas and imports.
  func declarations(named isMeant: (String) -> Bool) -> [DeclarationExplanation] {
    modules.filter { !$0.isStandard }.flatMap { module in
      trees[module.file].root.parts.compactMap { node in
        guard let kind = Self.declarationWords[node.kind], node.words.count > 1,
          let word = node.words.dropFirst().first,
          isMeant(node.word(word))
        else { return nil }
        let (file, start) = (node.tree.file, node.tree.span(ofToken: word).start)
        return DeclarationExplanation(
          kind: kind, name: node.word(word), signature: signature(of: node), documentation: node.documentation ?? "",
          location: SourceLocation(file: file.path, line: file.line(at: start), column: file.column(at: start)))
      }
    }
  }

  private static let declarationWords: [SyntaxKind: String] = [
    .paramDecl: "param", .letDecl: "let", .funcDecl: "func", .typeDecl: "type", .enumDecl: "enum",
    .componentDecl: "component", .mixinDecl: "mixin", .policyDecl: "policy", .affinityDecl: "affinity",
  ]

  /// A declaration's text up to its body, or to what it is computed by. Of types all is shown, and of parameters what they
  /// are unless they are set, for that is what they say; but for secrets.
  private func signature(of node: SyntaxNode) -> String {
    let text: String
    switch node.kind {
    case .typeDecl, .enumDecl: text = node.text
    case .paramDecl where !node.text.contains("Secret"): text = node.text
    default:
      let end = node.child(.body)?.range.lowerBound ?? node.token(.equal).map { Int(node.tree.tokens[$0].start) }
      text = end.map { node.tree.file.text(node.range.lowerBound..<max(node.range.lowerBound, $0)) } ?? node.text
    }
    return String(text.reversed().drop(while: \.isWhitespace).reversed())
  }
}
