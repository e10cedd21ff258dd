internal import KCSyntax

extension DiagnosticCatalogue {
  static let moves: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0300", "moved to nowhere",
      """
      `moved from OLD to NEW` says that what had the address OLD has the address NEW now. NEW is the address of a \
      resource that the program declares, or of an instance of a component.
      """,
      bad: #"""
        config settings { data { A = "1" } }
        moved from config.options to config.seting
        """#,
      good: #"""
        config settings { data { A = "1" } }
        moved from config.options to config.settings
        """#),
    DiagnosticInfo(
      "KC0301", "moved twice",
      """
      One resource cannot become two: an old address is moved once.
      """,
      bad: #"""
        config a { data { A = "1" } }
        config b { data { A = "1" } }
        moved from config.old to config.a
        moved from config.old to config.b
        """#,
      good: #"""
        config a { data { A = "1" } }
        config b { data { A = "1" } }
        moved from config.old to config.a
        """#),
    DiagnosticInfo(
      "KC0302", "moved, but still declared",
      """
      The old address is still that of a block: it cannot have been moved away from there.
      """,
      bad: #"""
        config a { data { A = "1" } }
        config b { data { A = "1" } }
        moved from config.a to config.b
        """#,
      good: #"""
        config b { data { A = "1" } }
        moved from config.a to config.b
        """#),
    DiagnosticInfo(
      "KC0320", "no such parameter",
      """
      A file that `--params` names holds values of parameters, and the program declares none of this name with `param`.
      """,
      bad: "",
      good: #"""
        param tag: String = "v1"
        """#),
    DiagnosticInfo(
      "KC0321", "parameter file cannot be read",
      """
      A file that `--params` names is YAML or JSON: a map from names of parameters to their values.
      """,
      bad: "",
      good: #"""
        param tag: String = "v1"
        """#),
  ]
}
