internal import KCSyntax

/// Diagnostics of what the API server takes, and what does nothing or nothing that anybody wants.
extension DiagnosticCatalogue {
  static let amounts: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0412", "amount without a unit",
      #"""
      A number without a unit counts bytes of memory and of disks, and whole cores of cpu: `128` is 128 bytes, in \#
      which no program runs, and `100` are a hundred cores, which few nodes have. What an autoscaler aims for is a \#
      share such as `70%`, or an amount with a unit.

      The API server takes all of these, and the pods wait for a node or are killed.
      """#,
      bad: #"""
        deployment web {
          container app {
            image = "shop/web:v1"
            memory = 128
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
      "KC0417", "image that no registry has",
      #"""
      An image is called `registry.example.com/path/name:tag`, or by a digest: its path has small letters and digits, \#
      with `.`, `_` and `-` between them, and nothing such as `https://` stands before it. The API server takes any \#
      text, and the pods wait for an image that cannot be pulled.
      """#,
      bad: #"""
        deployment web {
          container app { image = "registry.local/Shop/web:v1" }
        }
        """#,
      good: #"""
        deployment web {
          container app { image = "registry.local/shop/web:v1" }
        }
        """#),
    DiagnosticInfo(
      "KC0418", "rule that allows nothing",
      #"""
      What a role allows are verbs of the API, such as `get`, `list`, `watch`, `create`, `update`, `patch` and `delete`, \#
      for resources by their plural, in the groups that they are in: `""` is the one of pods, services and configs, \#
      and `apps` that of deployments. The API server takes any word, and what no request has allows nothing.
      """#,
      bad: #"""
        role reader {
          allow pods = ["read"]
        }
        """#,
      good: #"""
        role reader {
          allow pods = ["get", "list", "watch"]
        }
        """#),
    DiagnosticInfo(
      "KC0419", "secret in base 64 already",
      #"""
      What a secret's `data` says is plain text, and kc puts it into base 64 as the API has it; the API itself does so \#
      with `stringData`. A text that was copied from a manifest's `data` is in base 64 already: pods would read that.
      """#,
      bad: #"""
        secret db {
          data { USER = "c2hvcC1yZWFkZXI=" }
        }
        """#,
      good: #"""
        secret db {
          data { USER = "shop-reader" }
        }
        """#),
  ]
}
