/// A resource that has another address than before: what `moved from … to …` says.
///
/// A planner treats the object that was recorded under `from` as the one that `to` declares, instead of destroying one
/// and making the other.
public struct Move: Sendable, Hashable {
  /// The address that the resource had: `deployment.web`. The program declares nothing under it.
  public var from: String
  /// The address that it has: one of the compilation's resources.
  public var to: String
  /// The statement's place.
  public var origin: SourceLocation

  public init(from: String, to: String, origin: SourceLocation) {
    self.from = from
    self.to = to
    self.origin = origin
  }
}
