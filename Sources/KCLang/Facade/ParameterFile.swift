public import KCData

/// Values of parameters from a file: what `--params FILE` gives.
///
/// The compiler parses neither YAML nor JSON: a tool hands it the parsed text, with the places of its values, so that
/// diagnostics point into the file.
public struct ParameterFile: Sendable {
  /// A place in the file, both from 1.
  public struct Place: Sendable, Hashable {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) {
      self.line = line
      self.column = column
    }
  }

  public enum Content: Sendable {
    /// A map from names of parameters to values, and where the values stand.
    case values(Value, places: [FieldPath: Place])
    /// What is wrong with the text: it could not be parsed.
    case problem(String, at: Place)
  }

  /// The path as the user wrote it.
  public var path: String
  public var bytes: [UInt8]
  public var content: Content

  public init(path: String, bytes: [UInt8], content: Content) {
    self.path = path
    self.bytes = bytes
    self.content = content
  }
}
