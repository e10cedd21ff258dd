import Glibc
import KCLang
import KCPackage

/// The files below a project's folder. Links that lead out of it are not followed.
struct ProjectSources: SourceProvider {
  let root: String
  /// What the folder is, in messages: a project or a package.
  private let whole: String
  /// The packages that the project may import.
  var graph = PackageGraph()
  /// Files that stand nowhere on the disk: standard input. By their paths.
  var extra: [String: [UInt8]] = [:]

  /// - Parameter root: an absolute path without links.
  init(root: String, whole: String = "project") {
    self.root = root
    self.whole = whole
  }

  var packages: PackageLinks { graph.links }

  func read(_ path: String, package: Int) -> SourceResult {
    graph.sources.indices.contains(package) ? graph.sources[package].read(path) : .missing
  }

  func modules(package: Int) -> [String] {
    graph.sources.indices.contains(package) ? graph.sources[package].modules() : []
  }

  func read(_ path: String) -> SourceResult {
    if let bytes = extra[path] { return .bytes(bytes) }
    let full = root + "/" + path
    guard let real = Self.realPath(full) else { return .missing }
    guard real == root || real.hasPrefix(root + "/") else {
      return .refused(reason: "a link leads out of the \(whole), to \(real)")
    }
    guard let bytes = Files.read(real, waits: false) else {
      return .refused(reason: "it cannot be read: \(String(cString: strerror(errno)))")
    }
    return .bytes(bytes)
  }

  func modules() -> [String] {
    var found: [String] = []
    collect("", &found, depth: 0)
    return found.sorted()
  }

  private func collect(_ folder: String, _ found: inout [String], depth: Int) {
    guard depth < 32 else { return }
    for name in Files.list(root + "/" + folder) where !name.hasPrefix(".") {
      let path = folder.isEmpty ? name : "\(folder)/\(name)"
      if Files.isFolder(root + "/" + path) {
        collect(path, &found, depth: depth + 1)
      } else if name.hasSuffix(".kc") {
        found.append(path)
      }
    }
  }

  static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}

/// Whole files, by path.
enum Files {
  /// - Parameter waits: whether to wait for what a pipe will say; without it, a pipe is empty.
  static func read(_ path: String, waits: Bool = true) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | (waits ? 0 : O_NONBLOCK))
    guard descriptor >= 0 else { return nil }
    guard let file = fdopen(descriptor, "rb") else {
      close(descriptor)
      return nil
    }
    defer { fclose(file) }
    var out: [UInt8] = []
    // Room for all of it at once, as far as its size is known and sensible: growing copies it, and touches memory twice.
    var info = stat()
    if fstat(descriptor, &info) == 0, info.st_size > 0 { out.reserveCapacity(min(Int(info.st_size), 16 << 20)) }
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { break }
      out += buffer[..<count]
    }
    return ferror(file) == 0 ? out : nil
  }

  static func readText(_ path: String) -> String? { read(path).map { String(decoding: $0, as: UTF8.self) } }

  /// Writes a file whole, or says why not; a half-written one never takes the old one's place.
  static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o644) -> String? {
    // A limit on the size of files is an error like a full disk, not the end of the process.
    signal(SIGXFSZ, SIG_IGN)
    // What is no file is written to as it is.
    if path.hasPrefix("/dev/") { return write(bytes, to: path, flags: 0, mode: mode) }
    // What a link leads to is written, not the link.
    let path = ProjectSources.realPath(path) ?? path
    let temporary = "\(path).kc-new"
    var why = write(bytes, to: temporary, flags: O_CREAT | O_TRUNC | O_NOFOLLOW, mode: mode)
    if why == nil {
      if chmod(temporary, mode) == 0, rename(temporary, path) == 0 { return nil }
      why = String(cString: strerror(errno))
    }
    unlink(temporary)
    return why
  }

  /// Writes all bytes; nobody but whom `mode` lets sees them at any time.
  private static func write(_ bytes: [UInt8], to path: String, flags: Int32, mode: mode_t) -> String? {
    let file = open(path, O_WRONLY | O_CLOEXEC | flags, mode)
    guard file >= 0 else { return String(cString: strerror(errno)) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let why = String(cString: strerror(errno))
        close(file)
        return why
      }
      rest = rest.dropFirst(count)
    }
    return close(file) == 0 ? nil : String(cString: strerror(errno))
  }

  static func list(_ path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      names.append(withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return names.filter { $0 != "." && $0 != ".." }.sorted()
  }

  /// Whether a path is a folder itself; a link to one is not.
  static func isFolder(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    if descriptor >= 0 { close(descriptor) }
    return descriptor >= 0
  }

  /// Makes a folder and those it lies in; false where one cannot be made.
  static func makeFolders(_ path: String) -> Bool {
    var folder = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      folder += part + "/"
      if mkdir(folder, 0o777) != 0, errno != EEXIST { return false }
    }
    return true
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
