import KCImport
import Testing

/// What a manifest becomes, which is proved to come out as it went in.
func imported(_ text: String) -> SourceImport.Result {
  let objects = ManifestReader.read(Array(text.utf8), file: "a.yaml").objects
  let result = SourceImport.source(for: objects)
  let proof = RoundTrip(objects, result)
  #expect(proof.differences == [])
  #expect(proof.diagnostics == [])
  return result
}
