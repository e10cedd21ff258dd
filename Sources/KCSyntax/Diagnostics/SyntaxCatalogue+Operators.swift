/// The diagnostics of operators, brackets and words as other languages have them.
extension SyntaxCatalogue {
  static let operators: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0036", "two dots",
      #"""
      A range has three dots, and both of its ends are in it: `1...3` is 1, 2 and 3. One end may be left out.
      """#,
      bad: #"""
        let few = 1..3
        """#,
      good: #"""
        let few = 1...3
        """#),
    DiagnosticInfo(
      "KC0037", "operator that changes a value",
      #"""
      Values do not change: nothing is counted up or down, and there are no operators for that. Powers are \#
      `(2).pow(8)`.
      """#,
      bad: #"""
        let n = 2 ** 8
        """#,
      good: #"""
        let n = (2).pow(8)
        """#),
    DiagnosticInfo(
      "KC0038", "comma missing",
      #"""
      Elements on one line are separated by commas; on lines of their own they need none.
      """#,
      bad: #"""
        let ports = [80 443]
        """#,
      good: #"""
        let ports = [80, 443]
        """#),
    DiagnosticInfo(
      "KC0039", "wrong closing bracket",
      #"""
      Each bracket is closed by its own counterpart.
      """#,
      bad: #"""
        let ports = [80, 443)
        """#,
      good: #"""
        let ports = [80, 443]
        """#),
    DiagnosticInfo(
      "KC0040", "field's name in quotes",
      #"""
      Fields are set by their names, without quotes and with `=`. Only keys of maps may be text.
      """#,
      bad: #"""
        deployment web {
          "replicas": 3
          container app { image = "shop/web:v1" }
        }
        """#,
      good: #"""
        deployment web {
          replicas = 3
          container app { image = "shop/web:v1" }
        }
        """#),
    DiagnosticInfo(
      "KC0041", "block of text as in YAML",
      #"""
      Text of several lines stands between `"""`; the indent that all lines have in common is dropped, and a backslash \#
      at the end of a line joins it with the next. Between plain quotes, text ends with its line.
      """#,
      bad: #"""
        let script = |
        """#,
      good: #"""
        let script = """
          echo hello
          """
        """#),
    DiagnosticInfo(
      "KC0042", "`if` without braces",
      #"""
      What an `if` gives stands in braces, also where it is short.
      """#,
      bad: #"""
        let a = if true then 1 else 2
        """#,
      good: #"""
        let a = if true { 1 } else { 2 }
        """#),
    DiagnosticInfo(
      "KC0043", "comprehension",
      #"""
      A list made from another is written with `for` at its start, and what it gives in braces. `xs.map(x => \#
      …)` does the same.
      """#,
      bad: #"""
        let twice = [n * 2 for n in [1, 2]]
        """#,
      good: #"""
        let twice = for n in [1, 2] { n * 2 }
        """#),
    DiagnosticInfo(
      "KC0044", "`for` without `in`",
      #"""
      A loop runs over what stands after `in`: `for x in xs { … }`, `for key, value in map { … }`.
      """#,
      bad: #"""
        let twice = for n of [1, 2] { n * 2 }
        """#,
      good: #"""
        let twice = for n in [1, 2] { n * 2 }
        """#),
    DiagnosticInfo(
      "KC0045", "type without its colon",
      #"""
      A type stands behind a name, after a `:`.
      """#,
      bad: #"""
        param String tag = "v1"
        """#,
      good: #"""
        param tag: String = "v1"
        """#),
    DiagnosticInfo(
      "KC0046", "type of a list",
      #"""
      A list of text is a `List<String>`; a map to numbers is a `Map<String, Int>`.
      """#,
      bad: #"""
        param hosts: [String] = []
        """#,
      good: #"""
        param hosts: List<String> = []
        """#),
    DiagnosticInfo(
      "KC0050", "arrow of a case",
      #"""
      A case of a `match` leads to its value with `->`. `=>` makes a lambda, and `:` stands before types.
      """#,
      bad: #"""
        let a = match 1 { 1 => "one", _ => "many" }
        """#,
      good: #"""
        let a = match 1 { 1 -> "one", _ -> "many" }
        """#),
    DiagnosticInfo(
      "KC0051", "arrow of a lambda",
      #"""
      A lambda is written `x => x + 1`. `->` stands before the type that a function gives, and in the cases of \#
      a `match`.
      """#,
      bad: #"""
        let f = (n) -> n + 1
        """#,
      good: #"""
        let f = n => n + 1
        """#),
    DiagnosticInfo(
      "KC0053", "comma after a statement",
      #"""
      Statements end with their line. Commas separate elements in brackets.
      """#,
      bad: #"""
        let a = 1,
        let b = 2
        """#,
      good: #"""
        let a = 1
        let b = 2
        """#),
    DiagnosticInfo(
      "KC0054", "closing bracket that closes nothing",
      #"""
      There is one closing bracket more than there are open ones. The report shows the first that has no \#
      counterpart.
      """#,
      bad: #"""
        let a = 1
        }
        """#,
      good: #"""
        let a = 1
        """#),
    DiagnosticInfo(
      "KC0056", "comment of another kind",
      #"""
      Comments begin with `//`, or stand between `/*` and `*/`. Those that begin with `///` document what \#
      follows.
      """#,
      bad: #"""
        # the port of the web server
        let port = 80
        """#,
      good: #"""
        // the port of the web server
        let port = 80
        """#),
    DiagnosticInfo(
      "KC0058", "pipe",
      #"""
      Functions that belong to a value follow it after a dot, one after the other.
      """#,
      bad: #"""
        let name = "web" | upper
        """#,
      good: #"""
        let name = "web".upper()
        """#),
    DiagnosticInfo(
      "KC0059", "typographic dash",
      #"""
      A minus is the plain `-` of the keyboard. Programs that set text replace it by a longer dash.
      """#,
      bad: #"""
        let a = 3 – 1
        """#,
      good: #"""
        let a = 3 - 1
        """#),
    DiagnosticInfo(
      "KC0060", "text joined by a dot",
      #"""
      Text is joined with `+`, or one is put into the other: `"\(a)-\(b)"`.
      """#,
      bad: #"""
        let a = "x" . "y"
        """#,
      good: #"""
        let a = "x" + "y"
        """#),
    DiagnosticInfo(
      "KC0061", "a backslash that begins nothing",
      ##"""
      In a string, `\n`, `\t`, `\r`, `\0`, `\"`, `\\`, `\u{…}` and `\(…)` have a meaning. For text with many backslashes, such as a
      regular expression for another program, there are raw strings: `#"\d+"#`.
      """##,
      bad: ##"""
        let digits = "\d+"
        """##,
      good: ##"""
        let digits = #"\d+"#
        """##),
    DiagnosticInfo(
      "KC0062", "words and signs of other languages",
      #"""
      Functions are `func name(…) = value`, record types `schema Name { … }`, lambdas `x => value`; a file is a module without \#
      saying so, and all that it declares can be used by those that import it. There are no tuples, slices and prefixes of \#
      text.
      """#,
      bad: #"""
        def twice(n) {
          return n * 2
        }
        """#,
      good: #"""
        func twice(n: Int) = n * 2
        """#),
  ]
}
