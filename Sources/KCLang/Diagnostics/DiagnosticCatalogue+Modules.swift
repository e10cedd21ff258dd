internal import KCSyntax

extension DiagnosticCatalogue {
  static let modules: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0140", "import not found",
      """
      There is no such file in the project, or no such module in the standard library.
      """,
      bad: #"""
        import "./missing.kc" as missing
        """#,
      good: #"""
        import std.probe as checks

        let p = checks.exec(["true"])
        """#),
    DiagnosticInfo(
      "KC0141", "import outside the root",
      """
      A project is complete in itself: imports cannot leave its root, not by `..`, not by an absolute path \
      and not through a link.
      """,
      bad: #"""
        import "../../secrets.kc" as secrets
        """#,
      good: #"""
        import std.probe as checks

        let p = checks.exec(["true"])
        """#),
    DiagnosticInfo(
      "KC0143", "unused import",
      """
      What the import declares is used nowhere. A file that declares blocks is part of the program and \
      counts as used.
      """,
      bad: #"""
        import std.probe as checks

        let x = 1
        """#,
      good: #"""
        import std.probe as checks

        let p = checks.exec(["true"])
        """#),
  ]
}
