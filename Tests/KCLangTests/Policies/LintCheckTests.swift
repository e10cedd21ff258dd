import KCLang
import KCSyntax
import Testing

/// What kube-linter checks by default, a policy of the library or the language itself checks too: in kc's blocks and in
/// the API's own form, and once for each mistake.
@Suite struct LintCheckTests {
  private static func compile(_ text: String) -> Compilation {
    var options = CompileOptions()
    options.checksObjects = true
    return Compilation(entry: ["main.kc"], provider: MemorySources(["main.kc": text]), options: options)
  }

  private static func made(_ changes: [LintCheck.Change], in text: String) -> String {
    changes.reduce(text) { $0.replacing($1.old, with: $1.new) }
  }

  /// The code of a diagnostic, or the policy that is not kept.
  private static func answer(_ diagnostic: Diagnostic) -> String {
    guard diagnostic.code == "KC0200", let note = diagnostic.notes.first else { return diagnostic.code }
    let parts = note.split(separator: "`")
    return parts.count > 1 ? String(parts[1]) : note
  }

  @Test(arguments: [LintCheck.soundBlocks, LintCheck.soundObjects])
  func soundProgramsKeepAll(_ text: String) {
    #expect(Self.compile(text).diagnostics.map(\.message) == [])
  }

  @Test(arguments: LintCheck.all.map(\.name))
  func isAnswered(_ name: String) throws {
    let check = try #require(LintCheck.all.first { $0.name == name })
    for (changes, sound, wanted) in [
      (check.blocks, LintCheck.soundBlocks, check.answers.blocks),
      (check.objects, LintCheck.soundObjects, check.answers.api),
    ] {
      for change in changes { #expect(sound.contains(change.old), "\(name) changes nothing") }
      let found = Self.compile(Self.made(changes, in: sound)).diagnostics
      #expect(found.map(Self.answer) == [wanted], "\(found.map(\.message))")
    }
  }
}
