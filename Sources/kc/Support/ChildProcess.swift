import Glibc

/// Other programs, run to their end.
enum ChildProcess {
  struct Failure: Error {
    var text: String
  }

  /// Most that is read of what a program writes.
  private static let limit = 1 << 20

  /// Runs a program and gives what it wrote on standard output; its messages go where ours go.
  ///
  /// - Parameters:
  ///   - environment: added to our own.
  ///   - readsTerminal: whether it has our standard input; otherwise it has `input`.
  ///   - input: a short text, which fits the buffer of a pipe.
  static func output(
    of command: String, _ arguments: [String], adding environment: [String: String], readsTerminal: Bool = false,
    input: String = ""
  ) -> Result<String, Failure> {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return .failure(Failure(text: "cannot be started: no pipe")) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    var source: Int32 = -1
    if !readsTerminal {
      source = filled(input)
      guard source >= 0 else { return .failure(Failure(text: "cannot be started: no pipe")) }
      posix_spawn_file_actions_adddup2(&actions, source, 0)
    }
    defer { if source >= 0 { close(source) } }
    var process = pid_t()
    let started = withStrings([command] + arguments) { argv in
      withStrings(merged(environment)) { envp in posix_spawnp(&process, command, &actions, nil, argv, envp) }
    }
    close(ends[1])
    guard started == 0 else {
      return .failure(Failure(text: "cannot be started: \(String(cString: strerror(started)))"))
    }
    let output = readAll(ends[0])
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    if status & 0x7f != 0 { return .failure(Failure(text: "was ended by signal \(status & 0x7f)")) }
    let code = status >> 8 & 0xff
    if code != 0 { return .failure(Failure(text: "failed with exit code \(code)")) }
    return .success(String(decoding: output, as: UTF8.self))
  }

  /// The end of a pipe that holds a text, and nothing after it.
  private static func filled(_ text: String) -> Int32 {
    var ends: [Int32] = [-1, -1]
    let bytes = Array(text.utf8)
    guard bytes.count <= 4096, pipe(&ends) == 0 else { return -1 }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[1]) }
    guard write(ends[1], bytes, bytes.count) == bytes.count else {
      close(ends[0])
      return -1
    }
    return ends[0]
  }

  private static func readAll(_ descriptor: Int32) -> [UInt8] {
    var out: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16384)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return out }
      if out.count < limit { out += buffer[..<count] }
    }
  }

  private static func merged(_ added: [String: String]) -> [String] {
    var out: [String] = []
    var entry = environ
    while let text = entry.pointee {
      let line = String(cString: text)
      let name = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init) ?? ""
      if added[name] == nil { out.append(line) }
      entry += 1
    }
    return out + added.map { "\($0.key)=\($0.value)" }
  }

  /// - Returns: what `body` does: zero, or the number of an error.
  private static func withStrings(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
  ) -> Int32 {
    var pointers = strings.map { strdup($0) } + [nil]
    defer { for case let pointer? in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map(body) ?? EINVAL
    }
  }
}
