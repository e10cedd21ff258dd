/// The diagnostics of the lexer and the parser.
public enum SyntaxCatalogue {
  public static let all: [DiagnosticInfo] = general + habits + operators

  private static let general: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0001", "unterminated string",
      "A string between plain quotes ends on its line, with the quote and the `#` signs that began it; one in `\"\"\"` may span "
        + "lines. An interpolation `\\(…)` ends with `)` on the same line, and a regular expression with `/`.",
      bad: "let tag = \"v1\n", good: "let tag = \"v1\"\n"),
    DiagnosticInfo(
      "KC0002", "missing bracket",
      "Every `{`, `(` and `[` needs its counterpart. The report stands where the indentation tells that the bracket "
        + "should have been, and shows the one that it would close.",
      bad: "config settings {\n  data { A = \"1\" }\n", good: "config settings {\n  data { A = \"1\" }\n}\n"),
    DiagnosticInfo(
      "KC0003", "value expected",
      "A value is needed here: after `=`, after an operator, between commas. A line that ends in an operator goes on in the "
        + "next one, unless that begins a statement.",
      bad: "let x =\n", good: "let x = 1\n"),
    DiagnosticInfo(
      "KC0004", "name expected",
      "A name is needed here: letters, digits, `_` and dashes inside; it begins with a letter or `_`.",
      bad: "let = 1\n",
      good: "let x = 1\n"),
    DiagnosticInfo(
      "KC0005", "not expected here",
      "What stands here fits nothing that can stand here. A statement is `field = value`, `field { … }`, `kind name { … }`, "
        + "`kind name = value`, or begins with a word such as `let`, `if` or `for`.",
      bad: "deployment web {\n  replicas\n}\n", good: "deployment web {\n  replicas = 3\n}\n"),
    DiagnosticInfo(
      "KC0006", "unknown character",
      "The language has no use for this character outside strings and comments. Comments begin with `//`, text stands in "
        + "double quotes, and `and` is `&&`. Nowhere in a file stand bytes that are no UTF-8, bytes that are zero, and characters that "
        + "show what follows them in another order.",
      bad: "let x = 1 @ 2\n", good: "let x = 1 + 2\n"),
    DiagnosticInfo(
      "KC0007", "type expected",
      "A type is needed here, such as `String`, `Int(1...5)`, `List<String>`, `\"a\" | \"b\"` or the name of a schema.",
      bad: "param tag: = \"v1\"\n", good: "param tag: String = \"v1\"\n"),
    DiagnosticInfo(
      "KC0008", "nested too deeply",
      "Nesting is limited to 200 levels, strings in interpolations to 64, and chains of operators to what makes a tree of "
        + "1,000 levels, so that no file can exhaust who reads it. Give parts names with `let`.",
      bad: "let x = ((((1))))   // and so on, 200 times\n", good: "let part = 1\nlet x = part\n"),
    DiagnosticInfo(
      "KC0009", "unterminated comment",
      "A comment that begins with `/*` ends with `*/`. Comments nest: each `/*` in one needs a `*/` of its own.",
      bad: "/* note\n", good: "/* note */\n"),
    DiagnosticInfo(
      "KC0010", "line break, `;` or comma expected",
      "Statements stand on lines of their own, or are separated by `;`. Elements in brackets are separated by commas or "
        + "line breaks.",
      bad: "let a = 1 let b = 2\n", good: "let a = 1; let b = 2\n"),
    DiagnosticInfo(
      "KC0011", "file too large",
      "A source file may have up to 16 MB. Split it in modules: a file can `import` others.",
      bad: "// more than 16 MB\n",
      good: "import \"./part.kc\" as part\n"),
    DiagnosticInfo(
      "KC0012", "too many mistakes",
      "After 100 mistakes in the syntax of a file the others are not shown: they may follow from the first ones.",
      bad: "let = 1   // and so on, 100 times\n", good: "let a = 1\n"),
    DiagnosticInfo(
      "KC0013", "declaration within a block",
      "`import`, `param`, `func`, `type`, `schema`, `mixin`, `enum`, `component`, `policy`, `waive` and `test` stand at "
        + "the top of a file. Within blocks, `let` names values.",
      bad: "deployment web {\n  param tag = \"v1\"\n}\n", good: "param tag = \"v1\"\n\ndeployment web {\n}\n"),
  ]
}
