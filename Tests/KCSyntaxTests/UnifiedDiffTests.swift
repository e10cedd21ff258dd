import KCSyntax
import Testing

@Suite struct UnifiedDiffTests {
  @Test func showsChangesWithWhatStandsAround() {
    let old = (1...20).map { "line \($0)\n" }.joined()
    let new = old.replacing("line 5\n", with: "five\n").replacing("line 19\n", with: "")
    #expect(
      UnifiedDiff(old: old, new: new).lines(path: "a.kc") == [
        "--- a.kc", "+++ a.kc", "@@ -2,7 +2,7 @@", " line 2", " line 3", " line 4", "-line 5", "+five", " line 6",
        " line 7", " line 8", "@@ -16,5 +16,4 @@", " line 16", " line 17", " line 18", "-line 19", " line 20",
      ])
  }

  @Test func saysNothingOfWhatIsTheSame() {
    #expect(UnifiedDiff(old: "a\n", new: "a\n").lines(path: "a") == [])
    #expect(UnifiedDiff(old: "", new: "").lines(path: "a") == [])
  }

  @Test func marksAMissingLastLineBreak() {
    #expect(
      UnifiedDiff(old: "a", new: "a\n").lines(path: "a") == [
        "--- a", "+++ a", "@@ -1 +1 @@", "-a", "\\ No newline at end of file", "+a",
      ])
    #expect(UnifiedDiff(old: "", new: "a\n").lines(path: "a") == ["--- a", "+++ a", "@@ -0,0 +1 @@", "+a"])
  }

  /// What a diff adds and keeps is the new text; what it removes and keeps the old one, around its changes.
  @Test(arguments: FixtureTests.fixtures) func holdsBothTexts(path: String) throws {
    let old = String(decoding: try #require(Files.read(path)), as: UTF8.self)
    let new = String(decoding: Formatter.format(parse(old)), as: UTF8.self)
    let lines = UnifiedDiff(old: old, new: new).lines(path: "x").dropFirst(2).filter { !$0.hasPrefix("@@ ") }
    #expect(lines.isEmpty == (old == new))
    for (mark, whole) in [("-", old), ("+", new)] {
      let kept = lines.filter { $0.hasPrefix(mark) || $0.hasPrefix(" ") }.map { String($0.dropFirst()) }
      var rest = whole.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)[...]
      for line in kept {
        rest = rest.drop { $0 != line }.dropFirst()
      }
      #expect(kept.isEmpty || rest.count < whole.split(separator: "\n", omittingEmptySubsequences: false).count)
      #expect(lines.filter { $0.hasPrefix(mark) }.count <= whole.split(separator: "\n").count + 1)
    }
  }
}
