internal import KCSyntax

extension DiagnosticCatalogue {
  static let layers: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0120", "declared twice",
      """
      Within one layer a name is declared once. An `env` that names a block again amends it.
      """,
      bad: #"""
        config settings { data { A = "1" } }
        config settings { data { B = "2" } }
        """#,
      good: #"""
        config settings { data { A = "1"; B = "2" } }
        """#),
    DiagnosticInfo(
      "KC0121", "set twice",
      """
      Within one layer a field is set once: a second value would make the first meaningless. Higher layers \
      (`env`, `--set`) may set it again.
      """,
      bad: #"""
        deployment web {
          replicas = 3
          replicas = 4
          container app { image = "shop/web:v1" }
        }
        """#,
      good: #"""
        deployment web {
          replicas = 4
          container app { image = "shop/web:v1" }
        }
        """#),
    DiagnosticInfo(
      "KC0122", "required field missing",
      """
      The field has no default, and nothing sets it.
      """,
      bad: #"""
        deployment web {
          container app { port http = 8080 }
        }
        """#,
      good: #"""
        deployment web {
          container app { image = "shop/web:v1" }
        }
        """#),
    DiagnosticInfo(
      "KC0123", "cyclic definition",
      """
      A value cannot depend on itself, not even by a detour. The note shows the way round.
      """,
      bad: #"""
        let a = b + 1
        let b = a - 1
        """#,
      good: #"""
        let a = 2
        let b = a - 1
        """#),
    DiagnosticInfo(
      "KC0124", "final field set",
      """
      The schema declares the field `final`: its value follows from others, so it has one, and blocks do not set it.
      """,
      bad: #"""
        deployment web {
          selector = { "app": "web" }
          container app { image = "shop/web:v1" }
        }
        """#,
      good: #"""
        deployment web {
          container app { image = "shop/web:v1" }
        }
        """#),
  ]
}
