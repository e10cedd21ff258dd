public import KCLang
internal import KCSyntax

/// Finds the packages that a project needs, those of its packages included: one version of each.
public struct PackageResolver {
  /// Packages of one program.
  public static let limit = 256
  /// Packages that need each other in a chain.
  static let depth = 32

  private let folders: any PackageFolders
  private let fetcher: PackageFetcher
  private var graph = PackageGraph()
  /// The project's own dependencies that stand for others, by the repository.
  private var replacements: [String: PackageReferenceOrFolder] = [:]
  private var states: [String: State] = [:]
  /// What messages call the packages that were opened, by their identities.
  private var labels: [String: String] = [:]
  private var askedBy: [String: (by: String, text: String)] = [:]

  private struct PackageReferenceOrFolder {
    var source: PackageSource
    var name: String
  }

  private enum State {
    case open
    case done(Int)
    case failed(PackageError)
  }

  /// Who asks: its name in messages, and where its folders start.
  private struct Asker {
    /// The packages on the way to it, by their labels.
    var chain: [String]
    var base: String
    var isInRegistry: Bool
  }

  /// Resolves the dependencies of a project. Those that cannot be used are in `failures` of what it gives.
  public static func resolve(
    _ project: ProjectFile, folders: any PackageFolders, fetcher: PackageFetcher
  ) -> PackageGraph {
    var resolver = PackageResolver(folders: folders, fetcher: fetcher)
    for dependency in project.dependencies {
      guard let repository = dependency.replaces else { continue }
      resolver.replacements[repository] = .init(source: dependency.source, name: dependency.name)
    }
    resolver.states[folders.root] = .open
    let asker = Asker(chain: [project.name ?? "the project"], base: folders.root, isInRegistry: false)
    for dependency in project.dependencies {
      do throws(PackageError) {
        let place = try resolver.place(of: dependency, for: asker)
        resolver.graph.links.dependencies[dependency.name] = .package(place)
      } catch {
        resolver.graph.failures[dependency.name] = error
        resolver.graph.links.dependencies[dependency.name] = .problem(
          PackageLinks.Problem(error.code, error.message, notes: error.notes, help: error.help))
      }
    }
    return resolver.graph
  }

  private init(folders: any PackageFolders, fetcher: PackageFetcher) {
    self.folders = folders
    self.fetcher = fetcher
  }

  private mutating func place(
    of dependency: ProjectFile.Dependency, for asker: Asker
  ) throws(PackageError) -> Int {
    var (source, asker) = (dependency.source, asker)
    if case .registry(let reference) = source, let other = replacements[reference.identity], other.source != source {
      source = other.source
      asker.base = folders.root
      asker.isInRegistry = false
    }
    do throws(PackageError) {
      switch source {
      case .registry(let reference): return try place(of: reference, for: asker)
      case .path(let path):
        if asker.isInRegistry {
          throw PackageError(
            .content, "`\(asker.chain.last ?? "")` depends on a folder, `path:\(path.shown)`",
            help: "packages of a registry depend on packages of registries only: publish `\(dependency.name)` too")
        }
        return try place(ofFolder: path, for: asker)
      }
    } catch {
      throw Self.told(error, asker)
    }
  }

  /// The error, with the way that led to it where that is not the project's own file.
  private static func told(_ error: PackageError, _ asker: Asker) -> PackageError {
    guard asker.chain.count > 1, error.message != circle,
      !error.notes.contains(where: { $0.hasPrefix("asked for by ") })
    else { return error }
    var told = error
    told.notes.append("asked for by " + asker.chain.dropFirst().reversed().joined(separator: ", for "))
    return told
  }

  private static let circle = "packages need each other in a circle"

  private mutating func place(of reference: PackageReference, for asker: Asker) throws(PackageError) -> Int {
    let digest = try fetcher.digest(reference)
    graph.references.insert(reference.text)
    if let state = states[reference.identity] {
      if case .done(let place) = state, graph.digests[place] != digest { throw disagreement(reference, asker) }
      return try settled(state, reference.identity, asker)
    }
    askedBy[reference.identity] = (asker.chain.last ?? "", reference.text)
    let opened = OpenPackage(
      sources: try fetcher.content(reference, digest: digest), identity: reference.identity, digest: digest, label: nil)
    return try add(opened, version: reference.version, asker)
  }

