/// Why the engine cannot start or go on, with the way out.
public struct EngineError: Error, Sendable, CustomStringConvertible {
  public var message: String
  /// What to do about it.
  public var help: String?
  /// Whether the engine failed before it answered anything.
  var isBeforeStart = false

  public init(_ message: String, help: String? = nil) {
    self.message = message
    self.help = help
  }

  init(_ message: String, help: String?, isBeforeStart: Bool) {
    self.init(message, help: help)
    self.isBeforeStart = isBeforeStart
  }

  public var description: String { help.map { "\(message)\n  help: \($0)" } ?? message }
}
