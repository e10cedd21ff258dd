/// Why the engine cannot start or go on, with the way out.
public struct EngineError: Error, Sendable, CustomStringConvertible {
  public var message: String
  /// What to do about it.
  public var help: String?

  public init(_ message: String, help: String? = nil) {
    self.message = message
    self.help = help
  }

  public var description: String { help.map { "\(message)\n  help: \($0)" } ?? message }
}
