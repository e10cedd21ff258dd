import Glibc
import KCImport
import KCTestSupport
import Testing

/// Manifests and the source that becomes of them, beside each other: a change of style shows in the diff, and is to be
/// read by a person. `KC_UPDATE=1` writes the source anew.
@Suite struct ReadingTests {
  @Test(arguments: ["web-app", "database", "operator", "platform", "selectors", "comments"])
  func readsAsItDid(_ name: String) throws {
    let folder = "\(Oracle.projectRoot)/Tests/KCImportTests/Reading"
    let bytes = try #require(TestFile.read("\(folder)/\(name).yaml"))
    let objects = ManifestReader.read(bytes, file: "\(name).yaml").objects
    let result = SourceImport.source(for: objects, SourceImport.Options(project: "reading"))
    let proof = RoundTrip(objects, result)
    #expect(proof.diagnostics == [])
    #expect(proof.differences == [])
    let text = try #require(result.files.first { $0.path == "\(name).kc" }).text
    if getenv("KC_UPDATE") != nil {
      TestFile.write(text, to: "\(folder)/\(name).kc")
    }
    let expected = TestFile.read("\(folder)/\(name).kc").map { String(decoding: $0, as: UTF8.self) }
    #expect(text == expected)
  }
}
