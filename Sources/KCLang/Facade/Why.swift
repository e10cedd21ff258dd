/// Where a value came from: the answer of `kc why`.
public struct WhyAnswer: Sendable {
  /// What a layer said.
  public struct Layer: Sendable {
    /// `default`, `component`, `file`, `env NAME`, `--set`.
    public var layer: String
    public var location: SourceLocation
    /// The expression, as the source says it.
    public var text: String
    /// Whether this is the layer whose value holds.
    public var wins: Bool
  }

  /// `deployment.web`
  public var address: String
  /// The path asked for; empty for the resource itself.
  public var path: String
  /// The field of the source that decides: `deployment web · replicas`.
  public var subject: String
  /// The value, as the source would write it; secrets are not shown.
  public var value: String
  /// From the lowest layer to the highest.
  public var layers: [Layer]
  /// Parameters that the value was computed from.
  public var parameters: [String]
  public var provenance: Provenance
}

public enum WhyError: Error, Sendable, Hashable {
  /// No resource has this address; `near` is one that was probably meant.
  case unknownAddress(String, near: String?, known: [String])
  /// The name is that of several resources.
  case ambiguous(String, [String])
  /// The resource has no such field.
  case unknownPath(String, address: String, near: String?)
}

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
