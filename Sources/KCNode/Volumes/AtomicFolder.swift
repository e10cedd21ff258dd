internal import Glibc

/// A folder whose files all change at once: they are links into a hidden folder, which is exchanged as a whole.
struct AtomicFolder {
  let path: String

  private var current: String { "\(path)/..data" }

  /// Makes the folder hold exactly `files`.
  ///
  /// - Returns: whether anything changed.
  @discardableResult
  func replace(_ files: [VolumeFile], version: String) throws(Files.Failure) -> Bool {
    if matches(files) { return false }
    let name = "..\(version)"
    let folder = "\(path)/\(name)"
    Files.remove(folder)
    try Files.makeFolder(folder)
    for file in files {
      if let slash = file.path.lastIndex(of: "/") { try Files.makeFolder("\(folder)/\(file.path[..<slash])") }
      try Files.write(file.bytes, to: "\(folder)/\(file.path)", mode: mode_t(file.mode))
    }
    let fresh = "\(path)/..data_next"
    unlink(fresh)
    guard symlink(name, fresh) == 0, rename(fresh, current) == 0 else {
      throw Files.Failure(path: current, code: errno)
    }
    try link(files, keeping: name)
    return true
  }

  /// Names at the top that lead into the hidden folder; those of files that are gone are removed.
  private func link(_ files: [VolumeFile], keeping version: String) throws(Files.Failure) {
    let names = Set(files.map { String($0.path.split(separator: "/").first ?? "") })
    for name in Files.names(path) where name != "..data" && name != version && !names.contains(name) {
      Files.remove("\(path)/\(name)")
    }
    for name in names where !Files.exists("\(path)/\(name)") {
      if symlink("..data/\(name)", "\(path)/\(name)") != 0 {
        throw Files.Failure(path: "\(path)/\(name)", code: errno)
      }
    }
  }

  private func matches(_ files: [VolumeFile]) -> Bool {
    guard Files.exists(current) else { return false }
    let names = Set(files.map { String($0.path.split(separator: "/").first ?? "") })
    guard Set(Files.names(path).filter { !$0.hasPrefix("..") }) == names else { return false }
    return Self.count(current, depth: 0) == files.count
      && files.allSatisfy { Files.read("\(current)/\($0.path)", limit: $0.bytes.count + 1) == $0.bytes }
  }

  private static func count(_ path: String, depth: Int) -> Int {
    guard depth < 32 else { return 0 }
    return Files.names(path).reduce(0) { sum, name in
      let child = "\(path)/\(name)"
      return sum + (Files.kind(child) == S_IFDIR ? count(child, depth: depth + 1) : 1)
    }
  }
}
