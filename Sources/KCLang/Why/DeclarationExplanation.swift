internal import KCSyntax

/// What `kc explain` tells of a name that the program declares: a parameter, a function, a type, a component.
public struct DeclarationExplanation: Sendable {
  /// The word it is declared with: `func`.
  public var kind: String
  /// What it is called.
  public var name: String
  /// How it is declared, without what is behind `=` or in its body.
  public var signature: String
  /// The text behind `///`; empty where there is none.
  public var documentation: String
  /// Where its name stands.
  public var location: SourceLocation
}

extension Program {
  /// The declarations at the top of the files, but for blocks, schemas and imports.
  func declarations(named isMeant: (String) -> Bool) -> [DeclarationExplanation] {
    modules.filter { !$0.isStandard }.flatMap { module in
      trees[module.file].root.parts.compactMap { node in
        guard let kind = Self.declarationWords[node.kind], let token = Self.nameToken(of: node),
          case let name = node.word(token), isMeant(name)
        else { return nil }
        let (file, start) = (node.tree.file, node.tree.span(ofToken: token).start)
        return DeclarationExplanation(
          kind: kind, name: name, signature: signature(of: node), documentation: node.documentation ?? "",
          location: SourceLocation(file: file.path, line: file.line(at: start), column: file.column(at: start)))
      }
    }
  }

  private static let declarationWords: [SyntaxKind: String] = [
    .paramDecl: "param", .letDecl: "let", .funcDecl: "func", .typeDecl: "type", .enumDecl: "enum",
    .componentDecl: "component", .mixinDecl: "mixin", .policyDecl: "policy", .affinityDecl: "affinity",
  ]

  /// A declaration's text up to its body, or to what it is computed by. Of types all is shown, and of parameters what they
  /// are unless they are set, for that is what they say; but where that may be a secret.
  private func signature(of node: SyntaxNode) -> String {
    if node.kind == .typeDecl || node.kind == .enumDecl || node.kind == .paramDecl && !mayBeSecret(node) {
      return node.text
    }
    let stop = node.child(.body)?.tokenRange.lowerBound ?? node.token(.equal)
    guard let stop, stop > node.tokenRange.lowerBound else { return node.text }
    return node.tree.file.text(node.range.lowerBound..<node.tree.tokens[stop - 1].range.upperBound)
  }

  /// Whether a parameter's type has a name that is not one of the plain types': what that stands for may be a secret.
  private func mayBeSecret(_ node: SyntaxNode) -> Bool {
    guard let type = node.parts.first(where: \.isType) else { return false }
    return type.tree.tokens[type.tokenRange].contains { token in
      token.kind == .name && !Self.plainTypes.contains(type.tree.file.text(token.range))
    }
  }

  /// The names in types that hold no secrets, and the labels of what narrows them.
  private static let plainTypes = Set(builtinTypes).subtracting(["Secret", "Any"]).union([
    "None", "matching", "min", "max",
  ])
}