  private mutating func place(ofFolder path: String, for asker: Asker) throws(PackageError) -> Int {
    let opened = try folders.open(path, from: asker.base)
    if let state = states[opened.identity] { return try settled(state, opened.identity, asker) }
    return try add(opened, version: "", asker)
  }

  private func settled(_ state: State, _ identity: String, _ asker: Asker) throws(PackageError) -> Int {
    switch state {
    case .done(let place): return place
    case .failed(let error): throw error
    case .open:
      let last = identity == folders.root ? asker.chain[0] : labels[identity] ?? identity
      throw PackageError(
        .conflict, Self.circle, notes: [(asker.chain + [last]).joined(separator: " needs ")],
        help: "what both need belongs into a package of its own")
    }
  }

  private func disagreement(_ reference: PackageReference, _ asker: Asker) -> PackageError {
    let first = askedBy[reference.identity]
    return PackageError(
      .conflict, "two versions of `\(reference.identity)` are asked for",
      notes: [
        "`\(first?.text ?? reference.identity)` by \(first?.by ?? "another")",
        "`\(reference.text)` by \(asker.chain.last ?? "")",
      ],
      help:
        "say in project.kc which one holds for all: `replaces = \"\(reference.identity)\"` in the dependency on it")
  }

  /// Takes a package up, after the packages that it needs.
  private mutating func add(_ opened: OpenPackage, version: String, _ asker: Asker) throws(PackageError) -> Int {
    guard asker.chain.count <= Self.depth, graph.links.packages.count < Self.limit else {
      throw PackageError(
        .conflict, "a program has at most \(Self.limit) packages, in chains of at most \(Self.depth)")
    }
    states[opened.identity] = .open
    do throws(PackageError) {
      let file = try Self.projectFile(opened)
      let name = file.name ?? ""
      let label = opened.label ?? label(name, version, opened.identity)
      labels[opened.identity] = label
      var package = PackageLinks.Package(name: name, label: label)
      let inner = Asker(
        chain: asker.chain + [label], base: opened.identity, isInRegistry: opened.digest != nil)
      for dependency in file.dependencies {
        package.dependencies[dependency.name] = try place(of: dependency, for: inner)
      }
      graph.links.packages.append(package)
      graph.sources.append(opened.sources)
      graph.digests.append(opened.digest)
      graph.identities.append(opened.identity)
      let place = graph.links.packages.count - 1
      states[opened.identity] = .done(place)
      return place
    } catch {
      states[opened.identity] = .failed(error)
      throw error
    }
  }

  /// What a package's `project.kc` says.
  public static func projectFile(_ package: OpenPackage) throws(PackageError) -> ProjectFile {
    let shown = package.label ?? package.identity
    guard case .bytes(let bytes) = package.sources.read("project.kc") else {
      throw PackageError(
        .content, "`\(shown)` is no package: it has no `project.kc`", help: "`kc init --package` starts one")
    }
    let tree = Parser.parse(SourceFile(id: 0, path: "project.kc", bytes: bytes))
    let file = ProjectFile(tree)
    if let problem = (tree.diagnostics + file.problems).first {
      let line = tree.file.line(at: problem.span.start)
      throw PackageError(
        .content, "the `project.kc` of `\(shown)` has an error in line \(line)", notes: [problem.message])
    }
    guard file.name != nil else {
      throw PackageError(.content, "the `project.kc` of `\(shown)` has no `project` block")
    }
    return file
  }

  /// A label that no other package has.
  private func label(_ name: String, _ version: String, _ identity: String) -> String {
    let short = "\(name)@\(version)"
    return graph.links.packages.contains { $0.label == short } ? "\(identity.dropFirst(6))@\(version)" : short
  }
}
