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
      "KC0212", "something else beside a repeated check",
      """
      An `if`, `for` or `match` of a test that asserts something holds assertions and `let`s alone. Blocks, and what changes the program
      (`with`, `expect`), stand in the test itself.
      """,
      bad: #"""
        config settings { data { A = "1" } }
        test "each" {
          for name in ["a", "b"] {
            config "\(name)" { data { A = "1" } }
            assert settings.data.A == "1"
          }
        }
        """#,
      good: #"""
        config settings { data { A = "1" } }
        test "each" {
          for name in ["a", "b"] { config "\(name)" { data { A = "1" } } }
          for name in ["a", "b"] { assert config[name].data.A == "1" }
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
