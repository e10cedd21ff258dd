@testable import KCLang
import KCStdlib
import KCSyntax
import Testing

/// `docs/reference/policies.md` shows the library's policies as they are, and what answers each of kube-linter's checks.
@Suite struct PolicyPageTests {
  private static let page = LanguageCase.root + "/docs/reference/policies.md"

  private struct Entry {
    var name = ""
    var types = ""
    var severity = ""
    var documentation = ""
    var message = ""
  }

  /// The policies in the order of the source.
  private static let entries: [Entry] = {
    let file = SourceFile(id: 0, path: "policy.kc", bytes: StandardLibrary.file("policy.kc") ?? [])
    let tree = Parser.parse(file)
    return tree.root.parts.filter { $0.kind == .policyDecl }.map { entry($0, file) }
  }()

  private static func entry(_ node: SyntaxNode, _ file: SourceFile) -> Entry {
    var entry = Entry()
    let words = node.words.map { node.word($0) }
    entry.name = words.count > 1 ? words[1] : ""
    entry.types = node.parts.first.map { file.text($0.span.range) } ?? ""
    let check = node.child(.body)?.parts.first { $0.kind == .denyStatement }
    entry.severity = check.flatMap { $0.words.first.map($0.word) } == "deny" ? "error" : "warning"
    entry.message = check?.parts.last.map { shown(file.text($0.span.range)) } ?? ""
    let before = file.text(0..<node.span.start).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    entry.documentation = before.reversed().prefix { $0.hasPrefix("/// ") }.reversed()
      .map { String($0.dropFirst(4)) }.joined(separator: " ")
    return entry
  }

  /// A message as readers see it: `…` for what is put into it.
  private static func shown(_ literal: String) -> String {
    var out = ""
    var depth = 0
    var last: Character = " "
    for character in literal.dropFirst().dropLast() {
      if depth == 0, last == "\\", character == "(" {
        out.removeLast()
        out += "…"
        depth = 1
      } else if depth > 0 {
        depth += character == "(" ? 1 : character == ")" ? -1 : 0
      } else {
        out.append(character)
      }
      last = character
    }
    return out.replacing("`…`", with: "…").replacing("\\\"", with: "\"")
  }

  private static func short(_ types: String) -> String {
    var names: [String] = []
    for type in types.split(separator: "|") {
      let name = "`\(type.split(separator: ".").last.map { String($0).trimmed } ?? "")`"
      if !names.contains(name) { names.append(name) }
    }
    return names.joined(separator: ", ")
  }

  private static func policies() -> String {
    var out = "\n| policy | of | severity | why | says |\n| --- | --- | --- | --- | --- |\n"
    for entry in entries {
      out +=
        "| `\(entry.name)` | \(short(entry.types)) | \(entry.severity) | \(entry.documentation) | \(entry.message) |\n"
    }
    return out
  }

  private static func answer(_ answer: String) -> String {
    guard let info = DiagnosticCatalogue.find(answer) else { return "policy `\(answer)`" }
    return "[\(answer)](../diagnostics/\(answer).md) \(info.title)"
  }

  private static func checks() -> String {
    var out = "\n## The checks of kube-linter\n\n"
    out += "What kube-linter (0.8.3) checks unless it is told otherwise, and what answers it here: a policy, or the "
    out +=
      "language itself. In the API's own form\nwhat the program refers to may be on the cluster already, so that some "
    out += "errors are warnings there.\n\n| check | in kc's blocks | in the API's own form |\n| --- | --- | --- |\n"
    for check in LintCheck.all {
      let isSame = check.answers.blocks == check.answers.api
      out +=
        "| `\(check.name)` | \(answer(check.answers.blocks)) | \(isSame ? "the same" : answer(check.answers.api)) |\n"
    }
    return out
  }

  @Test func pageShowsThem() { GeneratedPage(Self.page).holds(Self.policies() + Self.checks()) }

  /// Who reads a policy's name wants to know what it is for.
  @Test func namesAreUnique() {
    let names = Self.entries.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.count > 30)
  }
}

extension String {
  fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
