internal import KCSyntax

extension DiagnosticCatalogue {
  static let affinity: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0150", "contradictory affinity",
      """
      The required rules of a workload exclude each other: no node can satisfy them all.
      """,
      bad: #"""
        deployment web {
          container app { image = "shop/web:v1" }
          affinity {
            require node zone == "a"
            require node zone == "b"
          }
        }
        """#,
      good: #"""
        deployment web {
          container app { image = "shop/web:v1" }
          affinity {
            require node zone in ["a", "b"]
          }
        }
        """#),
    DiagnosticInfo(
      "KC0151", "nothing selected",
      """
      The labels that a selector asks for are those of no pod of the program.
      """,
      bad: #"""
        deployment web {
          container app { image = "shop/web:v1" }
        }

        service web {
          select = { "app": "wbe" }
          port http = 80
        }
        """#,
      good: #"""
        deployment web {
          container app { image = "shop/web:v1" }
        }

        service web {
          select = web
          port http = 80
        }
        """#),
    DiagnosticInfo(
      "KC0152", "unknown word in a rule",
      """
      Topologies are `hostname`, `zone`, `region`, or a label of nodes in quotes; effects of taints are \
      `NoSchedule`, `PreferNoSchedule` and `NoExecute`, which alone may be tolerated `for` a time; a rule may end with \
      `or best-effort`.
      """,
      bad: #"""
        deployment web {
          container app { image = "shop/web:v1" }
          affinity {
            spread by zoen maxSkew 1
          }
        }
        """#,
      good: #"""
        deployment web {
          container app { image = "shop/web:v1" }
          affinity {
            spread by zone maxSkew 1
          }
        }
        """#),
    DiagnosticInfo(
      "KC0153", "weight of a required rule",
      """
      A weight says how much a preference counts. What is required always counts.
      """,
      bad: #"""
        deployment web {
          container app { image = "shop/web:v1" }
          affinity {
            require apart from self by hostname weight 10
          }
        }
        """#,
      good: #"""
        deployment web {
          container app { image = "shop/web:v1" }
          affinity {
            prefer apart from self by hostname weight 10
          }
        }
        """#),
    DiagnosticInfo(
      "KC0154", "rule relates to no workload",
      """
      `near`, `apart from` and `spread` relate pods to the pods of a workload, or to those with labels: `near { app = "web" } by zone`.
      """,
      bad: #"""
        config settings { data { A = "1" } }

        deployment web {
          container app { image = "shop/web:v1" }
          affinity {
            require near settings by zone
          }
        }
        """#,
      good: #"""
        deployment web {
          container app { image = "shop/web:v1" }
          affinity {
            require apart from self by zone
          }
        }
        """#),
    DiagnosticInfo(
      "KC0155", "no declared node satisfies the rule",
      """
      The project declares its nodes, and none of them has the labels that this rule requires: the pods would wait for ever.
      """,
      bad: #"""
        project shop {
          node worker { zone = "a" }
        }

        deployment web {
          container app { image = "shop/web:v1" }
          affinity { require node zone == "b" }
        }
        """#,
      good: #"""
        project shop {
          node worker { zone = "b" }
        }

        deployment web {
          container app { image = "shop/web:v1" }
          affinity { require node zone == "b" }
        }
        """#),
  ]
}
