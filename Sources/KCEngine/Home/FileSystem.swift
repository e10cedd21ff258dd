internal import Glibc

/// What the engine does with files: whole ones, small, by path.
enum FileSystem {
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func read(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var out: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { return out }
      out += buffer[..<count]
    }
  }

  static func readText(_ path: String) -> String? { read(path).map { String(decoding: $0, as: UTF8.self) } }

  /// Writes a file in one step: readers see the old content or the new, also after a crash.
  static func write(_ bytes: some Collection<UInt8>, to path: String, mode: mode_t = 0o644) throws(EngineError) {
    let temporary = "\(path).new"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw failure("\(path) cannot be written") }
    defer { close(descriptor) }
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw failure("\(path) cannot be written") }
      rest = rest.dropFirst(count)
    }
    fchmod(descriptor, mode)
    fsync(descriptor)
    guard rename(temporary, path) == 0 else { throw failure("\(path) cannot be written") }
  }

  static func write(_ text: String, to path: String, mode: mode_t = 0o644) throws(EngineError) {
    try write(text.utf8, to: path, mode: mode)
  }

  /// Writes a value to one of the kernel's settings.
  static func write(_ text: String, toKernel path: String) throws(EngineError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("\(path) cannot be written") }
    defer { close(descriptor) }
    guard Array(text.utf8).withUnsafeBytes({ Glibc.write(descriptor, $0.baseAddress, $0.count) }) > 0 else {
      throw failure("\(path) cannot be written")
    }
  }

  static func makeFolder(_ path: String, mode: mode_t = 0o755) throws(EngineError) {
    var made = ""
    for part in path.split(separator: "/") {
      made += "/\(part)"
      if mkdir(made, made == path ? mode : 0o755) != 0, errno != EEXIST { throw failure("\(path) cannot be made") }
    }
  }

  static func remove(_ path: String) { unlink(path) }

  /// Removes a folder with all that is in it; links are removed, not followed.
  static func removeTree(_ path: String) {
    for name in list(path) {
      let child = "\(path)/\(name)"
      if isFolder(child) { removeTree(child) } else { unlink(child) }
    }
    rmdir(path)
  }

  /// Removes a control group with all below it; one with processes in it stays.
  static func removeControlGroup(_ path: String) {
    for name in list(path) where isFolder("\(path)/\(name)") { removeControlGroup("\(path)/\(name)") }
    rmdir(path)
  }

  /// Whether a path is a folder itself; a link to one is not.
  static func isFolder(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    if descriptor >= 0 { close(descriptor) }
    return descriptor >= 0
  }

  /// The names in a folder, sorted; none where there is no folder.
  static func list(_ path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
        String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  private static func failure(_ what: String) -> EngineError {
    let why = String(cString: strerror(errno))
    let help =
      switch errno {
      case ENOSPC: "the disk is full; free some space and try again"
      case EACCES, EPERM: "run kc as root, for example with sudo"
      default: nil as String?
      }
    return EngineError("\(what): \(why)", help: help)
  }
}
