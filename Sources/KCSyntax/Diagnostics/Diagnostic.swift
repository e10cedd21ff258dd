/// Something that a user should know about the source, as a value: rendering is elsewhere.
public struct Diagnostic: Sendable, Hashable {
  public enum Severity: String, Sendable {
    case error, warning
  }

  /// A second place that has to do with it.
  public struct Label: Sendable, Hashable {
    public var span: Span
    public var message: String

    public init(span: Span, message: String) {
      self.span = span
      self.message = message
    }
  }

  /// An edit that mends it.
  public struct Fix: Sendable, Hashable {
    public var span: Span
    public var replacement: String

    public init(span: Span, replacement: String) {
      self.span = span
      self.replacement = replacement
    }
  }

  /// `KC0142`: names the kind of problem, for `kc explain`.
  public var code: String
  public var severity: Severity
  public var span: Span
  public var message: String
  public var labels: [Label]
  public var notes: [String]
  /// What to do, in words.
  public var help: String?
  /// What to do, as an edit that a machine can make.
  public var fix: Fix?

  public init(
    _ code: String, _ message: String, at span: Span, severity: Severity = .error, labels: [Label] = [],
    notes: [String] = [], help: String? = nil, fix: Fix? = nil
  ) {
    self.code = code
    self.severity = severity
    self.span = span
    self.message = message
    self.labels = labels
    self.notes = notes
    self.help = help
    self.fix = fix
  }
}

/// What `kc explain CODE` tells of a kind of diagnostic.
public struct DiagnosticInfo: Sendable {
  public var code: String
  public var title: String
  /// What is wrong and why it is refused.
  public var explanation: String
  public var bad: String
  public var good: String

  public init(_ code: String, _ title: String, _ explanation: String, bad: String, good: String) {
    self.code = code
    self.title = title
    self.explanation = explanation
    self.bad = bad
    self.good = good
  }
}
