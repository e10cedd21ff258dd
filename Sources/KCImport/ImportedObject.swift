public import KCCodec
public import KCData

/// An object that is to be written as kc source, and where it came from.
public struct ImportedObject: Sendable {
  public var object: Value
  /// The file that it stands in, as it was named; it decides the source file that it is written to.
  public var file: String
  /// 1-based; 0 where it stands nowhere.
  public var line: Int
  /// Their paths are in `object`.
  public var comments: [YAML.Comment]
  /// Where it stands in its document: within a list, say.
  var within = FieldPath()
  /// Where the first value stands that should be a text and is none, if that is known.
  var unquotedLine: Int?

  public init(_ object: Value, file: String = "", line: Int = 0, comments: [YAML.Comment] = []) {
    self.object = object
    self.file = file
    self.line = line
    self.comments = comments
  }
}
