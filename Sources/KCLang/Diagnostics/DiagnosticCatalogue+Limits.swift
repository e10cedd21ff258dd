internal import KCSyntax

extension DiagnosticCatalogue {
  static let limits: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0170", "nested too deep",
      """
      Every recursion has a limit, so that no program can exhaust the compiler: 1000 values that depend on \
      each other, 32 schemas that extend each other.
      """,
      bad: "",
      good: #"""
        let a = 1
        let b = a + 1
        """#),
    DiagnosticInfo(
      "KC0171", "too many steps",
      """
      Evaluation takes a bounded number of steps, so that every build ends. A loop within loops is the \
      usual cause.
      """,
      bad: "",
      good: #"""
        let n = (for i in 1...1000 { i }).sum()
        """#),
    DiagnosticInfo(
      "KC0172", "value too large",
      """
      A list has up to 1,000,000 elements, a string up to 8 MiB.
      """,
      bad: #"""
        let all = for i in 1...2000000 { i }
        """#,
      good: #"""
        let all = for i in 1...200 { i }
        """#),
    DiagnosticInfo(
      "KC0180", "secret in plain",
      """
      A secret may go only where its value stays hidden: text made from one is secret too, and cannot \
      stand where it would be printed.
      """,
      bad: #"""
        secret db { data { PASSWORD = "hunter2" } }

        config settings {
          data { URL = "db://\(db.data.PASSWORD)@db" }
        }
        """#,
      good: #"""
        secret db {
          data {
            PASSWORD = "hunter2"
            URL = "db://\(db.data.PASSWORD)@db"
          }
        }
        """#),
    DiagnosticInfo(
      "KC0181", "decision by a secret",
      """
      What is made must not tell a secret: conditions, loops and names cannot depend on one.
      """,
      bad: #"""
        secret db { data { PASSWORD = "hunter2" } }

        let kind = if db.data.PASSWORD == "x" { "weak" } else { "strong" }
        """#,
      good: #"""
        secret db { data { PASSWORD = "hunter2" } }

        let kind = "strong"
        """#),
    DiagnosticInfo(
      "KC0190", "--set finds nothing",
      """
      The path names neither a parameter nor a field of a block: `--set tag=v2`, `--set web.replicas=3`, \
      `--set web.app.image=…`.
      """,
      bad: "",
      good: #"""
        param tag: String = "v1"
        """#),
    DiagnosticInfo(
      "KC0192", "parameter without value",
      """
      A parameter without a default gets its value from `--set`.
      """,
      bad: #"""
        param tag: String
        """#,
      good: #"""
        param tag: String = "v1"
        """#),
    DiagnosticInfo(
      "KC0193", "variable not in the environment",
      """
      `input.env("NAME")` reads a variable of the environment that `kc` runs in, and there is none of this \
      name.
      """,
      bad: #"""
        secret db { data { PASSWORD = input.env("DB_PASSWORD") } }
        """#,
      good: #"""
        secret db { data { PASSWORD = "hunter2" } }
        """#),
    DiagnosticInfo(
      "KC0194", "no such field in the API",
      """
      The API object that the resource becomes has no such field, or one of another type. Field names are \
      those of Kubernetes. A custom resource is held against its definition, where the program declares one: \
      fields, types, bounds and rules.
      """,
      bad: #"""
        deployment web {
          container app { image = "shop/web:v1" }
          raw { spec { revisionHistoryLimits = 3 } }
        }
        """#,
      good: #"""
        deployment web {
          container app { image = "shop/web:v1" }
          raw { spec { revisionHistoryLimit = 3 } }
        }
        """#),
    DiagnosticInfo(
      "KC0195", "not supported yet",
      """
      The language has a meaning for this, and this version of the compiler has not.
      """,
      bad: #"""
        schema Box<T> { size: Int }
        """#,
      good: #"""
        let x = 1 + 1
        """#),
    DiagnosticInfo(
      "KC0200", "policy not kept",
      """
      A `policy` of the program or of one of its imports refuses this block. A `waive` with a reason makes \
      an exception.
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
  ]
}
