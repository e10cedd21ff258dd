import KCImport
import KCTestSupport
import Testing

/// Manifests with much of one thing: what importing them costs grows as their size does.
@Suite struct ImportGrowthTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// What is measured first; eight times as much is measured then.
    var size: Int
    var head: String
    var line: @Sendable (Int) -> String
  }

  static let shapes = [
    Shape(testDescription: "keys of a config map", size: 250, head: "kind: ConfigMap\nmetadata: { name: c }\ndata:\n") {
      "  k\($0): v\n"
    },
    Shape(testDescription: "keys with comments", size: 250, head: "kind: ConfigMap\nmetadata: { name: c }\ndata:\n") {
      "  # the key \($0)\n  k\($0): v # its value\n"
    },
    Shape(testDescription: "texts of a secret", size: 250, head: "kind: Secret\nmetadata: { name: c }\nstringData:\n") {
      "  k\($0): v\n"
    },
    Shape(
      testDescription: "variables of a container", size: 100,
      head: "kind: Pod\nmetadata: { name: p }\nspec:\n  containers:\n  - name: c\n    image: a:1\n    env:\n"
    ) {
      "    - { name: E\($0), value: v }\n"
    },
    Shape(testDescription: "labels", size: 250, head: "kind: ConfigMap\nmetadata:\n  name: c\n  labels:\n") {
      "    k\($0): v\n"
    },
  ]

  /// Each has a link to another, which gives it a name, and a name in a network.
  @Test func costOfComposeGrowsAsTheNumberOfServicesDoes() {
    func cost(_ size: Int) -> Double {
      let services = (0..<size).map { number in
        """
          s\(number):
            image: a
            expose: [80]
            links: ["s\((number + 1) % size):a\(number)"]
            networks: {default: {aliases: [b\(number)]}}

        """
      }
      let text = "services:\n\(services.joined())"
      return Growth.cost {
        let result = ComposeImport(files: ["compose.yaml"]) { $0 == "compose.yaml" ? Array(text.utf8) : nil }
        #expect(!result.hasErrors)
      }
    }
    let ratios = Growth.ratios(size: 100, nothing: Growth.least { cost(1) }, enough: 16, cost: cost)
    #expect((ratios.last ?? 0) < 16, "eight times as many services cost \(ratios) times as much")
  }

  @Test(arguments: shapes) func costGrowsAsSizeDoes(_ shape: Shape) {
    func cost(_ size: Int) -> Double {
      let text = "apiVersion: v1\n" + shape.head + (0..<size).map(shape.line).joined()
      return Growth.cost { #expect(imported(text).files.count == 1) }
    }
    let ratios = Growth.ratios(size: shape.size, nothing: Growth.least { cost(1) }, cost: cost)
    #expect((ratios.last ?? 0) < 30, "eight times the size of \(shape.size) costs \(ratios) times as much")
  }
}
