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
      "KC0142", "no such dependency",
      """
      An import without quotes names a module of the standard library (`std.…`) or a package, and `project.kc` declares \
      no dependency of this name. `kc add` declares one.
      """,
      bad: #"""
        import redis
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
    DiagnosticInfo(
      "KC0144", "not locked",
      """
      `project.kc` asks for a package that `kc.lock` does not pin, or pins in another version. Programs are made of what \
      `kc.lock` says and of nothing else, so that they mean the same tomorrow and elsewhere. `kc lock` brings it up to date.
      """, bad: "", good: ""),
    DiagnosticInfo(
      "KC0145", "package cannot be used",
      """
      What a dependency leads to is no package, is missing, or is not what `kc.lock` pins: contents are compared with \
      their digest each time they are read, and one that differs is refused.
      """, bad: "", good: ""),
    DiagnosticInfo(
      "KC0146", "packages disagree",
      """
      A program has one version of each package. Here two are asked for, or packages need each other in a circle. \
      A dependency of the project itself that says `replaces` decides which version holds for all.
      """, bad: "", good: ""),
    DiagnosticInfo(
      "KC0147", "not in a package",
      """
      A package that is imported only declares: schemas, functions, types, components, policies. Blocks, parameters, \
      waivers and what is read from the environment are the program's, where they can be seen.
      """, bad: "", good: ""),
    DiagnosticInfo(
      "KC0148", "wrong dependency",
      """
      A dependency stands in the `project` block of `project.kc` itself and says in plain text where it comes from: \
      `oci://HOST/REPOSITORY:TAG` or `path:FOLDER`. It is read before anything is evaluated.
      """,
      bad: #"""
        project shop {
          dependency redis = "oci://registry.local/kc/redis:1.2.0"
        }
        """#,
      good: #"""
        project shop {
          namespace = "shop"
        }
        """#),
    DiagnosticInfo(
      "KC0149", "unused mixin",
      """
      No schema has the mixin, so what it says counts nowhere. It is told of files that make blocks: what others declare \
      may be for the programs that import them.
      """,
      bad: #"""
        mixin Owned { team: String }

        config settings {}
        """#,
      good: #"""
        mixin Owned { team: String }

        resource schema Worker extends Deployment with Owned {}

        config settings {}
        """#),
  ]
}
