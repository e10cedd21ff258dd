import KCCodec
import KCData
import KCLang
import KCSyntax
import Testing

/// Reports in SARIF have the structure that version 2.1.0 requires.
@Suite struct SARIFTests {
  private func report(_ one: LanguageCase) throws -> Value {
    let result = one.compile()
    let report = DiagnosticReport(files: result.sources, catalogue: DiagnosticCatalogue.all, version: "1.0")
    return try JSON.parse(Array(report.render(result.diagnostics, as: .sarif).utf8))
  }

  @Test(arguments: LanguageCase.all().map(\.name).filter { $0.hasPrefix("mistakes/") || $0.hasPrefix("catalogue/") })
  func isWellFormed(_ name: String) throws {
    let found = try #require(LanguageCase.all().first { $0.name == name })
    let log = try report(found)
    #expect(log["version"] == "2.1.0")
    #expect(text(log["$schema"])?.contains("sarif-2.1.0") == true)
    let runs = try #require(items(log["runs"]))
    #expect(runs.count == 1)
    let rules = items(runs[0]["tool"]?["driver"]?["rules"]) ?? []
    #expect(text(runs[0]["tool"]?["driver"]?["name"]) == "kc")
    #expect(["utf16CodeUnits", "unicodeCodePoints"].contains(text(runs[0]["columnKind"])))
    #expect(Set(rules.compactMap { text($0["id"]) }).count == rules.count)
    let results = try #require(items(runs[0]["results"]))
    #expect(results.count == found.compile().diagnostics.count)
    for result in results { try check(result, rules) }
  }

  /// A result: its rule, its level, its message, and places that are ranges.
  private func check(_ result: Value, _ rules: [Value]) throws {
    guard case .int(let index) = result["ruleIndex"] else { return #expect(Bool(false), "no ruleIndex") }
    #expect(rules.indices.contains(Int(index)))
    #expect(rules[Int(index)]["id"] == result["ruleId"])
    #expect(["none", "note", "warning", "error"].contains(text(result["level"])))
    #expect(text(result["message"]?["text"])?.isEmpty == false)
    for location in (items(result["locations"]) ?? []) + (items(result["relatedLocations"]) ?? []) {
      let place = try #require(location["physicalLocation"])
      try check(uri: place["artifactLocation"])
      try check(region: place["region"])
    }
    for fix in items(result["fixes"]) ?? [] {
      let changes = try #require(items(fix["artifactChanges"]))
      #expect(!changes.isEmpty)
      for change in changes {
        try check(uri: change["artifactLocation"])
        let replacements = try #require(items(change["replacements"]))
        #expect(!replacements.isEmpty)
        for replacement in replacements { try check(region: replacement["deletedRegion"]) }
      }
    }
  }

  private func check(uri location: Value?) throws {
    let uri = try #require(text(location?["uri"]))
    #expect(!uri.isEmpty && !uri.contains(" "))
  }

  /// Lines and columns are counted from one, and a region does not end before it begins.
  private func check(region: Value?) throws {
    let numbers = ["startLine", "startColumn", "endLine", "endColumn"].compactMap { key -> Int64? in
      if case .int(let number) = region?[key] { number } else { nil }
    }
    try #require(numbers.count == 4)
    #expect(numbers.allSatisfy { $0 >= 1 })
    #expect((numbers[0], numbers[1]) <= (numbers[2], numbers[3]))
  }

  private func text(_ value: Value?) -> String? { if case .string(let text) = value { text } else { nil } }
  private func items(_ value: Value?) -> [Value]? { if case .array(let items) = value { items } else { nil } }
}
