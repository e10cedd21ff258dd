import KCCodec
import KCData
import KCKube
import KCLang
import KCSyntax

/// What takes input from outside, each as a function of bytes: it may refuse them, and must neither fail nor hang.
public enum FuzzTarget: String, CaseIterable, Sendable {
  /// The lexer and the parser.
  case syntax
  /// The formatter.
  case format
  /// The whole compiler.
  case check
  case yaml
  case json
  /// JSON patch, merge patch and strategic merge patch: an object and a patch, on a line each.
  case patch
  /// Server-side apply: a live object and two that managers want, on a line each.
  case apply
  /// Quantities, selectors and patterns: the short texts that fields hold.
  case text
  /// Archives, manifests, locks and sources of packages, and edits of `project.kc`.
  case package
  /// The importer of manifests.
  case manifest
  /// The importer of Compose files.
  case compose
  /// The importer of definitions of custom resources, and the checks of objects by them.
  case definition
  /// Objects in the form of protocol buffers.
  case wire
  /// Defaults and checks of objects: JSON.
  case object

  /// Runs the target on an input.
  ///
  /// - Returns: what was promised and does not hold; nil if all does.
  public func run(_ bytes: [UInt8]) -> String? {
    switch self {
    case .syntax: Self.syntax(bytes)
    case .format: Self.format(bytes)
    case .check: Self.check(bytes)
    case .yaml: Self.yaml(bytes)
    case .json: Self.json(bytes)
    case .patch: Self.patch(bytes)
    case .apply: Self.apply(bytes)
    case .text: Self.text(bytes)
    case .package: Self.package(bytes)
    case .manifest: Self.manifest(bytes)
    case .compose: Self.compose(bytes)
    case .definition: Self.definition(bytes)
    case .wire: Self.wire(bytes)
    case .object: Self.object(bytes)
    }
  }
}

extension FuzzTarget {
  private static func parse(_ bytes: [UInt8]) -> SyntaxTree {
    Parser.parse(SourceFile(id: 0, path: "main.kc", bytes: bytes))
  }

  private static func tokens(_ tree: SyntaxTree) -> [String] {
    tree.tokens.map { "\($0.kind) \(tree.file.text($0.range))" }
  }

  private static func syntax(_ bytes: [UInt8]) -> String? {
    let tree = parse(bytes)
    var end = 0
    for token in tree.tokens {
      if token.range.lowerBound < end { return "tokens overlap at \(end)" }
      end = token.range.upperBound
    }
    if end != bytes.count { return "the tree ends at \(end), and not at \(bytes.count)" }
    let report = DiagnosticReport(files: [tree.file])
    for format in DiagnosticFormat.allCases { _ = report.render(tree.diagnostics, as: format) }
    let fixed = FixApplication.apply(tree.diagnostics, to: tree.file)
    _ = parse(fixed.bytes)
    return nil
  }

  private static func format(_ bytes: [UInt8]) -> String? {
    let tree = parse(bytes)
    let once = Formatter.format(tree)
    let again = parse(once)
    if tokens(again) != tokens(tree) { return "formatting changes tokens" }
    // What does not parse is not formatted by the command, and need not come to rest at once.
    if tree.diagnostics.isEmpty, Formatter.format(again) != once { return "formatting again changes the layout" }
    return nil
  }

  private static func check(_ bytes: [UInt8]) -> String? {
    var options = CompileOptions()
    options.stepLimit = 200_000
    let text = String(decoding: bytes, as: UTF8.self)
    let result = Compilation(entry: ["main.kc"], provider: MemorySources(["main.kc": text]), options: options)
    let report = DiagnosticReport(files: result.sources, catalogue: DiagnosticCatalogue.all)
    for format in DiagnosticFormat.allCases { _ = report.render(result.diagnostics, as: format) }
    if let unknown = result.diagnostics.first(where: { DiagnosticCatalogue.find($0.code) == nil }) {
      return "\(unknown.code) has no page"
    }
    for resource in result.resources {
      _ = resource.object
      _ = try? result.why(address: resource.address, path: nil)
    }
    for name in result.environments.prefix(2) {
      options.environment = name
      _ = Compilation(entry: ["main.kc"], provider: MemorySources(["main.kc": text]), options: options)
    }
    return nil
  }
}
