import KCLang
import KCSyntax
import Testing

/// `docs/reference/stdlib.md` shows each function of the standard library, and its examples are true.
@Suite struct StandardFunctionTests {
  private static let page = LanguageCase.root + "/docs/reference/stdlib.md"
  private static let imports = ["hook", "input", "net", "pod", "probe", "semver"]

  /// `project.kc` and what the examples stand in.
  private func problems(_ function: StandardFunction) -> [String] {
    let module = Self.imports.filter { function.group == "std.\($0)" }.map { "import std.\($0)\n" }.joined()
    let source = "\(module)test \"example\" {\n  assert \(function.example) == \(function.result)\n}\n"
    let files = ["main.kc": source, "project.kc": "project shop { }\n"]
    let suite = TestSuite(entry: ["main.kc"], provider: MemorySources(files), options: CompileOptions())
    return suite.compilation.diagnostics.map(\.message)
      + suite.tests.flatMap { suite.run($0).failures }.map { $0.message + "\n" + $0.detail }
  }

  @Test(arguments: StandardFunctions.all.filter { !$0.example.isEmpty }) func examplesAreTrue(_ one: StandardFunction) {
    #expect(problems(one) == [], "\(one.title)")
  }

  /// Only functions that ask for something from outside, or make part of an object, have no example.
  @Test func allHaveExamples() {
    let bare = StandardFunctions.all.filter { $0.example.isEmpty && !$0.group.isEmpty }.map(\.title)
    #expect(
      bare == [
        "Key.owner", "Key.key", "hook.exec", "hook.http", "hook.sleep", "input.env", "metric.pods", "metric.external",
        "metric.object", "pod.field", "pod.resource", "probe.http", "probe.tcp", "probe.grpc", "probe.exec",
      ])
    #expect(StandardFunctions.all.allSatisfy { !$0.documentation.isEmpty })
  }

  @Test func pageShowsThem() {
    GeneratedPage(Self.page).holds(Self.text())
  }

  private static func text() -> String {
    var out = ""
    var group: String?
    for one in StandardFunctions.all {
      if one.group != group {
        out += "\n## \(heading(one))\n\n| | | |\n| --- | --- | --- |\n"
        group = one.group
      }
      let example = one.example.isEmpty ? "" : "`\(cell(one.example))` is `\(cell(one.result))`"
      out += "| `\(cell(one.signature))` | \(cell(one.documentation.replacing("\n", with: " "))) | \(example) |\n"
    }
    return out
  }

  private static func heading(_ function: StandardFunction) -> String {
    let group = function.group
    if group.isEmpty { return "Functions that every file sees" }
    guard group.hasPrefix("std.") else { return group }
    return function.needsImport ? "`import \(group)`" : "`\(group.dropFirst(4))`, in every file"
  }

  private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
