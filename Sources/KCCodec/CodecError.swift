/// Why a text is not what it should be, and where.
public struct CodecError: Error, Sendable, Hashable, CustomStringConvertible {
  public var message: String
  /// Counted from 1.
  public var line: Int
  /// Counted from 1, in characters or bytes as the library counts.
  public var column: Int

  public init(message: String, line: Int, column: Int) {
    self.message = message
    self.line = line
    self.column = column
  }

  public var description: String { "line \(line), column \(column): \(message)" }
}
