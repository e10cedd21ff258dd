internal import KCSyntax

extension DiagnosticCatalogue {
  static let tests = [
    DiagnosticInfo(
      "KC0210", "unknown diagnostic",
      """
      A test expects a diagnostic by its code, and no diagnostic has this one. `kc explain --list` lists them all.
      """,
      bad: #"""
        deployment web {
          container app { image = "shop/web:v1" }
        }
        test "replicas are numbers" {
          expect KC0999 {
            deployment web { replicas = "three" }
          }
        }
        """#,
      good: #"""
        deployment web {
          container app { image = "shop/web:v1" }
        }
        test "replicas are numbers" {
          expect KC0110 {
            deployment web { replicas = "three" }
          }
        }
        """#),
    DiagnosticInfo(
      "KC0211", "check within an expectation",
      """
      What an `expect` holds is wrong, and that is what is checked: nothing in it has a value that an `assert` or a \
      `snapshot` could look at.
      """,
      bad: #"""
        deployment web {
          container app { image = "shop/web:v1" }
        }
        test "replicas are numbers" {
          expect KC0110 {
            deployment web { replicas = "three" }
            assert web.replicas == 3
          }
        }
        """#,
      good: #"""
        deployment web {
          container app { image = "shop/web:v1" }
        }
        test "replicas are numbers" {
          expect KC0110 {
            deployment web { replicas = "three" }
          }
          assert web.replicas == 1
        }
        """#),
  ]
}
