public import KCSyntax

/// What `project.kc` says of packages. It is read before anything is evaluated, because what it says decides what there
/// is to evaluate: names and sources are plain text, and stand in the `project` block itself.
public struct ProjectFile: Sendable {
  /// A `dependency` of the project.
  public struct Dependency: Sendable {
    public var name: String
    public var source: PackageSource
    /// The repository whose other versions this one stands for, in the whole program: `oci://HOST/REPOSITORY`.
    public var replaces: String?
    /// The name's place, and the source's.
    public var nameSpan: Span
    public var sourceSpan: Span
    /// The whole statement.
    public var span: Span
  }

  /// The project's name; nil where there is no `project` block.
  public var name: String?
  /// The documentation (`///`) of the block.
  public var documentation: String?
  /// In the order of the file.
  public var dependencies: [Dependency] = []
  public var problems: [Diagnostic] = []
  /// Dependencies that were reported: their imports are no further mistakes.
  public var brokenNames: Set<String> = []
  /// Where another dependency can be put: after the last one, else before the block's closing brace; an offset.
  public var end: Int?
  /// Whether something stands in the block.
  public var isEmpty = true

  public init(_ tree: SyntaxTree) {
    for node in tree.root.parts where node.kind == .block {
      guard let shape = BlockShape(node), shape.kind.text == "project", name == nil else { continue }
      name = shape.name(node)
      documentation = node.documentation
      guard let body = shape.body else { continue }
      isEmpty = body.parts.isEmpty
      end = body.token(.rightBrace).map { Int(tree.tokens[$0].start) }
      for statement in body.parts { read(statement) }
    }
  }

  private mutating func read(_ node: SyntaxNode) {
    switch node.kind {
    case .block:
      guard let shape = BlockShape(node), shape.kind.text == "dependency" else { return }
      read(shape, node)
    case .ifStatement, .forStatement, .matchStatement:
      guard let inner = Self.dependency(within: node, depth: 0) else { return }
      problems.append(
        Diagnostic(
          "KC0148", "a dependency stands in the `project` block itself", at: inner.span,
          notes: ["dependencies are read before anything is evaluated: they cannot depend on a condition"]))
    default: return
    }
  }

  /// A dependency that a condition or a loop holds.
  private static func dependency(within node: SyntaxNode, depth: Int) -> SyntaxNode? {
    guard depth < 64 else { return nil }
    for part in node.parts {
      if part.kind == .block, BlockShape(part)?.kind.text == "dependency" { return part }
      if let found = dependency(within: part, depth: depth + 1) { return found }
    }
    return nil
  }

  private mutating func read(_ shape: BlockShape, _ node: SyntaxNode) {
    guard let name = shape.name(node) else {
      return report("the name of a dependency is plain text", shape.nameSpan(node), help: nil)
    }
    var (source, replaces) = (shape.value, SyntaxNode?.none)
    for setting in shape.body?.parts ?? [] where setting.kind == .setting {
      guard let field = setting.firstPart?.text, setting.parts.count == 2 else { continue }
      if field == "source" { source = setting.parts[1] }
      if field == "replaces" { replaces = setting.parts[1] }
    }
    if name == "std" {
      brokenNames.insert(name)
      return report(
        "`std` is the standard library", shape.nameSpan(node), help: "call the dependency by another name")
    }
    guard dependencies.allSatisfy({ $0.name != name }), !brokenNames.contains(name) else { return }
    guard let source else {
      brokenNames.insert(name)
      return report(
        "`\(name)` does not say where it comes from", shape.nameSpan(node),
        help: "`dependency \(name) = \"oci://HOST/REPOSITORY:TAG\"`, or `\"path:../\(name)\"`")
    }
    do throws(PackageSourceError) {
      var found = Dependency(
        name: name, source: try Self.source(source), nameSpan: shape.nameSpan(node), sourceSpan: source.span,
        span: node.span)
      if case .registry(let reference) = found.source, !reference.isExact {
        throw PackageSourceError(
          message: "`\(reference.text)` says no version", help: "`\(reference.text):1.0.0`, say")
      }
      if let replaces {
        found.replaces = Self.repository(replaces)
        if found.replaces == nil {
          brokenNames.insert(name)
          return report(
            "`replaces` names a repository", replaces.span,
            help: "`replaces = \"oci://HOST/REPOSITORY\"`, without a tag")
        }
      }
      dependencies.append(found)
    } catch {
      brokenNames.insert(name)
      report(error.message, source.span, help: error.help)
    }
  }

  private static func source(_ node: SyntaxNode) throws(PackageSourceError) -> PackageSource {
    guard let text = node.plainText else {
      throw PackageSourceError(
        message: "the source of a dependency is plain text", help: "it is read before anything is evaluated")
    }
    return try PackageSource(text)
  }

  /// The repository that a string names; nil where it names none, or one version of it.
  private static func repository(_ node: SyntaxNode) -> String? {
    guard let text = node.plainText, let reference = try? PackageReference(text), !reference.isExact else { return nil }
    return reference.text
  }

  private mutating func report(_ message: String, _ span: Span, help: String?) {
    problems.append(Diagnostic("KC0148", message, at: span, help: help))
  }
}
