internal import Glibc

/// Files and folders, by system calls.
enum Files {
  /// Why a call failed.
  struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
    var path: String
    var code: Int32
    var description: String { "\(path): \(String(cString: strerror(code)))" }
  }

  /// Makes a folder and those above it; one that is there already stays.
  static func makeFolder(_ path: String, mode: mode_t = 0o755) throws(Failure) {
    if mkdir(path, mode) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      throw Failure(path: path, code: errno)
    }
    try makeFolder(String(path[..<slash]))
    if mkdir(path, mode) != 0 && errno != EEXIST { throw Failure(path: path, code: errno) }
  }

  /// Writes a whole file, replacing what was there.
  static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o644) throws(Failure) {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
    guard file >= 0 else { throw Failure(path: path, code: errno) }
    defer { close(file) }
    fchmod(file, mode)
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw Failure(path: path, code: errno) }
      written += count
    }
  }

  /// The bytes of a file, at most `limit` of them, from `offset` on; nil where it cannot be read.
  static func read(_ path: String, limit: Int = 16 << 20, offset: Int64 = 0) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var out: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: min(limit, 65536))
    while out.count < limit {
      let want = min(buffer.count, limit - out.count)
      let count = buffer.withUnsafeMutableBytes { pread(file, $0.baseAddress, want, off_t(offset) + off_t(out.count)) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      out += buffer[..<count]
    }
    return out
  }

  static func size(_ path: String) -> Int64? {
    var info = stat()
    return stat(path, &info) == 0 ? Int64(info.st_size) : nil
  }

  static func exists(_ path: String) -> Bool {
    var info = stat()
    return lstat(path, &info) == 0
  }

  /// What kind of thing a path is, following links.
  static func kind(_ path: String) -> mode_t? {
    var info = stat()
    return stat(path, &info) == 0 ? info.st_mode & S_IFMT : nil
  }

  /// The names in a folder, in order; none where there is no such folder.
  static func names(_ path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var out: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { out.append(name) }
    }
    return out.sorted()
  }

  /// Removes a file or a folder with all that is in it, without crossing into other file systems mounted there.
  static func remove(_ path: String) {
    var info = stat()
    guard lstat(path, &info) == 0 else { return }
    guard info.st_mode & S_IFMT == S_IFDIR else {
      unlink(path)
      return
    }
    // Deeper folders than any pod makes are left rather than walked without end.
    removeTree(path, device: info.st_dev, depth: 0)
  }

  private static func removeTree(_ path: String, device: dev_t, depth: Int) {
    guard depth < 200 else { return }
    for name in names(path) {
      let child = "\(path)/\(name)"
      var info = stat()
      guard lstat(child, &info) == 0 else { continue }
      if info.st_mode & S_IFMT == S_IFDIR {
        if info.st_dev == device { removeTree(child, device: device, depth: depth + 1) }
      } else {
        unlink(child)
      }
    }
    rmdir(path)
  }

  /// Gives a folder and what is in it to a group, and lets the group write.
  static func give(_ path: String, toGroup group: Int64, depth: Int = 0) {
    guard depth < 64 else { return }
    var info = stat()
    guard lstat(path, &info) == 0, info.st_mode & S_IFMT != S_IFLNK else { return }
    lchown(path, uid_t.max, gid_t(truncatingIfNeeded: group))
    let isFolder = info.st_mode & S_IFMT == S_IFDIR
    chmod(path, info.st_mode & 0o7777 | (isFolder ? 0o2770 : 0o660))
    if isFolder {
      for name in names(path) { give("\(path)/\(name)", toGroup: group, depth: depth + 1) }
    }
  }

  /// Mounts a file system in memory.
  static func mountMemory(_ path: String, bytes: Int64?) throws(Failure) {
    if isMounted(path) { return }
    let options = bytes.map { "size=\($0),mode=0777" } ?? "mode=0777"
    if mount("tmpfs", path, "tmpfs", UInt(MS_NOSUID | MS_NODEV), options) != 0 {
      throw Failure(path: path, code: errno)
    }
  }

  /// Takes down what is mounted at a path.
  static func unmount(_ path: String) {
    if isMounted(path) { umount2(path, Int32(MNT_DETACH)) }
  }

  static func isMounted(_ path: String) -> Bool {
    var own = stat()
    var above = stat()
    guard lstat(path, &own) == 0, lstat("\(path)/..", &above) == 0 else { return false }
    return own.st_dev != above.st_dev
  }
}
