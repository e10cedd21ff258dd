import KCLang
import KCSyntax
import KCTestSupport
import Testing

/// Programs of the kinds that make compilers slow: the cost grows as their size does, or they are refused by a limit.
@Suite struct GrowthTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// What is measured first; eight times as much is measured then.
    var size: Int
    /// The limits that may refuse it.
    var limits: Set<String> = []
    var make: @Sendable (Int) -> String
  }

  private static func lines(_ count: Int, _ line: (Int) -> String) -> String {
    (0..<count).map(line).joined(separator: "\n") + "\n"
  }

  static let shapes: [Shape] = [
    Shape(testDescription: "keys of a map", size: 1000) { count in
      "let m: Map<String, Int> = {\n" + lines(count) { "  \"k\($0)\": \($0)" } + "}\nlet n = m.count\n"
    },
    Shape(testDescription: "items of a list", size: 1000) { count in
      "let l = [" + (0..<count).map { "\($0)" }.joined(separator: ", ") + "]\nlet n = l.map(x => x + 1).sum()\n"
    },
    Shape(testDescription: "a union of many texts", size: 250) { count in
      "type T = " + (0..<count).map { "\"t\($0)\"" }.joined(separator: " | ") + "\nlet t: T = \"t\(count - 1)\"\n"
    },
    Shape(testDescription: "a long text", size: 125_000) { count in
      "config c { data { X = \"" + String(repeating: "x", count: count) + "\" } }\n"
    },
    Shape(testDescription: "a chain of environments", size: 25, limits: ["KC0170", "KC0172"]) { count in
      "config c { data { X = \"0\" } }\nenv e0 { config c { data { X = \"0\" } } }\n"
        + lines(count) { "env e\($0 + 1) extends e\($0) { config c { data { X = \"\($0)\" } } }" }
    },
    Shape(testDescription: "many objects", size: 50) { count in
      lines(count) { "config c\($0) { data { X = \"\($0)\" } }" }
    },
    Shape(testDescription: "policies on many objects", size: 10, limits: ["KC0200"]) { count in
      "import std.policy\n"
        + lines(count) { "deployment d\($0) { container app { image = \"a:1\"; env A = \"1\" } }" }
    },
    Shape(testDescription: "a chain of values", size: 100, limits: ["KC0170"]) { count in
      "let v0 = 1\n" + lines(count) { "let v\($0 + 1) = v\($0) + 1" }
    },
    Shape(testDescription: "a sum of many", size: 100, limits: ["KC0008", "KC0172"]) { count in
      "let s = 0" + String(repeating: " + 1", count: count) + "\n"
    },
    Shape(testDescription: "a chain of conditions", size: 100, limits: ["KC0008"]) { count in
      "param p: String = \"\"\nlet b = " + (0..<count).map { "p == \"\($0)\"" }.joined(separator: " || ") + "\n"
    },
    Shape(testDescription: "values without those that were there", size: 1000) { count in
      "let l = for i in 1...\(count) { { number = i, half = i / 2 } }\nlet n = l.unique().without(l.take(9)).count\n"
    },
    Shape(testDescription: "a pattern on a long text", size: 10_000) { count in
      "let b = \"" + String(repeating: "a", count: count) + "\".matches(/(a*)*b/)\n"
    },
    Shape(testDescription: "a part of a long text", size: 5000) { count in
      let text = "let t = \"\(String(repeating: "a", count: count))\"\n"
      let part = "let p = \"\(String(repeating: "a", count: count / 2))b\"\n"
      return text + part + "let b = \"\\(t.contains(p)) \\(p in t) \\(t.split(p).count) \\(t.replace(p, \"c\"))\"\n"
    },
    Shape(testDescription: "moves", size: 50) { count in
      lines(count) { "config n\($0) { data { X = \"1\" } }\nmoved from config.o\($0) to config.n\($0)" }
    },
    Shape(testDescription: "a chain of moves", size: 250) { count in
      "config c\(count) { data { X = \"1\" } }\n" + lines(count) { "moved from config.c\($0) to config.c\($0 + 1)" }
    },
    Shape(testDescription: "references to keys of one config", size: 100) { count in
      "config c { data {\n" + lines(count) { "  k\($0) = \"1\"" }
        + "} }\ndeployment d { container main { image = \"a:1\"\n" + lines(count) { "  env E\($0) = c.data.k\($0)" }
        + "} }\n"
    },
    Shape(testDescription: "nodes of a project", size: 50) { count in
      "project p {\n" + lines(count) { "  node n\($0) { cpu = 4, memory = 8Gi }" } + "}\n"
    },
    Shape(testDescription: "cases of an enum", size: 250) { count in
      "enum E { " + (0..<count).map { "c\($0)" }.joined(separator: ", ") + " }\nparam e: E = c1\nlet n = match e {\n"
        + lines(count) { "  c\($0) -> \($0)" } + "}\nconfig c { data { X = \"\\(n)\" } }\n"
    },
    Shape(testDescription: "autoscalers", size: 25) { count in
      lines(count) {
        "deployment d\($0) { container main { image = \"a:1\", cpu = 1... } }\n"
          + "autoscaler a\($0) { scale = d\($0), replicas = 1...3, cpu = 80% }"
      }
    },
    Shape(testDescription: "disruption budgets", size: 25) { count in
      lines(count) {
        "deployment d\($0) { replicas = 3, container main { image = \"a:1\" } }\n"
          + "disruptionbudget b\($0) { guard = d\($0), keep = 1 }"
      }
    },
    Shape(testDescription: "mistakes", size: 50, limits: ["KC0100", "KC0012"]) { count in
      lines(count) { "let a\($0) = unknown\($0)" }
    },
  ]

  private func cost(_ text: String, _ environment: String?, _ allowed: Set<String>) -> Double {
    let options = CompileOptions(environment: environment)
    let sources = MemorySources(["main.kc": text])
    return Growth.cost {
      let result = Compilation(entry: ["main.kc"], provider: sources, options: options)
      #expect(Set(result.diagnostics.map(\.code)).subtracting(allowed) == [])
    }
  }

  @Test(arguments: shapes) func costGrowsAsSizeDoes(_ shape: Shape) {
    let isChain = shape.testDescription == "a chain of environments"
    let nothing = Growth.least { cost("let x = 1\n", nil, []) }
    let ratios = Growth.ratios(size: shape.size, nothing: nothing) { size in
      cost(shape.make(size), isChain ? "e\(size)" : nil, shape.limits)
    }
    #expect((ratios.last ?? 0) < 30, "eight times the size of \(shape.size) costs \(ratios) times as much")
  }
}
