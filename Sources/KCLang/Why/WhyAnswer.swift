/// Where a value came from: the answer of `kc why`.
public struct WhyAnswer: Sendable {
  /// What a layer said.
  public struct Layer: Sendable {
    /// `default`, `component`, `file`, `env NAME`, `--set`, `--params FILE`.
    public var layer: String
    public var location: SourceLocation
    /// The expression, as the source says it; `(secret)` where that would tell a secret.
    public var text: String
    /// Whether this is the layer whose value holds.
    public var wins: Bool
  }

  /// Something that a value was computed from: a field, a parameter, a `let`, or what a function gave.
  public struct Input: Sendable {
    public enum Kind: String, Sendable { case field, parameter, `let`, variable, function }

    public var kind: Kind
    /// As the source calls it: `tag`, `settings · data.LEVEL`, `image(…)`.
    public var name: String
    /// The value, as the source would write it; secrets are not shown.
    public var value: String
    /// The layers that set it, from the lowest to the highest; none for what no layer sets.
    public var layers: [Layer]
    /// What it was computed from, in the order of the expression.
    public var inputs: [Input]
    /// Whether it was computed from more: that stands where the same input came first, or was left out because the
    /// tree would be too large.
    public var isCut = false
  }

  /// `deployment.web`; `param tag` and `let zones` for names of the program.
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
  /// What the value was computed from.
  public var inputs: [Input] = []
  public var provenance: Provenance
}

public enum WhyError: Error, Sendable, Hashable {
  /// No resource has this address; `near` is one that was probably meant.
  case unknownAddress(String, near: String?, known: [String])
  /// The name is declared, but has no value of its own: a function, a type.
  case noValue(String, kind: String)
  /// The name is that of several resources.
  case ambiguous(String, [String])
  /// The resource has no such field; `near` is the path that was probably meant, `known` what there is instead.
  case unknownPath(String, address: String, near: String?, known: [String])
}
