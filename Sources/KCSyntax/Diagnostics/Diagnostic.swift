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

/// The diagnostics of the lexer and the parser.
public enum SyntaxCatalogue {
  public static let all: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0001", "unterminated string", "A string ends with the quote that began it, on the same line.",
      bad: "let tag = \"v1", good: "let tag = \"v1\""),
    DiagnosticInfo(
      "KC0002", "missing closing bracket", "Every `{`, `(` and `[` needs its counterpart.",
      bad: "config settings {\n  data { A = \"1\" }", good: "config settings {\n  data { A = \"1\" }\n}"),
    DiagnosticInfo(
      "KC0003", "expression expected", "A value is needed here.", bad: "let x =", good: "let x = 1"),
    DiagnosticInfo(
      "KC0004", "name expected", "A name is needed here.", bad: "let = 1", good: "let x = 1"),
    DiagnosticInfo(
      "KC0005", "this is not expected here", "What stands here fits no construct of the language.",
      bad: "let x = 1 )", good: "let x = 1"),
    DiagnosticInfo(
      "KC0006", "unknown character", "The language has no use for this character outside strings and comments.",
      bad: "let x = 1 @ 2", good: "let x = 1 + 2"),
    DiagnosticInfo(
      "KC0007", "type expected", "A type is needed here.", bad: "param tag: = \"v1\"",
      good: "param tag: String = \"v1\""),
    DiagnosticInfo(
      "KC0008", "nested too deeply", "Nesting is limited to 200 levels, so that no file can exhaust the reader.",
      bad: "let x = ((((…))))", good: "let x = 1"),
    DiagnosticInfo(
      "KC0009", "unterminated comment", "A comment that starts with `/*` ends with `*/`.", bad: "/* note",
      good: "/* note */"),
    DiagnosticInfo(
      "KC0010", "a line break or `;` is expected", "Two statements on one line are separated by `;`.",
      bad: "let a = 1 let b = 2", good: "let a = 1; let b = 2"),
    DiagnosticInfo(
      "KC0011", "file too large", "A source file may have up to 16 MB.", bad: "…", good: "Split the file in modules."),
  ]
}
