import Glibc
import KCLang
import KCPackage
import KCSyntax

/// The packages of a project on the disk: what commands need of them.
struct ProjectPackages {
  /// The project's folder, without links.
  let root: String

  var lockPath: String { "\(root)/kc.lock" }

  /// What `project.kc` says; nil where there is none.
  func projectFile() -> ProjectFile? {
    guard let bytes = Files.read("\(root)/project.kc") else { return nil }
    return ProjectFile(Parser.parse(SourceFile(id: 0, path: "project.kc", bytes: bytes)))
  }

  /// The lock as it is on the disk; an empty one where there is none.
  func lock() throws(PackageError) -> LockFile {
    guard Files.exists(lockPath) else { return LockFile() }
    guard let text = Files.readText(lockPath) else {
      throw PackageError(.unlocked, "kc.lock cannot be read: \(String(cString: strerror(errno)))")
    }
    return try LockFile(text)
  }

  /// The packages as the lock pins them: what a program is made of. Nothing is asked of a registry but contents whose
  /// digest is known and that are not kept here.
  func locked() -> PackageGraph {
    guard let file = projectFile(), !file.dependencies.isEmpty else { return PackageGraph() }
    do throws(PackageError) {
      let fetcher = PackageFetcher(
        lock: try lock(), store: PackageHome(), registry: LazyRegistry(), mayPin: false,
        announce: { Terminal.say("fetching \($0.text)") })
      return PackageResolver.resolve(file, folders: DiskFolders(root: root), fetcher: fetcher)
    } catch {
      var graph = PackageGraph()
      for dependency in file.dependencies {
        graph.failures[dependency.name] = error
        graph.links.dependencies[dependency.name] = .problem(
          PackageLinks.Problem(error.code, error.message, notes: error.notes, help: error.help))
      }
      return graph
    }
  }

  /// Resolves what `project.kc` asks for, with what is pinned as it is.
  ///
  /// - Parameter forgetting: references whose pins are looked up again.
  func resolve(
    _ file: ProjectFile, forgetting: Set<String> = [], registry: any PackageRegistry
  ) throws(PackageError) -> (graph: PackageGraph, lock: LockFile) {
    var old = try lock()
    old.pins = old.pins.filter { !forgetting.contains($0.key) }
    let fetcher = PackageFetcher(
      lock: old, store: PackageHome(), registry: registry, mayPin: true,
      announce: { Terminal.say("fetching \($0.text)") })
    let graph = PackageResolver.resolve(file, folders: DiskFolders(root: root), fetcher: fetcher)
    if graph.failures.isEmpty { fetcher.keepPins(graph.references) }
    return (graph, fetcher.lock)
  }

  /// Writes the lock where it differs from what is on the disk, or takes it away where nothing is pinned.
  ///
  /// - Returns: whether the disk changed.
  func write(_ lock: LockFile) throws -> Bool {
    let old = Files.readText(lockPath)
    if lock.pins.isEmpty {
      if old != nil { unlink(lockPath) }
      return old != nil
    }
    if old == lock.text { return false }
    if let why = Files.write(Array(lock.text.utf8), to: lockPath) {
      throw Terminal.fail("kc.lock cannot be written: \(why)", code: .input)
    }
    return true
  }
}

extension Terminal {
  /// Tells of a failure with packages.
  static func fail(_ error: PackageError, prefix: String = "") -> any Error {
    var message = prefix + error.message
    for note in error.notes { message += "\n  note: \(note)" }
    return fail(message, help: error.help, code: [.registry, .refused].contains(error.kind) ? .target : .input)
  }
}
