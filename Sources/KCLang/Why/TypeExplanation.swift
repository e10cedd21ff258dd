/// A schema, for `kc explain TYPE`.
public struct TypeExplanation: Sendable {
  public struct Field: Sendable {
    public var name: String
    /// As the source would write it.
    public var type: String
    /// The default as the source says it; nil for none.
    public var defaultText: String?
    public var isRequired: Bool
    /// Whether it stands for blocks: `port NAME = …`.
    public var isKeyed: Bool
    public var isFinal: Bool
    public var documentation: String
    /// The schema of what it holds, of which others may have the name too; nil for what is of none.
    var schema: Int32?
  }

  public var name: String
  /// The keyword of its blocks; nil for schemas without any.
  public var keyword: String?
  public var parent: String?
  public var documentation: String
  public var fields: [Field]
  /// Conditions that its values keep.
  public var requirements: [String]
  public var location: SourceLocation
}
