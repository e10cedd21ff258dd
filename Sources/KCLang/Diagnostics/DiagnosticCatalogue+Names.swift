internal import KCSyntax

extension DiagnosticCatalogue {
  static let names: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0100", "unknown name",
      """
      A bare name is looked up among the loop variables, parameters and `let`s around it, then the \
      declarations of the file, its imports and the standard library. This one is none of them.
      """,
      bad: #"""
        let tag = "v1"
        let image = "shop/web:\(tga)"
        """#,
      good: #"""
        let tag = "v1"
        let image = "shop/web:\(tag)"
        """#),
    DiagnosticInfo(
      "KC0101", "unknown field",
      """
      Schemas are closed: a block can set only the fields that its schema has. `kc explain KIND` lists \
      them.
      """,
      bad: #"""
        deployment web {
          replcas = 3
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
      "KC0102", "unknown function",
      """
      There is no function, or method of such a value, of this name.
      """,
      bad: #"""
        deployment web {
          container app {
            image = "shop/web:v1"
            port http = 8080
            ready = probe.htpp("/", port: http)
          }
        }
        """#,
      good: #"""
        deployment web {
          container app {
            image = "shop/web:v1"
            port http = 8080
            ready = probe.http("/", port: http)
          }
        }
        """#),
    DiagnosticInfo(
      "KC0103", "unknown type",
      """
      A type is a built-in one, a schema, or named by `type`.
      """,
      bad: #"""
        param tag: Strng = "v1"
        """#,
      good: #"""
        param tag: String = "v1"
        """#),
    DiagnosticInfo(
      "KC0104", "unknown kind of block",
      """
      A block starts with the keyword of a schema: at the top of a file that of a resource, in a block \
      that of a keyed child of its schema.
      """,
      bad: #"""
        deploymnet web {
          container app { image = "shop/web:v1" }
        }
        """#,
      good: #"""
        deployment web {
          container app { image = "shop/web:v1" }
        }
        """#),
    DiagnosticInfo(
      "KC0105", "unknown child",
      """
      The block around, or the one referred to, has children of this kind, but none of this name: a port \
      that a container does not open, say.
      """,
      bad: #"""
        deployment web {
          container app {
            image = "shop/web:v1"
            port http = 8080
            ready = probe.tcp(htp)
          }
        }
        """#,
      good: #"""
        deployment web {
          container app {
            image = "shop/web:v1"
            port http = 8080
            ready = probe.tcp(http)
          }
        }
        """#),
    DiagnosticInfo(
      "KC0106", "unknown key",
      """
      The config, secret or map has no entry of this key.
      """,
      bad: #"""
        config settings {
          data { LEVEL = "info" }
        }

        let level = settings.data.LEVLE
        """#,
      good: #"""
        config settings {
          data { LEVEL = "info" }
        }

        let level = settings.data.LEVEL
        """#),
    DiagnosticInfo(
      "KC0107", "unknown member",
      """
      The value before the dot has no field, child or property of this name.
      """,
      bad: #"""
        let zones = ["a", "b"]
        let count = zones.cuont
        """#,
      good: #"""
        let zones = ["a", "b"]
        let count = zones.count
        """#),
    DiagnosticInfo(
      "KC0108", "unknown env",
      """
      The program declares no `env` of this name.
      """,
      bad: #"""
        env prod extends bse {
        }
        """#,
      good: #"""
        env base {
        }

        env prod extends base {
        }
        """#),
    DiagnosticInfo(
      "KC0109", "statement out of place",
      """
      What stands here belongs elsewhere: fields into blocks, blocks with a name at the top of a file, \
      declarations of fields into schemas.
      """,
      bad: #"""
        schema App {
          tag: String
          if true { }
        }
        """#,
      good: #"""
        schema App {
          tag: String
        }
        """#),
  ]
}
