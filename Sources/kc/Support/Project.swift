import ArgumentParser
import Glibc
import KCCodec
import KCData
import KCKube
import KCLang
import KCPlan
import KCSyntax

/// Which program is meant, and with what.
struct ProjectOptions: ParsableArguments {
  @Option(
    name: [.customShort("C"), .customLong("project")], help: "The project's folder; without it, the one around you.")
  var folder: String?

  @Option(name: [.customShort("e"), .customLong("env")], help: "The environment to apply, as declared by `env NAME`.")
  var environment: String?

  @Option(name: .customLong("set"), help: "Sets a parameter or field: --set tag=v1.4.2. May be given again.")
  var sets: [String] = []

  @Option(
    name: .customLong("params"),
    help: "A YAML or JSON file with values of parameters. May be given again; --set wins over it.")
  var parameterFiles: [String] = []

  func validate() throws {
    if sets.contains(where: { !$0.contains("=") }) {
      throw ValidationError("--set takes NAME=VALUE, as in --set tag=v1.4.2; there is no = in one that was given")
    }
  }
}

/// A compiled project.
struct Project {
  let root: String
  let sources: ProjectSources
  let compilation: Compilation
  let environment: String?
  /// What `--set` and `--params` said.
  var sets: [String] = []
  var parameterFiles: [ParameterFile] = []

  /// Finds and compiles a project.
  ///
  /// - Parameters:
  ///   - paths: files to compile instead of all of the folder; `-` is what `input` holds.
  ///   - input: what standard input said, in case `-` is among the paths.
  ///   - assumesInputs: whether secrets that `input.env` asks for may be missing.
  ///   - checksObjects: whether objects are held against all that the API server checks.
  static func load(
    _ options: ProjectOptions, paths: [String] = [], input: [UInt8] = [], assumesInputs: Bool = false,
    checksObjects: Bool = false
  ) throws -> Project {
    let (sources, entries, prepared) = try prepare(options, paths: paths, input: input)
    var compile = prepared
    compile.assumesInputs = assumesInputs
    compile.checksObjects = checksObjects
    let compilation = Compilation(entry: entries, provider: sources, options: compile)
    return Project(
      root: sources.root, sources: sources, compilation: compilation, environment: options.environment,
      sets: options.sets, parameterFiles: compile.parameterFiles)
  }

  /// Finds a project: its sources, the files to compile, and what the compilation depends on besides them.
  static func prepare(_ options: ProjectOptions, paths: [String] = [], input: [UInt8] = []) throws
    -> (sources: ProjectSources, entries: [String], options: CompileOptions)
  {
    let root = try findRoot(options.folder, paths.filter { $0 != "-" })
    var sources = ProjectSources(root: root)
    if paths.contains("-") { sources.extra["-"] = input }
    sources.graph = ProjectPackages(root: root).locked()
    var entries = sources.modules().filter { !$0.contains("/") }
    if !paths.isEmpty {
      entries = try paths.flatMap { path -> [String] in
        if path == "-" { return [path] }
        guard let real = ProjectSources.realPath(path) else {
          throw Terminal.fail("there is no file \(path)", code: .input)
        }
        if Files.isFolder(real) { return ProjectSources(root: real).modules().map { relative("\(real)/\($0)", root) } }
        return [relative(real, root)]
      }
    }
    if entries.isEmpty {
      throw Terminal.fail(
        "there is no .kc file in \(root)", help: "go to a project's folder, or name it with --project", code: .input)
    }
    var compile = CompileOptions(
      environment: options.environment,
      sets: options.sets.map { text in
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
      }, inputEnvironment: environmentVariables(),
      fallbackName: root.split(separator: "/").last.map(String.init) ?? "default")
    compile.parameterFiles = try options.parameterFiles.map(parameterFile)
    compile.today = String(Timestamp(seconds: Int64(time(nil))).rfc3339.prefix(10))
    return (sources, entries, compile)
  }

  /// Whether there is a program where these say: without one, `load` fails.
  static func exists(_ options: ProjectOptions) -> Bool {
    guard let root = options.folder ?? (try? findRoot(nil, [])), let real = ProjectSources.realPath(root) else {
      return false
    }
    return Files.list(real).contains { $0.hasSuffix(".kc") }
  }

  /// The nearest folder upwards with a `project.kc`, or the current one.
  static func findRoot(_ given: String?, _ paths: [String]) throws -> String {
    let start: String
    if let given {
      guard let real = ProjectSources.realPath(given), Files.isFolder(real) else {
        throw Terminal.fail("there is no folder \(given)", code: .input)
      }
      return real
    } else if let first = paths.first {
      guard let real = ProjectSources.realPath(first) else {
        throw Terminal.fail("there is no file \(first)", code: .input)
      }
      start = Files.isFolder(real) ? real : String(real[..<(real.lastIndex(of: "/") ?? real.endIndex)])
    } else {
      start = ProjectSources.realPath(".") ?? "/"
    }
    var folder = start
    while !folder.isEmpty, folder != "/" {
      if Files.exists("\(folder)/project.kc") { return folder }
      folder = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
    }
    return start
  }

