public import KCData
internal import KCKube
public import KCSyntax

/// What a program means: the one entry to the language for tools.
///
/// Making one parses, resolves, checks and evaluates the program; it never fails: what is wrong is in `diagnostics`.
public struct Compilation: Sendable {
  /// What the texts of arguments are called where a diagnostic points into them.
  public static let commandLine = "command line"

  private let program: FrozenProgram

  /// What was found, in the order of files and places. Spans refer to `sources`.
  public let diagnostics: [Diagnostic]
  /// All files that were read, by the ids that spans carry.
  public let sources: [SourceFile]
  /// The names of the `env`s that the program declares, in the order of their first declaration.
  public let environments: [String]
  public let project: ProjectInfo
  /// The objects that the program declares, in the order of their declaration; those that could not be made are missing.
  public let resources: [Resource]

  /// Resources that have another address than before, by `moved from a to b`; sorted by their old address.
  public let moves: [Move]

  /// The arena that the resources' objects stand in: for those that write all of them, and need no `Value`.
  public var tree: Tree { program.program.tree }

  /// The names of the namespaces that the program declares, and of those that its objects are in.
  public var namespaces: (declared: Set<String>, used: Set<String>) {
    program.program.namespaces(of: resources)
  }

  public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

  /// - Parameter paths: the files to compile, relative to the root; what they import comes along.
  public init(entry paths: [String], provider: any SourceProvider, options: CompileOptions = CompileOptions()) {
    var program = Program(options: options)
    let resources = program.compile(paths, provider)
    self.init(FrozenProgram(program), resources)
  }

  init(_ frozen: FrozenProgram, _ found: [Resource]) {
    var resources = found
    diagnostics = frozen.program.diagnostics.sorted().map { frozen.program.redacted($0).shortened }
    sources = frozen.program.files
    environments = frozen.program.environments.map(\.name)
    project = frozen.program.project
    moves = frozen.program.moves
    program = frozen
    for place in resources.indices { resources[place].program = frozen }
    self.resources = resources
  }

  /// Where a value came from.
  ///
  /// - Parameters:
  ///   - address: `deployment.web`, or a name that only one resource has.
  ///   - path: a path in the object (`spec.replicas`) or in the source (`replicas`, `app.image`); nil for the resource.
  public func why(address: String, path: String?) throws(WhyError) -> WhyAnswer {
    var copy = Program(copying: program.program)
    return try copy.why(address: address, path: path, resources: resources)
  }

  /// The fields of a schema, by its name or the keyword of its blocks, with types, defaults and documentation.
  public func explain(type name: String) -> TypeExplanation? {
    var copy = Program(copying: program.program)
    return copy.explain(type: name)
  }

  /// The schema that a field of another leads to; nil where its value has no fields.
  public func explain(field: TypeExplanation.Field) -> TypeExplanation? {
    guard let schema = field.schema else { return nil }
    var copy = Program(copying: program.program)
    return copy.explain(schema: schema)
  }

  /// What a name stands for that files of the program declare at their top, in the order of files; schemas are types.
  public func explain(declaration name: String) -> [DeclarationExplanation] {
    let own = program.program.declarations { $0 == name }
    return own.isEmpty ? program.program.declarations(imported: name) : own
  }

  /// The names that `explain(declaration:)` knows.
  public var declarationNames: [String] { Set(program.program.declarations { _ in true }.map(\.name)).sorted() }

  /// The names that `explain(type:)` knows.
  public var typeNames: [String] { program.program.schemaNames }
}

extension Program {
  fileprivate func namespaces(of resources: [Resource]) -> (declared: Set<String>, used: Set<String>) {
    var (declared, used): (Set<String>, Set<String>) = ([], [])
    for resource in resources {
      // Exact files are of objects as others made them: their namespaces are there, or said.
      let isExact = exactFiles.contains(span(instances[Int(resource.instance)].site).file)
      if !isExact, let name = value(at: keys.metadata, keys.namespace, in: resource.tree) {
        used.insert(tree.text(of: name) ?? "")
      }
      guard let kind = value(at: keys.kind, in: resource.tree), isText(kind, "Namespace"),
        let name = value(at: keys.metadata, keys.name, in: resource.tree)
      else { continue }
      declared.insert(tree.text(of: name) ?? "")
    }
    return (declared, used)
  }
}

/// What `project.kc` says.
public struct ProjectInfo: Sendable {
  public var name: String
  /// The namespace of objects that name none.
  public var namespace: String
  /// The namespace that the chosen `env` gives objects, else the project's: what the program owns on a target is recorded
  /// there, so that environments with namespaces of their own own what is theirs.
  public var home = ""
  /// Whether nothing is wrong with what says so.
  public var isHomeCertain = true
  /// The version of Kubernetes whose API objects are checked against: `1.36`.
  public var kubernetes = KubeSchema.defaultVersion
  /// All that the block says, as it stands: `target`, `nodes`, …
  public var settings: Value
  /// The block's place; nil where no file has one.
  public var origin: SourceLocation?
}
