internal import KCSyntax

/// Diagnostics of policies, and of objects that are refused for what they are.
extension DiagnosticCatalogue {
  static let policies: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0200", "policy not kept",
      """
      A `policy` of the program or of one of its imports refuses this block, or a value of the object that it becomes: \
      policies on types of the API look at all that is applied, whoever wrote it. A `waive` with a reason makes an \
      exception.
      """,
      bad: #"""
        policy no-latest on Container {
          deny if self.image.endsWith(":latest") "`\(self.name)` has no fixed tag"
        }

        deployment web {
          container app { image = "shop/web:latest" }
        }
        """#,
      good: #"""
        policy no-latest on Container {
          deny if self.image.endsWith(":latest") "`\(self.name)` has no fixed tag"
        }

        deployment web {
          container app { image = "shop/web:v1" }
        }
        """#),
    DiagnosticInfo(
      "KC0201", "policy on what is never looked at",
      """
      A policy is held against blocks of kinds, such as `Deployment` and `Container`, or against values of types of the API, \
      such as `k8s.core.v1.Container`: not against numbers, text and lists, and not against both at once, because `self` \
      would have other fields each time.
      """,
      bad: #"""
        policy no-latest on Container | k8s.core.v1.Container {
          deny if self.name == "latest" "`\(self.name)` is no name for a container"
        }
        """#,
      good: #"""
        policy no-latest on k8s.core.v1.Container {
          deny if self.name == "latest" "`\(self.name)` is no name for a container"
        }
        """#),
    DiagnosticInfo(
      "KC0202", "waiver without a reason or a day",
      """
      A waiver says why a policy does not hold somewhere, and may end with a day, `until "2027-12-31"`: from the day after, the \
      policy holds again.
      """,
      bad: #"""
        policy team on Deployment {
          deny if self.labels.get("team") == none "`\(self.name)` names no team"
        }
        deployment web {
          container app { image = "shop/web:v1" }
        }
        waive team on web because "it moves" until "next year"
        """#,
      good: #"""
        policy team on Deployment {
          deny if self.labels.get("team") == none "`\(self.name)` names no team"
        }
        deployment web {
          container app { image = "shop/web:v1" }
        }
        waive team on web because "it moves" until "2999-12-31"
        """#),
    DiagnosticInfo(
      "KC0415", "volume of two things",
      """
      A volume holds one thing: a config, a claim, a folder of the node. Several configs and secrets in one folder are a \
      `projected` volume, or `source` blocks.
      """,
      bad: #"""
        deployment web {
          volume data {
            claim = "data"
            raw { emptyDir = {} }
          }
          container app {
            image = "shop/web:v1"
            mount "/data" = data
          }
        }
        """#,
      good: #"""
        deployment web {
          volume data { claim = "data" }
          container app {
            image = "shop/web:v1"
            mount "/data" = data
          }
        }
        """#),
    DiagnosticInfo(
      "KC0416", "probe or hook of an init container",
      """
      Containers of `init` run to their end, one after the other, before the others start: Kubernetes asks them for nothing and \
      refuses probes and hooks of theirs. A `sidecar` starts before the others too, and runs as long as they do.
      """,
      bad: #"""
        deployment web {
          init migrate {
            image = "shop/migrate:v1"
            live = probe.exec(["true"])
          }
          container app { image = "shop/web:v1" }
        }
        """#,
      good: #"""
        deployment web {
          sidecar proxy {
            image = "shop/proxy:v1"
            live = probe.exec(["true"])
          }
          container app { image = "shop/web:v1" }
        }
        """#),
    DiagnosticInfo(
      "KC0426", "kind in a version that is gone",
      """
      Kubernetes serves the kind, and not in this version of the API any more: the server would not know the object. An \
      `object` may be of any kind, so this is a warning: older clusters may still have it.
      """,
      bad: #"""
        object web {
          apiVersion = "extensions/v1beta1"
          kind = "Ingress"
          spec { backend { serviceName = "web" } }
        }
        """#,
      good: #"""
        k8s.networking.v1.Ingress web {
          spec { defaultBackend { service { name = "web", port = { number = 80 } } } }
        }
        """#),
  ]
}
