internal import CSpawn
internal import Glibc

/// A process that goes on when the one that started it ends.
struct DetachedProcess {
  let id: pid_t

  /// POSIX_SPAWN_SETSID, which the C library's headers only show to programs that ask for extensions.
  private static let newSession: Int32 = 0x80

  /// Starts a program in a session of its own, with its output going to a file.
  init(_ program: String, _ arguments: [String], log: String) throws(EngineError) {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(Self.newSession | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigdefault(&attributes, &all)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o640)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // With the socket that the API listens on, the new process would hold the port of an engine that was killed. They are
    // closed there, since another thread may open one here at any moment.
    kc_spawn_add_close_from(&actions, 3)
    var pointers: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    var process = pid_t()
    let code = posix_spawnp(&process, program, &actions, &attributes, &pointers, environ)
    guard code == 0 else {
      throw EngineError("\(program) cannot be started: \(String(cString: strerror(code)))")
    }
    id = process
  }

  /// Whether a process is there and not only waiting to be collected.
  static func isAlive(_ process: pid_t) -> Bool {
    var status: Int32 = 0
    // A child that ended is collected here; for others this does nothing.
    if waitpid(process, &status, WNOHANG) == process { return false }
    guard kill(process, 0) == 0 else { return false }
    guard let text = FileSystem.readText("/proc/\(process)/stat"), let end = text.lastIndex(of: ")") else {
      return false
    }
    return text[end...].dropFirst(2).first != "Z"
  }
}
