internal import Glibc

/// Held by the engine that has the machine's network: of all folders that engines may have, one at a time.
final class MachineLock: Sendable {
  private static let path = "/run/kc-engine.lock"
  private let descriptor: Int32

  /// Takes the lock. An engine that was killed a moment ago may hold it while it goes: that is waited for.
  ///
  /// - Parameter attempts: how often it is asked for, ten times a second.
  /// - Throws: where the engine of another folder runs; the message names the folder.
  init(home: EngineHome, path: String = path, attempts: Int = 50) async throws(EngineError) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw EngineError("\(path) cannot be opened: \(String(cString: strerror(errno)))", help: "run kc as root")
    }
    var rest = attempts
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      rest -= 1
      if rest > 0 {
        try? await Task.sleep(for: .milliseconds(100))
        continue
      }
      let other = FileSystem.readText(path)?.split(separator: "\n").first.map(String.init) ?? "another folder"
      // The file is closed where the lock goes.
      throw EngineError(
        "the engine of \(other) runs on this machine, and has its network",
        help: "stop it first: KC_HOME=\(other) kc engine stop", isBeforeStart: true)
    }
    ftruncate(descriptor, 0)
    _ = Array("\(home.path)\n".utf8).withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  /// Another engine may have the machine.
  deinit { close(descriptor) }
}
