import Glibc

/// Other programs, run to their end.
enum ChildProcess {
  struct Failure: Error {
    var text: String
  }

  /// How long a program is waited for.
  struct Patience {
    /// Seconds after which it is ended; nil for one that may ask its user something.
    var limit: Int? = 60
    /// Called once where it takes longer than anybody waits without a word.
    var onWait: () -> Void = {}
  }

  /// Runs a program and gives what it wrote on standard output; its messages go where ours go.
  ///
  /// - Parameters:
  ///   - environment: added to our own.
  ///   - readsTerminal: whether it has our standard input; otherwise it has `input`.
  ///   - input: a short text, which fits the buffer of a pipe.
  ///   - patience: how it is waited for.
  static func output(
    of command: String, _ arguments: [String], adding environment: [String: String], readsTerminal: Bool = false,
    input: String = "", patience: Patience = Patience()
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
    var running = Running(process: process, output: ends[0])
    if let why = running.end(patience) {
      kill(process, SIGKILL)
      running.reap()
      return .failure(Failure(text: why))
    }
    let (output, status) = (running.written, running.status)
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

/// A program that runs, and what it has written so far.
private struct Running {
  /// Most that is read of what a program writes.
  private static let limit = 1 << 20
  /// Seconds that anybody waits without a word.
  private static let silence = 2

  let process: pid_t
  let output: Int32
  private(set) var written: [UInt8] = []
  private(set) var status: Int32 = 0

  init(process: pid_t, output: Int32) {
    self.process = process
    self.output = output
    _ = fcntl(output, F_SETFL, fcntl(output, F_GETFL) | O_NONBLOCK)
  }

  /// Waits until the program has ended, whoever else still holds its output.
  ///
  /// - Returns: why it is to be ended instead; nil where it has.
  mutating func end(_ patience: ChildProcess.Patience) -> String? {
    let start = ContinuousClock.now
    var isOpen = true
    var isTold = false
    while true {
      if isOpen {
        var waiting = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        // What ends without closing its output, because something that it started holds it, is seen a little later.
        poll(&waiting, 1, 100)
        isOpen = drain()
      } else {
        // It has closed its output, and mostly ends at once then.
        usleep(5000)
      }
      if written.count > Self.limit { return "wrote more than \(Self.limit >> 20) MiB" }
      if reapNow(waits: false) {
        if isOpen { _ = drain() }
        return nil
      }
      if !isTold, ContinuousClock.now - start > .seconds(Self.silence) {
        isTold = true
        patience.onWait()
      }
      if let limit = patience.limit, ContinuousClock.now - start > .seconds(limit) {
        return "did not end within \(limit) seconds"
      }
    }
  }

  /// Reads what is there.
  ///
  /// - Returns: whether more may come.
  private mutating func drain() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 16384)
    while written.count <= Self.limit {
      let count = read(output, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count < 0 { return errno == EAGAIN }
      if count == 0 { return false }
      written += buffer[..<count]
    }
    return true
  }

  mutating func reap() { _ = reapNow(waits: true) }

  private mutating func reapNow(waits: Bool) -> Bool {
    while true {
      let found = waitpid(process, &status, waits ? 0 : WNOHANG)
      if found < 0, errno == EINTR { continue }
      return found != 0
    }
  }
}
