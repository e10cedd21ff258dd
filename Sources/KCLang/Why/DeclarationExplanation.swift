internal import KCData
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
  /// What is called so from a file that imports another: all that it declares, `redis`, or one of that, `redis.server`.
  func declarations(imported name: String) -> [DeclarationExplanation] {
    let parts = name.split(separator: ".").map(String.init)
    guard let first = parts.first, parts.count < 3 else { return [] }
    let imports = modules.filter { !$0.isStandard }.flatMap(\.imports).filter { text($0.name) == first }
    let imported = Set(imports.map { Int($0.module) }).filter { modules.indices.contains($0) }
    return declarations(in: imported, withSchemas: parts.count == 1) { parts.count == 1 || $0 == parts[1] }
  }

  /// The declarations at the top of the files, but for blocks, schemas and imports.
  ///
  /// - Parameters:
  ///   - places: the modules that are looked at; nil for all.
  ///   - withSchemas: whether schemas count, of which a page of their own tells more.
  func declarations(
    in places: Set<Int>? = nil, withSchemas: Bool = false, named isMeant: (String) -> Bool
  ) -> [DeclarationExplanation] {
    modules.enumerated().filter { !$0.element.isStandard && places?.contains($0.offset) ?? true }.flatMap { _, module in
      trees[module.file].root.parts.compactMap { node in
        let isSchema = withSchemas && node.kind == .schemaDecl
        guard let kind = isSchema ? "schema" : Self.declarationWords[node.kind], let token = Self.nameToken(of: node),
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
    let isWhole = [.typeDecl, .enumDecl, .paramDecl].contains(node.kind)
    let isShown = isWhole && (node.kind != .paramDecl || !mayBeSecret(node))
    let stop = isShown ? nil : node.child(.body)?.tokenRange.lowerBound ?? node.token(.equal)
    guard let stop, stop > node.tokenRange.lowerBound else { return text(of: node, upTo: node.range.upperBound) }
    return text(of: node, upTo: node.tree.tokens[stop - 1].range.upperBound)
  }

  /// The text of a declaration, without the defaults of fields and parameters that may be secrets.
  private func text(of node: SyntaxNode, upTo end: Int) -> String {
    var hidden: [Range<Int>] = []
    collectDefaults(node, upTo: end, &hidden)
    var text = ""
    var place = node.range.lowerBound
    for range in hidden {
      text += node.tree.file.text(place..<range.lowerBound) + Tree.secretText
      place = range.upperBound
    }
    return text + node.tree.file.text(place..<max(place, end))
  }

  private func collectDefaults(
    _ node: SyntaxNode, upTo end: Int, _ hidden: inout [Range<Int>], _ depth: Int = 0
  ) {
    for part in node.parts where part.range.lowerBound < end && depth < 64 {
      if part.isExpression, node.kind != .typeDecl, mayBeSecret(node) {
        hidden.append(part.range)
      } else {
        collectDefaults(part, upTo: end, &hidden, depth + 1)
      }
    }
  }

  /// Whether the type that a node has may be, or hold, a secret.
  private func mayBeSecret(_ node: SyntaxNode) -> Bool {
    guard let type = node.parts.first(where: \.isType) else { return false }
    var seen = Self.plainTypes
    return namesSecret(type, &seen)
  }

  /// Whether a type, or one that it names, says `Secret`; so may one that is not found.
  private func namesSecret(_ node: SyntaxNode, _ seen: inout Set<String>) -> Bool {
    for token in node.tree.tokens[node.tokenRange] where token.kind == .name {
      let name = node.tree.file.text(token.range)
      if name == "Secret" { return true }
      guard seen.insert(name).inserted else { continue }
      let found = modules.flatMap { trees[$0.file].root.parts }.filter { part in
        [.typeDecl, .enumDecl, .schemaDecl].contains(part.kind)
          && Self.nameToken(of: part).map { part.word($0) == name } ?? false
      }
      // Names of fields are in lower case.
      if found.isEmpty, name.first?.isUppercase ?? false { return true }
      for one in found where namesSecret(one, &seen) { return true }
    }
    return false
  }

  /// The names in types that hold no secrets, and the labels of what narrows them.
  private static let plainTypes = Set(builtinTypes).subtracting(["Secret", "Any"]).union([
    "None", "matching", "min", "max",
  ])
}
