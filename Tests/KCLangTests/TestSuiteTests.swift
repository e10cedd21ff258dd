import KCData
import KCLang
import KCSyntax
import Testing

@Suite struct TestSuiteTests {
  private static let program = """
    param tag: String = "v1"
    let zones = ["a", "b", "c"]
    config settings { data { LEVEL = "info" } }
    secret db { data { PASSWORD = input.env("PASSWORD") } }
    deployment web {
      replicas = 2
      container app {
        image = "shop/web:\\(tag)"
        env PASSWORD = db.data.PASSWORD
      }
    }
    env prod { deployment web { replicas = 6 } }

    """

  private func run(_ tests: String) throws -> [TestResult] {
    var options = CompileOptions()
    options.inputEnvironment = ["PASSWORD": "hunter2"]
    let suite = TestSuite(
      entry: ["main.kc"], provider: MemorySources(["main.kc": Self.program + tests]), options: options)
    try #require(suite.compilation.diagnostics.map(\.message) == [])
    return suite.tests.map { suite.run($0) }
  }

  @Test func holds() throws {
    let results = try run(
      """
      test "as it is" { assert web.replicas == 2 }
      test "in prod" {
        let least = zones.count
        with env prod, tag = "v\\(zones.count)" {
          assert web.replicas > least
          assert web.app.image == "shop/web:v3"
        }
        assert web.app.image == "shop/web:v1"
      }
      test "more of it" {
        deployment more { container app { image = "shop/more:v1" } }
        deployment web { replicas = 9 }
        assert more.replicas + web.replicas == 10
      }
      test "some of them" { for z in zones if z != "b" { assert z != "b" } }
      """)
    #expect(results.map(\.name) == ["as it is", "in prod", "more of it", "some of them"])
    #expect(results.map(\.checks) == [1, 3, 1, 2])
    #expect(results.flatMap(\.failures) == [])
  }

  /// Conditions around assertions are no part of the program, and what is set further inwards holds.
  @Test func setsWhatConditionsAskFor() throws {
    let results = try run(
      """
      test "sets" {
        with web.replicas = 7 {
          assert web.replicas == 7
          with web.replicas = 8 { assert web.replicas == 8 }
        }
        if web.replicas == 7 { assert false }
      }
      """)
    #expect(results.map(\.failures) == [[]])
  }

  @Test func drawsWhatFails() throws {
    let results = try run("test \"quorum\" { assert web.replicas >= zones.count else \"too few\" }\n")
    let failure = try #require(results.first?.failures.first)
    #expect(failure.message == "too few")
    #expect(
      failure.detail == """
        web.replicas >= zones.count
        │   │        │  │     │
        │   2        │  │     3
        │            │  ["a", "b", "c"]
        │            false
        deployment web
        """)
    #expect(failure.location == SourceLocation(file: "main.kc", line: 13, column: 17))
  }

  @Test func drawsWhatBodiesSay() throws {
    let results = try run(
      """
      test "labels" {
        deployment web { labels { a = "1" } }
        assert web.labels == {}
      }
      """)
    let failure = try #require(results.first?.failures.first)
    #expect(failure.detail.contains("{\"a\":\"1\"}"), "\(failure)")
  }

  @Test func assertsForEachElement() throws {
    let results = try run(
      """
      test "each" {
        for place, zone in zones {
          let last = zones.count - 1
          if place < last { assert zone != "b" else "not \\(zone)" } else { assert place == last }
        }
        match web.replicas {
          2 -> { assert web.replicas == 3 }
          _ -> { assert false }
        }
      }
      test "many" { for n in 1...9 { assert n > 8 } }
      test "no value" { for z in [zones[web.replicas + 5]] { assert z == "a" } }

      """)
    #expect(results[0].checks == 4)
    #expect(results[0].failures.map(\.message) == ["not b", "the assertion does not hold"])
    #expect(results[0].failures.first?.detail.hasSuffix("with place = 1, zone = \"b\"") == true, "\(results[0])")
    #expect(results[1].checks == 9)
    #expect(
      results[1].failures.map(\.message)
        == Array(repeating: "the assertion does not hold", count: 5) + ["it does not hold for 3 more"])
    #expect(results[2].failures.count == 1, "\(results[2])")
  }

  @Test func expectsDiagnostics() throws {
    let results = try run(
      """
      test "wrong" {
        expect KC0110 { deployment web { replicas = "three" } }
        expect KC0111 { deployment web { replicas = "three" } }
        expect KC0110 { deployment web { replicas = 3 } }
      }
      """)
    #expect(
      results.first?.failures.map(\.message) == [
        "KC0111 is expected, and this is reported", "KC0110 is expected, and nothing is wrong",
      ])
    #expect(results.first?.failures.first?.detail.contains("KC0110") == true)
  }

  /// Neither drawings nor snapshots show a secret, nor may an assertion depend on one.
  @Test func showsNoSecrets() throws {
    let results = try run(
      """
      test "secret" {
        assert db.data.PASSWORD == "x"
        assert [db.data.PASSWORD].count == 2
        assert { a = db.data.PASSWORD }.count == 2
        snapshot db as "db"
        snapshot { a = "x\\(db.data.PASSWORD)" } as "part"
      }
      """)
    let result = try #require(results.first)
    #expect(result.failures.count == 3)
    #expect(result.snapshots.count == 2)
    #expect(!"\(result)".contains("hunter2"))
    #expect(!"\(result)".contains("aHVudGVyMg"))
    #expect(result.snapshots[1].values == [["a": "(secret)"]])
  }

  /// A block within an object has no object of its own: its fields and the blocks in it are kept.
  @Test func takesSnapshotsOfContainers() throws {
    let results = try run(
      """
      test "container" {
        with web.app.memory = 64Mi...128Mi { snapshot web.app as "app" }
      }
      """)
    let values = try #require(results.first?.snapshots.first?.values.first)
    #expect(results.first?.failures.isEmpty == true)
    #expect(values["image"] == "shop/web:v1")
    #expect(values["memory"] == "64Mi...128Mi")
    #expect(values["env"]?["PASSWORD"]?["value"] == "(secret)")
  }

  @Test func takesSnapshots() throws {
    let results = try run("test \"shape\" { with env prod { snapshot web as \"web\" } }\n")
    let snapshot = try #require(results.first?.snapshots.first)
    #expect(snapshot.name == "web")
    #expect(snapshot.values.first?["spec"]?["replicas"] == 6)
    #expect(snapshot.values.first?["metadata"]?["namespace"] == "default")
  }

  /// Two cases that hold the same are different values.
  @Test func snapshotsSayWhichCaseAnEnumHas() throws {
    let results = try run(
      """
      enum Store { memory, disk(size: Quantity), tape(size: Quantity) }
      test "cases" {
        snapshot Store.disk(1Gi) as "one"
        snapshot { stores = [Store.tape(1Gi), Store.memory] } as "many"
      }

      """)
    let snapshots = try #require(results.first?.snapshots)
    #expect(snapshots.first?.values == [["disk": ["size": "1Gi"]]])
    #expect(snapshots.last?.values == [["stores": [["tape": ["size": "1Gi"]], "memory"]]])
  }

  @Test func reportsErrorsOfAScenario() throws {
    let results = try run("test \"bad\" { with web.replicas = 0 - 1 { assert true } }\n")
    #expect(results.first?.failures.first?.detail.contains("KC0112") == true)
  }
}
