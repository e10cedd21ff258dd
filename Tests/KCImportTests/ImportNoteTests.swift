import KCImport
import Testing

@Suite struct ImportNoteTests {
  @Test func placesAreOptional() {
    let note = ImportNote(.warning, "`links` has no counterpart", file: "compose.yaml")
    #expect(note.line == 0)
    #expect(note != ImportNote(.warning, "`links` has no counterpart", file: "compose.yaml", line: 3))
  }
}
