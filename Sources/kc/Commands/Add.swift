import ArgumentParser
import KCCodec
import KCData
import KCLang
import KCPackage
import KCSyntax

/// `kc add`
struct Add: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Add a package to the project, or take another version of it.",
    discussion: """
      Writes the dependency into project.kc and what it resolves to into kc.lock.

      Examples:
        kc add oci://registry.local/kc/redis:1.2.0   this version
        kc add oci://registry.local/kc/redis         the newest one
        kc add path:../lib                           a folder, as it is each time
        kc add oci://registry.local/kc/redis --name cache
      """)

  @Argument(help: "oci://HOST/REPOSITORY[:TAG][@sha256:…] or path:FOLDER.") var source: String
  @Option(help: "The name to import it by; without it, the package's own.") var name: String?
  @OptionGroup var options: PackageOptions

  func run() throws {
    let project = try options.place.project()
    do throws(PackageError) {
      let change = try add(to: project)
      try change.write(project, options)
    } catch {
      throw Terminal.fail(error)
    }
  }

  private func add(to project: ProjectPackages) throws(PackageError) -> PackageChange {
    var edit = try ProjectEdit(project.projectBytes())
    let client = try options.registry.client()
    let (wanted, own) = try open(project, client)
    let name = self.name ?? own.name ?? ""
    guard Self.isImportable(name) else {
      throw PackageError(
        .content, "`\(name)` is no name to import a package by",
        help: "--name gives another: lower-case letters, digits and dashes, with a letter first")
    }
    let old = edit.file.dependencies.first { $0.name == name }
    if let old, Self.identity(old.source) != Self.identity(wanted) {
      throw PackageError(
        .conflict, "`\(name)` is `\(old.source.text)` in project.kc already",
        help: "import this one by another name: --name \(name)-2, say")
    }
    try edit.set(name, to: wanted)
    var change = try PackageChange(project, edit: edit, registry: client)
    change.names = [name]
    return change
  }

  /// The source as project.kc says it, with its version, and what the package calls itself.
  private func open(
    _ project: ProjectPackages, _ client: RegistryClient
  ) throws(PackageError) -> (source: PackageSource, file: ProjectFile) {
    let given: PackageSource
    do throws(PackageSourceError) {
      given = try PackageSource(source)
    } catch {
      throw PackageError(.content, error.message, help: error.help)
    }
    let folders = DiskFolders(root: project.root)
    switch given {
    case .path(let path):
      let opened = try folders.open(path, from: ProjectSources.realPath(".") ?? project.root)
      if opened.identity == project.root {
        throw PackageError(.conflict, "`\(path)` is the project itself")
      }
      return (.path(DiskFolders.way(to: opened.identity, from: project.root)), try PackageResolver.projectFile(opened))
    case .registry(var reference):
      if !reference.isExact { reference.tag = try newest(reference, client) }
      let fetcher = PackageFetcher(lock: LockFile(), store: PackageHome(), registry: client, mayPin: true)
      do throws(PackageError) {
        let digest = try fetcher.digest(reference)
        let content = try fetcher.content(reference, digest: digest)
        let opened = OpenPackage(
          sources: content, identity: reference.identity, digest: digest, label: reference.text)
        return (.registry(reference), try PackageResolver.projectFile(opened))
      } catch  where error.kind == .missing {
        throw PackageTags.told(error, reference, client)
      }
    }
  }

  private func newest(_ reference: PackageReference, _ client: RegistryClient) throws(PackageError) -> String {
    let tags = try client.tags(reference)
    if let version = PackageVersion.newest(tags) { return version.text }
    if tags.contains("latest") { return "latest" }
    throw PackageError(
      .missing,
      tags.isEmpty
        ? "\(reference.host) has no \(reference.repository)" : "no tag of \(reference.identity) is a version",
      help: tags.isEmpty ? nil : "name one of \(tags.sorted().prefix(8).joined(separator: ", "))")
  }

  static func identity(_ source: PackageSource) -> String {
    switch source {
    case .registry(let reference): reference.identity
    case .path(let path): "path:\(path)"
    }
  }

  /// Whether `import NAME` can be written.
  static func isImportable(_ name: String) -> Bool {
    guard let first = name.utf8.first, (97...122).contains(first), name != "std", name.utf8.count <= 63 else {
      return false
    }
    return name.last != "-"
      && name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") }
  }
}
