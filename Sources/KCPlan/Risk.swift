public import KCData

/// What a step may cost besides what it is for.
public struct Risk: Sendable, Hashable {
  public enum Kind: String, Sendable, CaseIterable {
    case dataLoss, downtime
    /// Something is missing without which pods do not run.
    case stuck

    /// In a word or two: `data loss`.
    public var words: String {
      switch self {
      case .dataLoss: "data loss"
      case .downtime: "downtime"
      case .stuck: "does not come up"
      }
    }
  }

  public var kind: Kind
  /// Why: `all 3 pods stop before new ones start`.
  public var reason: String

  public init(_ kind: Kind, _ reason: String) {
    self.kind = kind
    self.reason = reason
  }
}

/// A field of an object that another manager sets, and that is left to it.
public struct ForeignField: Sendable, Hashable {
  public var path: FieldPath
  public var manager: String
  /// What it is set to; nil where that is secret.
  public var value: Value?
  /// What the program says of it all the same, and is not sent: an autoscaler decides it.
  public var declared: Value?

  public init(path: FieldPath, manager: String, value: Value?, declared: Value? = nil) {
    self.path = path
    self.manager = manager
    self.value = value
    self.declared = declared
  }
}
