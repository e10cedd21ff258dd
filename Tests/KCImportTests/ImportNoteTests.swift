import KCData
import KCImport
import Testing

@Suite struct ImportNoteTests {
  @Test func variablesThatLookSecretAreSaid() {
    let text = """
      apiVersion: v1
      kind: Pod
      metadata: {name: p}
      spec:
        containers:
        - name: c
          image: a:1
          env:
          - {name: DB_PASSWORD, value: hunter2}
          - {name: URL, value: "postgres://a:b@db/x"}
          - {name: PASSWORD_LENGTH, value: "12"}
          - {name: TOKEN, valueFrom: {secretKeyRef: {name: s, key: t}}}
          - {name: EMPTY_PASSWORD, value: ""}
      ---
      {apiVersion: v1, kind: Secret, metadata: {name: empty}, data: {a: ""}}
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: settings}
      data: {DB_PASSWORD: hunter2, ADMIN_TOKEN: "topsecret", LEVEL: info, file.ini: "a\nTOKEN: b"}
      """
    let objects = ManifestReader.read(Array(text.utf8), file: "a.yaml").objects
    let notes = SourceImport.source(for: objects).notes.map { "\($0.line): \($0.message)" }
    let said = "look like secrets, and the source says them in clear, as the manifest does"
    #expect(notes == ["1: `DB_PASSWORD`, `URL`, `ADMIN_TOKEN` \(said)"])
  }

  @Test func placesAreOptional() {
    let note = ImportNote(.warning, "`links` has no counterpart", file: "compose.yaml")
    #expect(note.line == 0)
    #expect(note != ImportNote(.warning, "`links` has no counterpart", file: "compose.yaml", line: 3))
  }

  private func object(_ apiVersion: String, _ kind: String, _ name: String, _ fields: Fields = [:]) -> ImportedObject {
    var all: Fields = [
      "apiVersion": .string(apiVersion), "kind": .string(kind), "metadata": ["name": .string(name)],
    ]
    for (key, value) in fields { all[key] = value }
    return ImportedObject(.object(all), file: "a.yaml", line: 3)
  }

  @Test func whatManyObjectsHaveIsSaidOnce() {
    let widgets = (0..<3).map { object("example.com/v1", "Widget", "w\($0)") }
    let others = [
      object("extensions/v1beta1", "Deployment", "old"),
      object("v1", "Secret", "s", ["stringData": ["a": "b"]]), object("v1", "Secret", "t", ["data": ["a": "YQ=="]]),
    ]
    #expect(
      SourceImport.source(for: widgets + others).notes.map(\.message) == [
        "kc has no schema of Widget of example.com/v1: what these 3 say is not checked",
        "Deployment is `apps/v1` now, and extensions/v1beta1 is gone: API servers refuse this object",
        "the values of secrets (`s`, `t`) stand in the source as they stood in the manifest",
      ])
  }

  @Test func whatSOPSEncryptedIsSaid() {
    let sealed = ["a", "b"].map { name in
      object("v1", "Secret", name, ["stringData": ["key": "ENC[x]"], "sops": ["mac": "ENC[y]", "version": "3.9.0"]])
    }
    let notes = SourceImport.source(for: sealed).notes
    #expect(
      notes.map(\.message) == ["`a`, `b` stand as SOPS encrypted them, which no API server takes"])
    #expect(notes.first?.help?.contains("sops --decrypt FILE") ?? false)
  }

  @Test func definedKindsAreChecked() {
    let definition = object(
      "apiextensions.k8s.io/v1", "CustomResourceDefinition", "widgets.example.com",
      ["spec": ["group": "example.com", "names": ["kind": "Widget"]]])
    #expect(SourceImport.source(for: [definition, object("example.com/v1", "Widget", "w")]).notes.isEmpty)
  }

  @Test func aSummarySaysWhatBecameOfAll() {
    let objects = [
      object("v1", "ConfigMap", "c"), object("storage.k8s.io/v1", "CSIDriver", "d", ["spec": [:]]),
      object("example.com/v1", "Widget", "w"),
    ]
    let notes = [
      ImportNote(.error, "no YAML", file: "b.yaml", line: 2), ImportNote(.warning, "no object", file: "c.yaml"),
    ]
    #expect(
      ImportSummary(objects, SourceImport.source(for: objects), notes: notes).lines == [
        "3 objects: 1 as a block of the library, 1 in the terms of the API, 1 of a kind that kc has no schema of.",
        "Left out: 1 file that cannot be read, a document that is no object.",
      ])
    let first = [objects[0]]
    #expect(
      ImportSummary(first, SourceImport.source(for: first), notes: []).lines == [
        "1 object, as a block of the library."
      ])
  }
}