  private static func relative(_ path: String, _ root: String) -> String {
    path.hasPrefix(root + "/") ? String(path.dropFirst(root.count + 1)) : path
  }

  private static func environmentVariables() -> [String: String] {
    var out: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { out[String(parts[0])] = String(parts[1]) }
      entry += 1
    }
    return out
  }

  /// Prints what was found.
  ///
  /// - Parameter format: in which programs read what they asked for: they get what is wrong in it, too, as `kc check` has
  ///   it; nil for people.
  /// - Throws: exit code 1 where there are errors.
  func report(_ output: OutputOptions, as format: DiagnosticFormat? = nil) throws {
    if let format, compilation.hasErrors {
      var findings = Findings()
      findings.add(compilation)
      let report = DiagnosticReport(files: findings.files, catalogue: Explain.catalogue, version: KC.version)
      Terminal.out(report.render(findings.diagnostics, as: format))
      throw Exit.input.exit
    }
    let text = DiagnosticText(files: compilation.sources, color: output.style(for: 2).color)
    for diagnostic in compilation.diagnostics { Terminal.say(text.render(diagnostic)) }
    guard compilation.hasErrors else { return }
    let errors = compilation.diagnostics.count { $0.severity == .error }
    Terminal.say("\(errors) error\(errors == 1 ? "" : "s"). `kc explain \(firstCode)` tells more.")
    throw Exit.input.exit
  }

  private var firstCode: String { compilation.diagnostics.first { $0.severity == .error }?.code ?? "KC0001" }

  /// The declared objects, with the namespaces that they and the project's record need and nobody declares.
  ///
  /// - Parameter types: what the target serves: it knows whether kinds live in namespaces that kc knows nothing of.
  func desired(types: ResourceTypes = .builtin) -> [DesiredObject] {
    let declared = compilation.resources.map { resource -> DesiredObject in
      var desired = Self.desired(resource)
      if let namespace = resource.openNamespace,
        types.find((desired.object.apiVersion, desired.object.kind))?.namespaced ?? false
      {
        desired.object.set(.string(namespace), at: "metadata", "namespace")
      }
      return desired
    }
    return declared + neededNamespaces(and: declared.isEmpty ? [] : [compilation.project.home])
  }

  /// The namespaces that the declared objects need and nobody declares.
  ///
  /// - Parameter others: what else is needed.
  func neededNamespaces(and others: Set<String> = []) -> [DesiredObject] {
    if compilation.project.settings["createNamespaces"] == false { return [] }
    let (declared, used) = compilation.namespaces
    var needed = used.union(others).subtracting(declared)
    needed.subtract(Planner.systemNamespaces)
    let place = compilation.project.origin
    return needed.sorted().map { name in
      DesiredObject(
        address: "namespace.\(name)", sourceKind: "namespace",
        object: ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]],
        origin: Origin(file: place?.file ?? "project.kc", line: place?.line ?? 0))
    }
  }

  /// A declared object as `kc render` shows it.
  static func shown(_ resource: Resource) -> Value { marked(resource.shownObject, resource) }

  /// Says on the target, too, that an object is protected: who removes the block has not allowed the removal of what it
  /// stood for.
  private static func marked(_ object: Value, _ resource: Resource) -> Value {
    var object = object
    if resource.isProtected { object.set("true", at: "metadata", "annotations", Planner.protectAnnotation) }
    return object
  }

  private static func desired(_ resource: Resource) -> DesiredObject {
    let object = marked(resource.object, resource)
    var desired = DesiredObject(
      address: resource.address, sourceKind: resource.kind, object: object, origin: Origin(resource.origin),
      dependencies: resource.dependencies, hasSecrets: resource.hasSecrets
    ) {
      let trace = resource.trace
      return DesiredObject.Trace(
        origins: trace.origins.mapValues { Origin($0.location, layer: $0.layer, parameter: $0.parameter) },
        secretPaths: trace.secretPaths,
        rules: trace.rules.map { .init(path: $0.path, origin: Origin($0.origin), text: $0.text) })
    }
    desired.deferred = resource.deferred
    desired.restartsWithSecrets = resource.restartsOnConfig
    return desired
  }

  /// All that a plan depends on besides the target.
  var inputs: PlanInputs {
    var out = PlanInputs()
    out.environment = environment
    // Parameters and arguments are sources of the program's diagnostics, too; they have marks of their own.
    let given = Set(parameterFiles.map(\.path) + [Compilation.commandLine])
    out.sources = compilation.sources.filter { !given.contains($0.path) }
      .map { .init(name: $0.path, bytes: $0.bytes) }
    out.parameterFiles = parameterFiles.map { .init(name: $0.path, bytes: $0.bytes) }
    out.sets = PlanInputs.digest(sets: sets)
    return out
  }
}

extension Origin {
  init(_ location: SourceLocation, layer: String = "file", parameter: String? = nil) {
    self.init(file: location.file, line: location.line, layer: layer, parameter: parameter)
  }
}
