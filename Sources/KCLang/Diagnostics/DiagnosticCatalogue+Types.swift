internal import KCSyntax

extension DiagnosticCatalogue {
  static let types: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0110", "wrong type",
      """
      The value is of another type than is expected here.
      """,
      bad: #"""
        deployment web {
          replicas = "three"
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
      "KC0111", "wrong unit",
      """
      Units tell kinds of amounts apart: `m k M G Ki Mi Gi` are amounts, `ms s min h d` durations, `%` is \
      a share. Minutes are `min`, so that `5m` never means two things. Numbers are written in tens, without zeros \
      before them: `0644` would be eights elsewhere, and `0x1F` sixteens.
      """,
      bad: #"""
        deployment web {
          container app {
            image = "shop/web:v1"
            memory = 128MB
          }
        }
        """#,
      good: #"""
        deployment web {
          container app {
            image = "shop/web:v1"
            memory = 128Mi
          }
        }
        """#),
    DiagnosticInfo(
      "KC0112", "out of range",
      """
      The type allows a range of values, and this one lies outside; or it allows multiples of a step, and this one \
      lies between two. Times of probes, jobs and rollouts are whole seconds: `Duration(step: 1s)`.
      """,
      bad: #"""
        deployment web {
          container app {
            image = "shop/web:v1"
            port http = 80808
          }
        }
        """#,
      good: #"""
        deployment web {
          container app {
            image = "shop/web:v1"
            port http = 8080
          }
        }
        """#),
    DiagnosticInfo(
      "KC0113", "pattern not matched",
      """
      The type is text that matches a regular expression, and this text does not. The whole of it has to \
      match.
      """,
      bad: #"""
        param tag: String(matching: /v\d+/) = "1.4"
        """#,
      good: #"""
        param tag: String(matching: /v\d+/) = "v14"
        """#),
    DiagnosticInfo(
      "KC0114", "wrong length",
      """
      The type bounds the length of text or lists.
      """,
      bad: #"""
        param team: String(max: 5) = "storefront"
        """#,
      good: #"""
        param team: String(max: 5) = "store"
        """#),
    DiagnosticInfo(
      "KC0115", "condition of a type not met",
      """
      The type has a `where`, which does not hold for this value.
      """,
      bad: #"""
        type Odd = Int where it % 2 == 1
        param quorum: Odd = 4
        """#,
      good: #"""
        type Odd = Int where it % 2 == 1
        param quorum: Odd = 3
        """#),
    DiagnosticInfo(
      "KC0116", "none of the allowed values",
      """
      The type lists the values it allows.
      """,
      bad: #"""
        deployment web {
          container app {
            image = "shop/web:v1"
            pull = "always"
          }
        }
        """#,
      good: #"""
        deployment web {
          container app {
            image = "shop/web:v1"
            pull = "Always"
          }
        }
        """#),
    DiagnosticInfo(
      "KC0117", "request over limit",
      """
      For `cpu` and `memory` a range is request...limit; a range never runs backwards. A loop over one that does has no round, and \
      no value is of a type that it narrows.
      """,
      bad: #"""
        deployment web {
          container app {
            image = "shop/web:v1"
            cpu = 500m...100m
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
    DiagnosticInfo(
      "KC0118", "bad name",
      """
      Names of objects end up in DNS and labels: Kubernetes takes lower-case letters, digits and dashes.
      """,
      bad: #"""
        deployment Web_Front {
          container app { image = "shop/web:v1" }
        }
        """#,
      good: #"""
        deployment web-front {
          container app { image = "shop/web:v1" }
        }
        """#),
  ]
}
