import ArgumentParser
import Glibc
import KCPlan

/// How output is shaped, and where messages go.
struct OutputOptions: ParsableArguments {
  enum Color: String, ExpressibleByArgument, CaseIterable { case auto, always, never }

  @Option(help: "Whether to use colours.") var color = Color.auto

  /// The style for a stream: colours only on a terminal, unless told otherwise.
  func style(for descriptor: Int32) -> TextStyle { Self.style(color, for: descriptor) }

  static func style(_ color: Color, for descriptor: Int32) -> TextStyle {
    let isTerminal = isatty(descriptor) == 1
    let wants =
      switch color {
      case .always: true
      case .never: false
      case .auto: isTerminal && getenv("NO_COLOR") == nil && getenv("TERM").map { String(cString: $0) } != "dumb"
      }
    var size = winsize()
    let width = isTerminal && ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 100
    return TextStyle(color: wants, width: max(60, width == 0 ? 100 : width))
  }
}

/// The answer goes to standard output, everything else to standard error.
enum Terminal {
  static func out(_ text: String) { write(text, to: 1) }
  static func out(_ bytes: [UInt8]) { write(bytes, to: 1) }
  static func say(_ text: String) { write(text + "\n", to: 2) }
  /// Messages without the end of a line.
  static func err(_ text: String) { write(text, to: 2) }

  /// What others have written, for standard output: on a terminal without what would steer it.
  static func printable(_ text: String) -> String { isatty(1) == 1 ? Printable.text(text) : text }

  private static func write(_ text: String, to descriptor: Int32) { write(Array(text.utf8), to: descriptor) }

  private static func write(_ all: [UInt8], to descriptor: Int32) {
    var bytes = all[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&ready, 1, 1000)
        continue
      }
      // A reader that went away (`kc render | head`) is no error of ours. That an answer is lost otherwise is one: what
      // reads it would take a part for the whole.
      if count <= 0, descriptor == 1, errno != EPIPE {
        say("error: the output cannot be written: \(String(cString: strerror(errno)))")
        exit(Exit.input.rawValue)
      }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }

  static func fail(_ message: String, help: String? = nil, code: Exit) -> ExitCode {
    let style = OutputOptions.style(.auto, for: 2)
    say(style.paint("error", .bad) + ": \(message)")
    if let help { say("  " + style.paint("help", .accent) + ": \(help)") }
    return code.exit
  }

  static func warn(_ message: String) {
    say(OutputOptions.style(.auto, for: 2).paint("warning", .warning) + ": \(message)")
  }

  /// Asks a question; no without a terminal.
  static func confirm(_ question: String) -> Bool? {
    guard isatty(0) == 1 else { return nil }
    write("\(question) [y/N] ", to: 2)
    return ["y", "yes"].contains((readLine() ?? "").lowercased())
  }
}

/// Exit codes, as documented.
enum Exit: Int32 {
  case input = 1
  case changes = 2
  case target = 3
  case partial = 4
  case usage = 64

  var exit: ExitCode { ExitCode(rawValue) }
}
