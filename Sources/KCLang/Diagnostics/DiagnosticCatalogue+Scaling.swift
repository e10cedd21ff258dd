internal import KCSyntax

/// Diagnostics of scaling, budgets and selectors.
extension DiagnosticCatalogue {
  static let scaling: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0440", "autoscaler without requests to go by",
      #"""
      An autoscaler that aims for a share of the cpu or memory needs to know what it is a share of: each \#
      container of its target requests some.
      """#,
      bad: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
          }
        }

        autoscaler web {
          scale = web
          replicas = 2...6
          cpu = 70%
        }
        """#,
      good: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
            cpu = 100m...
          }
        }

        autoscaler web {
          scale = web
          replicas = 2...6
          cpu = 70%
        }
        """#),
    DiagnosticInfo(
      "KC0441", "two autoscalers of one target",
      #"""
      Two autoscalers of one workload work against each other. One has several metrics: the largest number \#
      that one of them asks for counts.
      """#,
      bad: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
            cpu = 100m...
            memory = 64Mi...
          }
        }

        autoscaler a {
          scale = web
          replicas = 2...6
          cpu = 70%
        }

        autoscaler b {
          scale = web
          replicas = 2...6
          memory = 70%
        }
        """#,
      good: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
            cpu = 100m...
            memory = 64Mi...
          }
        }

        autoscaler a {
          scale = web
          replicas = 2...6
          cpu = 70%
          memory = 70%
        }
        """#),
    DiagnosticInfo(
      "KC0442", "least above most",
      #"""
      The fewest pods that an autoscaler keeps are not more than the most.
      """#,
      bad: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
          }
        }

        k8s.autoscaling.v2.HorizontalPodAutoscaler web {
          spec {
            scaleTargetRef = { apiVersion = "apps/v1", kind = "Deployment", name = "web" }
            minReplicas = 6
            maxReplicas = 2
          }
        }
        """#,
      good: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
          }
        }

        k8s.autoscaling.v2.HorizontalPodAutoscaler web {
          spec {
            scaleTargetRef = { apiVersion = "apps/v1", kind = "Deployment", name = "web" }
            minReplicas = 2
            maxReplicas = 6
          }
        }
        """#),
    DiagnosticInfo(
      "KC0450", "disruption budget without room",
      #"""
      A budget that lets no pod go stops every drain of a node, and with it every upgrade. It keeps fewer pods \#
      than run.
      """#,
      bad: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
          }
        }

        disruptionbudget web {
          guard = web
          keep = 2
        }
        """#,
      good: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
          }
        }

        disruptionbudget web {
          guard = web
          keep = 1
        }
        """#),
    DiagnosticInfo(
      "KC0451", "two budgets for one pod",
      #"""
      A pod that two budgets guard cannot be evicted at all: Kubernetes refuses to choose between them.
      """#,
      bad: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
          }
        }

        disruptionbudget a {
          guard = web
          keep = 1
        }

        disruptionbudget b {
          guard = web
          lose = 1
        }
        """#,
      good: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
          }
        }

        disruptionbudget a {
          guard = web
          keep = 1
        }
        """#),
    DiagnosticInfo(
      "KC0470", "network policy that guards nothing",
      #"""
      A network policy selects pods by their labels. One that selects none changes nothing, however strict it \#
      looks.
      """#,
      bad: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
          }
        }

        k8s.networking.v1.NetworkPolicy web {
          spec {
            podSelector = { matchLabels = { "app": "web" } }
            policyTypes = ["Ingress"]
          }
        }
        """#,
      good: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
          }
        }

        networkpolicy web {
          guard = web
          from = []
        }
        """#),
    DiagnosticInfo(
      "KC0481", "schedule out of bounds",
      #"""
      A schedule has five fields: minute (0 to 59), hour (0 to 23), day of the month (1 to 31), month (1 to \#
      12, or a name: `jan`) and day of the week (0 to 6, or a name: `mon`). Sunday is 0. `@hourly`, `@daily`, `@weekly`, \#
      `@monthly` and `@yearly` stand for five fields, and `@every 90m` is a time between two.
      """#,
      bad: #"""
        cronjob backup {
          schedule = "0 25 * * *"
          container run { image = "shop/backup:v1" }
        }
        """#,
      good: #"""
        cronjob backup {
          schedule = "0 1 * * *"
          container run { image = "shop/backup:v1" }
        }
        """#),
    DiagnosticInfo(
      "KC0483", "workload does not select its own pods",
      #"""
      A workload finds its pods by labels, and its template gives them these labels: all that the selector \#
      asks for.
      """#,
      bad: #"""
        let labels = { "app": "web" }

        k8s.apps.v1.Deployment web {
          spec {
            selector { matchLabels = labels }
            template {
              metadata { labels = { "app": "wbe" } }
              spec {
                containers = [{ name = "app", image = "shop/web:v1" }]
              }
            }
          }
        }
        """#,
      good: #"""
        let labels = { "app": "web" }

        k8s.apps.v1.Deployment web {
          spec {
            selector { matchLabels = labels }
            template {
              metadata { labels = labels }
              spec {
                containers = [{ name = "app", image = "shop/web:v1" }]
              }
            }
          }
        }
        """#),
  ]
}
