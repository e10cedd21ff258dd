import KCImport
import KCSyntax
import Testing

/// Names that are words of the language: what is written with them parses, and comes back.
@Suite struct SourceWordsTests {
  @Test(arguments: LanguageWords.all.sorted()) func wordsStandAsNames(_ word: String) {
    let text = """
      apiVersion: v1
      kind: Pod
      metadata: {name: "\(word.lowercased())"}
      spec:
        containers:
        - name: app
          image: a:1
          ports: [{name: "\(word.lowercased())", containerPort: 80}]
          env: [{name: "\(word)", value: x}]
          readinessProbe: {httpGet: {path: /, port: "\(word.lowercased())"}}
          volumeMounts: [{name: "\(word.lowercased())", mountPath: /a}]
        volumes: [{name: "\(word.lowercased())", emptyDir: {}}]
      ---
      apiVersion: example.com/v1
      kind: Widget
      metadata: {name: w}
      spec: {\(word): {\(word): 1, a: {b: "x", c: "y", \(word): {d: [\(word)]}}}}
      """
    let objects = ManifestReader.read(Array(text.utf8), file: "a.yaml").objects
    let proof = RoundTrip(objects, SourceImport.source(for: objects))
    #expect(proof.diagnostics == [])
    #expect(proof.differences == [])
  }
}
