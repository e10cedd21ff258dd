internal import KCSyntax

extension DiagnosticCatalogue {
  static let otherNames: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0331", "kind by its name in Kubernetes",
      """
      The kinds of the library have names of their own, and no short forms: what `kubectl` calls `hpa` is an `autoscaler`. \\
      The API's own kinds can be written too, with their full names: `k8s.core.v1.ConfigMap`.
      """,
      bad: #"""
        configmap settings {
          data { LEVEL = "info" }
        }
        """#,
      good: #"""
        config settings {
          data { LEVEL = "info" }
        }
        """#),
    DiagnosticInfo(
      "KC0332", "declaration of another language",
      """
      Values get names with `let`, functions with `func`, the fields of blocks are said by a `schema`, and what is given from \\
      outside is a `param`.
      """,
      bad: #"""
        var port = 8080
        """#,
      good: #"""
        let port = 8080
        """#),
    DiagnosticInfo(
      "KC0333", "field by its name in Kubernetes",
      """
      The library's kinds have fields of their own, which say the same in fewer words. `kc explain KIND` lists them; fields of \\
      the API that a kind does not have are set in `raw { … }`.
      """,
      bad: #"""
        deployment web {
          replicaCount = 3
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
      "KC0334", "value put into text as elsewhere",
      ##"""
      Values are put into text with `\(name)`. What other languages write, `${name}` or `{{ name }}`, is plain text. Where it is meant to \
      be, as in a script for a shell, a raw string says so: `#"${name}"#`.
      """##,
      bad: #"""
        param tag: String = "v1"
        let image = "shop/web:${tag}"
        """#,
      good: #"""
        param tag: String = "v1"
        let image = "shop/web:\(tag)"
        """#),
    DiagnosticInfo(
      "KC0335", "difference of two amounts without spaces",
      """
      A range is written with three dots, `100m...500m`: request and limit. A difference has spaces around its `-`.
      """,
      bad: #"""
        deployment web {
          container app {
            image = "shop/web:v1"
            cpu = 100m-500m
          }
        }
        """#,
      good: #"""
        deployment web {
          container app {
            image = "shop/web:v1"
            cpu = 100m...500m
          }
        }
        """#),
  ]
}
