/// Why something with packages did not work.
public struct PackageError: Error, Sendable, Hashable {
  public enum Kind: Sendable {
    /// The registry could not be reached.
    case registry
    /// It refused, or answered what kc does not follow.
    case refused
    /// There is no such package, or version.
    case missing
    /// What came is not what was asked for: another digest, no package, a file that packages do not have.
    case content
    /// `kc.lock` does not say what is needed.
    case unlocked
    /// Two versions of one package are asked for, or packages need each other in a circle.
    case conflict
  }

  public var kind: Kind
  public var message: String
  public var notes: [String]
  /// What to do.
  public var help: String?

  public init(_ kind: Kind, _ message: String, notes: [String] = [], help: String? = nil) {
    self.kind = kind
    self.message = message
    self.notes = notes
    self.help = help
  }

  /// The diagnostic that tells of it at the dependency.
  public var code: String {
    switch kind {
    case .unlocked: "KC0144"
    case .conflict: "KC0146"
    case .registry, .refused, .missing, .content: "KC0145"
    }
  }
}

extension String {
  /// Text from elsewhere, fit to be shown: on one line, without control characters, not without end.
  var shown: String {
    let clean = String(
      String.UnicodeScalarView(
        unicodeScalars.prefix(400).map { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) ? " " : $0 }))
    return unicodeScalars.count > 400 ? clean + "…" : clean
  }
}
