import Glibc
import KCData
import KCPackage

/// Where packages are kept on this machine: by digest, and shared by all projects.
struct PackageHome: PackageStore {
  let path: String

  /// `KC_HOME/packages`, or the user's cache.
  init() {
    func variable(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
    if let home = variable("KC_HOME") {
      path = "\(home)/packages"
    } else if let cache = variable("XDG_CACHE_HOME") {
      path = "\(cache)/kc/packages"
    } else {
      path = "\(variable("HOME") ?? "/root")/.cache/kc/packages"
    }
  }

  private func file(_ digest: String) -> String { "\(path)/sha256/\(digest.dropFirst(7))" }

  func read(_ digest: String) throws(PackageError) -> [UInt8]? {
    guard Files.exists(file(digest)) else { return nil }
    guard let bytes = Files.read(file(digest)) else {
      throw PackageError(.content, "\(file(digest)) cannot be read: \(String(cString: strerror(errno)))")
    }
    guard PackageDigest.of(bytes) == digest else {
      throw PackageError(
        .content, "what is kept of the package is not what kc.lock pins",
        notes: ["\(file(digest)) was changed, or is damaged"],
        help: "remove that file: kc fetches the package again")
    }
    return bytes
  }

  func keep(_ bytes: [UInt8], _ digest: String) {
    guard Files.makeFolders("\(path)/sha256") else { return }
    _ = Files.write(bytes, to: file(digest))
  }
}

/// Folders of this machine that are packages.
struct DiskFolders: PackageFolders {
  /// Without links.
  let root: String

  func open(_ path: String, from base: String) throws(PackageError) -> OpenPackage {
    guard let real = ProjectSources.realPath("\(base)/\(path)"), Files.isFolder(real) else {
      let place = base == root ? "" : ", from \(Self.way(to: base, from: root))"
      throw PackageError(.missing, "there is no folder `\(path)`\(place)")
    }
    guard Files.exists("\(real)/project.kc") else {
      throw PackageError(
        .content, "the folder `\(path)` is no package: it has no `project.kc`",
        help: "`kc init --package` starts one")
    }
    return OpenPackage(
      sources: ProjectSources(root: real, whole: "package"), identity: real, digest: nil,
      label: Self.way(to: real, from: root))
  }

  /// The way from one folder to another, both without links: `../lib`.
  static func way(to target: String, from base: String) -> String {
    let (goal, start) = (target.split(separator: "/"), base.split(separator: "/"))
    var common = 0
    while common < min(goal.count, start.count), goal[common] == start[common] { common += 1 }
    let up = start.dropFirst(common).map { _ in ".." }
    let way = (up + goal.dropFirst(common).map(String.init)).joined(separator: "/")
    return way.isEmpty ? "." : way
  }
}
