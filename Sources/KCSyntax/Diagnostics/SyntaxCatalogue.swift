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
    DiagnosticInfo(
      "KC0012", "too many mistakes", "After 100 mistakes in a file the others are not shown.", bad: "…",
      good: "Mend the first ones: the others may follow from them."),
    DiagnosticInfo(
      "KC0013", "declaration within a block",
      "`import`, `param`, `func`, `type`, `schema`, `mixin`, `enum`, `component`, `policy`, `waive` and `test` stand at "
        + "the top of a file. Within blocks, `let` names values.",
      bad: "deployment web {\n  param tag = \"v1\"\n}", good: "param tag = \"v1\"\n\ndeployment web {\n}"),
  ]
}
