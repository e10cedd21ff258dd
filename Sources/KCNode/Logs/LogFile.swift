internal import Glibc

/// A log that is open for reading, and that stays so when it is moved away to make room for a new one.
final class LogFile: Sendable {
  private let descriptor: Int32

  /// - Returns: nil where there is no such file.
  init?(_ path: String) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { return nil }
  }

  deinit { close(descriptor) }

  /// The bytes from `offset` on, at most `limit`; none at the end.
  func read(limit: Int, offset: Int64) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      var got = pread(descriptor, buffer.baseAddress, limit, off_t(offset))
      while got < 0 && errno == EINTR { got = pread(descriptor, buffer.baseAddress, limit, off_t(offset)) }
      count = max(got, 0)
    }
  }

  /// Whether another file has this one's name by now.
  func isReplaced(at path: String) -> Bool {
    var own = stat()
    var named = stat()
    guard fstat(descriptor, &own) == 0, stat(path, &named) == 0 else { return false }
    return own.st_ino != named.st_ino || own.st_dev != named.st_dev
  }
}
