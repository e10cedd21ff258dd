import KCSyntax
import Testing

@Suite struct ParserTests {
  private func parse(_ text: String) -> SyntaxTree {
    Parser.parse(SourceFile(id: 0, path: "test.kc", bytes: Array(text.utf8)))
  }

  static let example = """
    import "./redis.kc" as redis

    /// Image tag to roll out.
    param tag: String(matching: /v\\d+\\.\\d+\\.\\d+/) = "v1.4.1"

    let zones = ["a", "b", "c"]

    type Port = Int(1...65535)

    func image(name: String, tag: String = "latest") -> String = "reg/\\(name):\\(tag)"

    config settings {
      data { LOG_LEVEL = "info" }
    }

    resource schema worker extends workload {
      final replicas: Int(0...) = 1
      keyed container: container
      level: "dev" | "prod" = "dev"
      require self.replicas > 0 else "at least one"
      object = { apiVersion = "v1", kind = "Worker", spec = { n = self.replicas } }
    }

    deployment web {
      replicas = 3
      container app {
        image  = "registry.local/shop/web:\\(tag)"
        port http = 8080
        cpu    = 100m...500m
        memory = ...256Mi
        env LOG_LEVEL = settings.data.LOG_LEVEL
        ready = probe.http("/healthz", port: http, every: 5s)
      }
      if zones.count > 2 { replicas = 5 } else { replicas = 1 }
      affinity {
        require node zone in zones, disk == "ssd"
        require apart from self by hostname
        prefer  near redis.cache by zone weight 80
        spread  by zone maxSkew 1
        tolerate dedicated == "web" NoSchedule for 5min
      }
    }

    for i in 1...3 { deployment "worker-\\(i)" { replicas = i } }

    service web {
      select = web
      port http = 80 -> web.app.http
    }

    env prod extends base {
      deployment web { replicas = match size { "s" -> 1, "m" -> 3 } }
      delete config settings
    }
    """

  @Test func theExampleParses() {
    let tree = parse(Self.example)
    #expect(tree.diagnostics.isEmpty, "\(tree.diagnostics.map { "\($0.code) \($0.message) \($0.span)" })")
  }

  @Test func treesAreLossless() {
    let tree = parse(Self.example)
    var end = 0
    for token in tree.tokens {
      #expect(Int(token.start) >= end)
      end = token.range.upperBound
    }
    #expect(end == Self.example.utf8.count)
  }

  /// No deletion of a single token crashes the parser or brings more than three reports.
  @Test func deletedTokensAreReportedSparingly() {
    let bytes = Array(Self.example.utf8)
    let tree = parse(Self.example)
    for token in tree.tokens where token.length > 0 {
      let text = String(decoding: bytes[..<Int(token.start)] + bytes[token.range.upperBound...], as: UTF8.self)
      let reports = parse(text).diagnostics
      #expect(
        reports.count <= 3, "without `\(tree.file.text(token.range))` at \(token.start): \(reports.map(\.message))")
    }
  }

  @Test(arguments: [
    ("let x = \"abc\nlet y = 1\n", "KC0001"), ("config a {\n  data { X = \"1\" }\n", "KC0002"), ("let x =\n", "KC0003"),
    ("let = 3\n", "KC0004"), ("let x = 1 )\n", "KC0054"), ("let x = 1 @\n", "KC0006"), ("param x: = 1\n", "KC0007"),
    ("/* a\n", "KC0009"), ("let a = 1 let b = 2\n", "KC0010"), ("let a = \"x\\(b\n", "KC0001"),
  ])
  func oneMistakeOneReport(text: String, code: String) {
    #expect(parse(text).diagnostics.map(\.code) == [code])
  }

  @Test func deepNestingIsRefused() {
    let text = "let x = " + String(repeating: "(", count: 100_000)
    #expect(parse(text).diagnostics.contains { $0.code == "KC0008" })
  }
}
