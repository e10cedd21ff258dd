internal import KCSyntax

extension DiagnosticCatalogue {
  static let limits: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0170", "nested too deep",
      """
      Every recursion has a limit, so that no program can exhaust the compiler: 1000 values that depend on \
      each other, 32 schemas that extend each other, 100 names in the path of a `--set`.
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
      A list has up to 1,000,000 elements, a string up to 8 MiB. A value holds up to 5,000,000 others, each \
      counted wherever it stands in it, and up to 500 that stand in each other.
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
      What is made must not tell a secret: conditions, loops and names cannot depend on one. Whether a parameter of type \
      `Secret<T>?` has a value they may ask: `if password != none`.
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
      "KC0182", "decision by a value known after apply",
      """
      What is made is decided before anything is applied: conditions, loops, names, labels and keys cannot depend on what
      the target tells only then.
      """,
      bad: #"""
        service lb { type = "LoadBalancer" }

        let isLocal = lb.address == "127.0.0.1"
        """#,
      good: #"""
        service lb { type = "LoadBalancer" }

        config settings { data { URL = "http://\(lb.address)" } }
        """#),
    DiagnosticInfo(
      "KC0183", "not computable after apply",
      """
      Values that are known only after apply are put into fields when they are known. What is computed of them until then
      is text put together, sums, and a few functions on text.
      """,
      bad: #"""
        claim files { size = 1Gi }

        config settings { data { VOLUME = files.volumeName.reversed() } }
        """#,
      good: #"""
        claim files { size = 1Gi }

        config settings { data { VOLUME = files.volumeName.upper() } }
        """#),
    DiagnosticInfo(
      "KC0184", "waits for itself",
      """
      An object whose field is known only after another was applied is applied after it. Here the other one needs the first.
      """,
      bad: #"""
        config settings { data { READY = "\(web.status.readyReplicas)" } }

        deployment web {
          container app {
            image = "shop/web:v1"
            env READY = settings.data.READY
          }
        }
        """#,
      good: #"""
        config settings { data { READY = "\(web.status.readyReplicas)" } }

        deployment web {
          container app { image = "shop/web:v1" }
        }
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
      name. `kc plan` and `kc apply` want all of them; what shows no secrets (`kc check`, `test`, `render`, `why`, \
      `graph`) takes those that are missing as set.
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
        resource schema Box<T> { size: Int }
        """#,
      good: #"""
        let x = 1 + 1
        """#),
    DiagnosticInfo(
      "KC0196", "version of Kubernetes not known",
      """
      The project names a version of Kubernetes whose API this kc does not know. The diagnostic names those \
      that it knows; a patch release (`1.36.2`) is the same as its minor version.
      """,
      bad: #"""
        project shop { kubernetes = "1.9" }
        """#,
      good: #"""
        project shop { kubernetes = "1.36" }
        """#),
    DiagnosticInfo(
      "KC0197", "refused by the API server",
      """
      The object is what the program says, and the API server would refuse it: a name that is too long, a rule between \
      fields, a value out of bounds. `kc check` finds such mistakes in the source by the same rules as the server. For \
      one, a pod's `terminationGracePeriodSeconds` cannot be negative, and a job's pods cannot restart `Always`. Where a \
      program has other mistakes, its first 50 objects are held against them.
      """,
      bad: "",
      good: #"""
        k8s.core.v1.Pod web {
          spec {
            terminationGracePeriodSeconds = 5
            containers = [{ name = "app", image = "shop/web:v1" }]
          }
        }
        """#),
  ]
}
