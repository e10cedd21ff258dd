import KCLang
import KCPackage
import KCSyntax

/// Makes a package of a project: what is in it, and whether others can use it.
struct PackagePacking {
  let root: String
  let file: ProjectFile

  /// The first paragraph of the project's documentation, for registries.
  var summary: String? {
    guard let text = file.documentation, let first = text.split(separator: "\n\n").first else { return nil }
    return String(first).replacing("\n", with: " ")
  }

  /// The packages that this one needs.
  ///
  /// - Throws: where it needs a folder, which others do not have, or something cannot be used.
  func checkedGraph() throws(PackageError) -> PackageGraph {
    for dependency in file.dependencies {
      guard case .path(let path) = dependency.source else { continue }
      throw PackageError(
        .content, "`\(dependency.name)` is the folder `\(path)`, which those who use the package do not have",
        help: "publish it as a package, and depend on that: kc add oci://… --name \(dependency.name)")
    }
    let graph = ProjectPackages(root: root).locked()
    if let failure = graph.failures.sorted(by: { $0.key < $1.key }).first { throw failure.value }
    return graph
  }

  /// The files of the package.
  func files() throws(PackageError) -> PackageContent {
    let sources = ProjectSources(root: root, whole: "package")
    var paths = sources.modules()
    // Folders with a project.kc of their own are other projects.
    let inner = paths.filter { $0.hasSuffix("/project.kc") }.map { $0.dropLast("project.kc".count) }
    paths = paths.filter { path in !inner.contains { path.hasPrefix($0) } }
    paths += ["README.md", "LICENSE"].filter { Files.exists("\(root)/\($0)") }
    var found: [String: [UInt8]] = [:]
    for path in paths {
      switch sources.read(path) {
      case .bytes(let bytes): found[path] = bytes
      case .missing: throw PackageError(.content, "`\(path)` cannot be read")
      case .refused(let reason): throw PackageError(.content, "`\(path)` cannot be in the package: \(reason)")
      }
    }
    return try PackageContent(files: found)
  }

  /// Imports the modules of the package as a program would that uses it, and reports what is wrong with them.
  ///
  /// - Throws: where there are errors, or nothing that can be imported.
  func check(_ content: PackageContent, _ graph: PackageGraph, color: Bool) throws(PackageError) {
    let name = file.name ?? ""
    var importable = 0
    for path in content.modules() where path != "project.kc" {
      let isMain = path == "\(name).kc"
      let program = Consumer(content: content, graph: graph, name: name, path: isMain ? nil : path)
      let compilation = Compilation(entry: ["main.kc"], provider: program)
      let errors = compilation.diagnostics.filter { $0.severity == .error }
      // A file that is a program of its own, an example say, is in the package, but not for import.
      if !isMain, !errors.isEmpty, errors.allSatisfy({ $0.code == "KC0147" }) { continue }
      if errors.isEmpty { importable += 1 }
      let text = DiagnosticText(files: compilation.sources, color: color)
      for error in errors { Terminal.say(text.render(error)) }
      if !errors.isEmpty {
        throw PackageError(.content, "`\(path)` cannot be imported by those who would use the package")
      }
    }
    guard importable > 0 else {
      throw PackageError(
        .content, "the package has nothing that can be imported",
        help: "declare components, schemas or functions in `\(name).kc`: that is what `import \(name)` means")
    }
  }
}

/// A program that imports one module of a package.
private struct Consumer: SourceProvider {
  let content: PackageContent
  let graph: PackageGraph
  let name: String
  /// Nil is the package's main module.
  let path: String?

  var packages: PackageLinks {
    var links = graph.links
    let own = links.dependencies.compactMapValues { target in
      if case .package(let place) = target { place } else { nil }
    }
    links.packages.append(PackageLinks.Package(name: name, label: ".", dependencies: own))
    links.dependencies = ["it": .package(links.packages.count - 1)]
    return links
  }

  func read(_ path: String) -> SourceResult {
    let target = self.path.map { "it." + $0.dropLast(3).replacing("/", with: ".") } ?? "it"
    switch path {
    case "project.kc": return .bytes(Array("project consumer {\n  dependency it = \"path:it\"\n}\n".utf8))
    case "main.kc": return .bytes(Array("import \(target) as it\n".utf8))
    default: return .missing
    }
  }

  func modules() -> [String] { ["main.kc", "project.kc"] }

  func read(_ path: String, package: Int) -> SourceResult {
    graph.sources.indices.contains(package) ? graph.sources[package].read(path) : content.read(path)
  }

  func modules(package: Int) -> [String] {
    graph.sources.indices.contains(package) ? graph.sources[package].modules() : content.modules()
  }
}
