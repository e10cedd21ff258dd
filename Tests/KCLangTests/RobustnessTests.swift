import Glibc
import KCLang
import KCSyntax
import Testing

@Suite struct RobustnessTests {
  /// Every token of every fixture in the full run, a fixed choice of them otherwise: each deletion compiles a program.
  private static let isFull = getenv("KC_ORACLE_FULL") != nil

  /// Whatever token is missing, at most three things are reported that were not before.
  @Test(arguments: LanguageCase.all().map(\.name)) func aMissingTokenGivesThreeDiagnosticsAtMost(_ name: String) throws
  {
    let found = try #require(LanguageCase.all().first { $0.name == name })
    let file = SourceFile(id: 0, path: "main.kc", bytes: Array(found.source.utf8))
    let before = Dictionary(grouping: found.compile().diagnostics, by: \.code).mapValues(\.count)
    let tokens = Parser.parse(file).tokens.filter { $0.kind != .endOfFile }
    let stride = Self.isFull ? 1 : max(1, tokens.count / 16)
    for (place, token) in tokens.enumerated() where place % stride == 0 {
      var bytes = file.bytes
      bytes.removeSubrange(token.range)
      var mutant = found
      mutant.files["main.kc"] = String(decoding: bytes, as: UTF8.self)
      // A mistake that is there anyway may be told in other words.
      let new = Dictionary(grouping: mutant.compile().diagnostics, by: \.code).flatMap { code, found in
        found.dropFirst(before[code] ?? 0)
      }
      let place = "\(name): without `\(file.text(token.range))` at \(file.line(at: token.range.lowerBound))"
      #expect(new.count <= 3, "\(place): \(new.map { "\($0.code) \($0.message)" }.prefix(8))")
    }
  }

  /// Chains of definitions are followed up to a limit, and refused beyond.
  @Test func refusesEndlessChains() {
    var text = "let a0 = 1\n"
    for index in 1...1200 { text += "let a\(index) = a\(index - 1) + 1\n" }
    text += "let b = a1200\n"
    let reversed = text.split(separator: "\n").reversed().joined(separator: "\n")
    let result = Compilation(entry: ["main.kc"], provider: MemorySources(["main.kc": reversed]))
    #expect(result.diagnostics.map(\.code) == ["KC0170"])
  }

  /// A pattern that would make a backtracking engine hang is matched in linear time.
  @Test func matchesHostilePatterns() {
    let text = "param p: String(matching: /(a+)+b/) = \"\(String(repeating: "a", count: 20_000))\""
    let result = Compilation(entry: ["main.kc"], provider: MemorySources(["main.kc": text]))
    #expect(result.diagnostics.map(\.code) == ["KC0113"])
  }

  /// The same sources give the same objects.
  @Test func isDeterministic() throws {
    let found = try #require(LanguageCase.all().first { $0.name == "shop/shop" })
    let results = (0..<5).map { _ in found.result(found.compile()) }
    #expect(Set(results).count == 1)
  }

  /// Values that share their parts are small, what they say is not: it is counted before it is written out.
  @Test func refusesBombs() {
    var text = "let a0 = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n"
    for level in 1...9 {
      let before = Array(repeating: "a\(level - 1)", count: 10).joined(separator: ", ")
      text += "let a\(level) = [\(before)]\n"
    }
    text += "config c { data { X = hash(a9) } }\n"
    let bomb = Compilation(entry: ["main.kc"], provider: MemorySources(["main.kc": text]))
    #expect(bomb.diagnostics.map(\.code) == ["KC0172"])
    var doubled = "let s0 = \"0123456789\"\n"
    for level in 1...40 { doubled += "let s\(level) = s\(level - 1) + s\(level - 1)\n" }
    let long = Compilation(entry: ["main.kc"], provider: MemorySources(["main.kc": doubled]))
    #expect(long.diagnostics.map(\.code) == ["KC0172"])
    let wide = "let n = (for i in -9223372036854775807...9223372036854775807 { i }).count"
    let range = Compilation(entry: ["main.kc"], provider: MemorySources(["main.kc": wide]))
    #expect(range.diagnostics.map(\.code) == ["KC0172"])
  }

  /// What would go through shared values for ever, or through nested ones until there is no stack left, is refused.
  @Test func refusesSharedValues() {
    for (first, level) in [("[1]", "[X, X]"), ("{ x = 1 }", "{ l = X, r = X }")] {
      let ways = ["a60 == b60", "b60 in [a60]", "[a60, b60].unique().count", "match a60 { b60 -> 1, _ -> 2 }"]
      for way in ways {
        var shared = "let a0 = \(first)\nlet b0 = \(first)\n"
        for number in 1...60 {
          for name in ["a", "b"] {
            let value = level.replacing("X", with: "\(name)\(number - 1)")
            shared += "let \(name)\(number) = \(value)\n"
          }
        }
        let found = Compilation(
          entry: ["main.kc"], provider: MemorySources(["main.kc": shared + "let found = \(way)\n"]))
        #expect(Set(found.diagnostics.map(\.code)) == ["KC0172"], "\(way)")
      }
      let deep = level.replacing("X, X", with: "X").replacing("l = X, r = X", with: "x = X").replacing("X", with: "all")
      let nested = "let a = (for n in 1...100000 { n }).fold(\(first), (all, n) => \(deep))\nlet b = a == [a]\n"
      let found = Compilation(entry: ["main.kc"], provider: MemorySources(["main.kc": nested]))
      #expect(found.diagnostics.map(\.code) == ["KC0172"])
    }
  }

  /// Values of schemas share their parts, too; and comparing takes steps.
  @Test func comparesSharedValues() {
    var made = "schema N { l: N?, r: N?, x: Int? }\nlet a0 = N(x: 1)\nlet b0 = N(x: 1)\n"
    for number in 1...60 {
      for name in ["a", "b"] {
        made += "let \(name)\(number) = N(l: \(name)\(number - 1), r: \(name)\(number - 1))\n"
      }
    }
    let same = Compilation(
      entry: ["main.kc"], provider: MemorySources(["main.kc": made + "config c { data { X = \"\\(a60 == b60)\" } }\n"]))
    #expect(same.diagnostics.isEmpty)
    let long = "let n = (for i in 1...100000 { i })\nlet found = n.filter(i => n.contains(-i)).count\n"
    let square = Compilation(entry: ["main.kc"], provider: MemorySources(["main.kc": long]))
    #expect(square.diagnostics.map(\.code) == ["KC0171"])
  }
}
