import Glibc
import KCLang

/// The files below a project's folder. Links that lead out of it are not followed.
struct ProjectSources: SourceProvider {
  let root: String
  /// Files that stand nowhere on the disk: standard input. By their paths.
  var extra: [String: [UInt8]] = [:]

  /// - Parameter root: an absolute path without links.
  init(root: String) { self.root = root }

  func read(_ path: String) -> SourceResult {
    if let bytes = extra[path] { return .bytes(bytes) }
    let full = root + "/" + path
    guard let real = Self.realPath(full) else { return .missing }
    guard real == root || real.hasPrefix(root + "/") else {
      return .refused(reason: "it lies outside the project, in \(real)")
    }
    guard let bytes = Files.read(real) else { return .missing }
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
      if name.hasSuffix(".kc") {
        found.append(path)
      } else if Files.isFolder(root + "/" + path) {
        collect(path, &found, depth: depth + 1)
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
  static func read(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var out: [UInt8] = []
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
    let temporary = "\(path).kc-new"
    guard let file = fopen(temporary, "wb") else { return String(cString: strerror(errno)) }
    let isWritten = fwrite(bytes, 1, bytes.count, file) == bytes.count && fflush(file) == 0
    let why = isWritten ? nil : String(cString: strerror(errno))
    fclose(file)
    chmod(temporary, mode)
    if why == nil, rename(temporary, path) == 0 { return nil }
    unlink(temporary)
    return why ?? String(cString: strerror(errno))
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
