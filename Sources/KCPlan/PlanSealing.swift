public import KCData

/// Seals values with a key that is not in the file: whoever has the file alone can neither read nor alter them.
///
/// The planner knows no ciphers; the layers above bring one.
public struct PlanSealing: Sendable {
  /// Names the key and tells nothing about it.
  public var name: String
  /// Whether plans without secrets are sealed, too, and unsealed ones not taken.
  public var isRequired: Bool
  /// nil where sealing failed.
  public var seal: @Sendable (Value) -> String?
  /// nil for what another key sealed, or what was altered.
  public var open: @Sendable (String) -> Value?

  public init(
    name: String, isRequired: Bool, seal: @escaping @Sendable (Value) -> String?,
    open: @escaping @Sendable (String) -> Value?
  ) {
    self.name = name
    self.isRequired = isRequired
    self.seal = seal
    self.open = open
  }
}
