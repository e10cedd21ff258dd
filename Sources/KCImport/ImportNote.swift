/// Something that a person who imports a file should know: what has no counterpart, what was changed to fit.
public struct ImportNote: Sendable, Hashable {
  public enum Severity: String, Sendable, Hashable { case error, warning, note }

  public var severity: Severity
  /// What is the matter, in one sentence.
  public var message: String
  /// What to do about it, where there is something to do.
  public var help: String?
  /// The file that was imported, as it was named.
  public var file: String
  /// 1-based; 0 where the whole file is meant.
  public var line: Int
  /// In bytes, 1-based; 0 where the whole line is meant.
  public var column: Int
  /// What is the matter, for those who gather notes that say the same.
  var topic = Topic.other

  /// How it is said of several things at once; nil where it is not.
  var alike: Alike?

  /// What notes that say the same become together.
  struct Alike: Sendable, Hashable {
    /// The thing that one of them is about.
    var subject: String
    /// What is said of several, with `%` in the place of them.
    var many: String
    var help: String?
  }

  enum Topic: Sendable, Hashable {
    case other
    /// A file that is a template of Helm.
    case template
    /// A document that is no object, and is left out.
    case noObject
    /// A part of a Compose project that has no counterpart.
    case leftOut
    /// A variable that nothing gives.
    case unset(String)
  }

  public init(
    _ severity: Severity, _ message: String, help: String? = nil, file: String, line: Int = 0, column: Int = 0
  ) {
    self.severity = severity
    self.message = message
    self.help = help
    self.file = file
    self.line = line
    self.column = column
  }
}
