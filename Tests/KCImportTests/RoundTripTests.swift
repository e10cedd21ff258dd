import KCData
import KCImport
import Testing

@Suite struct RoundTripTests {
  private func differences(_ objects: [Value]) -> [String] {
    let imported = objects.map { ImportedObject($0, file: "a.yaml") }
    let result = SourceImport.source(for: imported)
    let proof = RoundTrip(imported, result)
    return proof.diagnostics + proof.differences.map(\.message)
  }

  private func widget(_ spec: Value) -> Value {
    ["apiVersion": "example.com/v1", "kind": "Widget", "metadata": ["name": "a"], "spec": spec]
  }

  private static let specs: [Value] = [
    ["a": .null, "b": [:], "c": [], "d": [[]], "e": [[:]]],
    ["a": .int(.max), "b": .int(.min), "c": -3, "d": 0],
    ["a": 1.5, "b": -1e300, "c": 1e-7, "d": 1.8446744073709552e19, "e": .number(.leastNonzeroMagnitude)],
    ["": "x", " ": "y", "a b": 1, "a.b/c": 2, "1": 3, "-": 4, "true": 5, "null": 6, "\n\"\\": 7, "é": 8],
    [
      "if": 1, "for": ["let": 2], "match": 3, "delete": 4, "affinity": ["a": 1], "type": ["moved": 1],
      "env": ["x": 1],
    ],
    [
      "a": "\\(x)", "b": "\"", "c": "\"\"\"", "d": "\"\"\"#", "e": "\\", "f": "\0\u{1}\r\n\t\u{7f}\u{feff}",
      "g": "#\"a\"#",
    ],
    [
      "a": "x\n", "b": "x\ny", "c": "\n\nx\n\n", "d": "  x\n    y\n\n  z\n", "e": "\tx\n\ty\n\tz",
      "f": "a\\n\\tb\n\\(c)\n\"\"\"\n",
    ],
    ["a": "one\r\ntwo\r\nthree\r\n", "b": " \n \n ", "c": "\u{301}x\n\u{301}y\nz\n", "d": "x\n   \n  y\n"],
    ["a": "100m", "b": "64Mi", "c": "5s", "d": "25%", "e": "1e3", "f": "yes", "g": "0x10"],
  ]

  @Test(arguments: 0..<specs.count)
  func anyValueComesBack(_ index: Int) { #expect(differences([widget(Self.specs[index])]) == []) }

  @Test func objectsWithoutNamesComeBack() {
    #expect(
      differences([
        ["apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": ["a.yaml"]],
        ["apiVersion": "batch/v1", "kind": "Job", "metadata": ["generateName": "a-"], "spec": ["completions": 1]],
        ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a:b"]],
        ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a", "namespace": "x"]],
        ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a", "namespace": "y"]],
      ]) == [])
  }

  /// The API server does not tell a field that is not set from an empty text, zero or `false`.
  @Test func whatIsNotSetSaysNothing() {
    func text(_ metadata: String, _ rest: String) -> String {
      let text = "apiVersion: v1\nkind: Pod\nmetadata: {\(metadata)}\n\(rest)"
      let objects = ManifestReader.read(Array(text.utf8), file: "a.yaml").objects
      let result = SourceImport.source(for: objects)
      #expect(RoundTrip(objects, result).differences == [])
      return result.files[0].text
    }
    let containers =
      "containers: [{name: a, image: b, tty: false, volumeMounts: [{name: c, mountPath: /c, readOnly: false}]}]"
    let volumes = "volumes: [{name: c, azureFile: {shareName: s, secretName: t, readOnly: false}}]"
    for namespace in ["null", "\"\""] {
      let pod = text("name: a, namespace: \(namespace)", "spec: {hostNetwork: false, \(containers), \(volumes)}")
      #expect(pod.contains("pod a {") && !pod.contains("namespace") && !pod.contains("false"), "\(pod)")
      let odd = text("namespace: \(namespace)", "odd: 1")
      #expect(!odd.contains("namespace"))
    }
  }

  /// What the API server would refuse comes back, too, and is refused by the compiler.
  @Test func fieldsThatTheKindDoesNotHaveComeBack() {
    let objects: [Value] = [
      ["apiVersion": "v1", "kind": "Secret", "stringData": ["k": "v"], "sops": ["mac": "x"]],
      ["apiVersion": "v1", "kind": "ConfigMap", "data": "${DATA}"],
      ["apiVersion": "v1", "kind": "ServiceAccount", "spec": [:]],
    ].map { (fields: Fields) in
      var fields = fields
      fields["metadata"] = ["name": "a", "namespace": "default"]
      return .object(fields)
    }
    let imported = objects.map { ImportedObject($0, file: "a.yaml") }
    let proof = RoundTrip(imported, SourceImport.source(for: imported))
    #expect(proof.rendered == objects)
    #expect(proof.refused.keys.sorted() == [0, 1, 2])
  }

  /// Of objects that are called alike, those of the same folder belong together.
  @Test func referencesStayInTheirFolder() {
    let imported = ["a", "b"].flatMap { folder -> [ImportedObject] in
      let settings: Value = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "settings"]]
      let pod: Value = [
        "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string("web-\(folder)")],
        "spec": [
          "containers": [["name": "c", "image": "x/y:1", "envFrom": [["configMapRef": ["name": "settings"]]]]]
        ],
      ]
      return [
        ImportedObject(settings, file: "\(folder)/settings.yaml"), ImportedObject(pod, file: "\(folder)/pod.yaml"),
      ]
    }
    let others = (0..<12).map { number in
      ImportedObject(
        ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "c\(number)"]], file: "c/\(number).yaml")
    }
    let result = SourceImport.source(for: imported + others, SourceImport.Options(isMirroring: true, project: "shop"))
    let texts = Dictionary(result.files.map { ($0.path, $0.text) }) { first, _ in first }
    #expect(texts["a/pod.kc"]?.contains("envFrom = [config.settings]") ?? false, "\(texts["a/pod.kc"] ?? "")")
    #expect(texts["b/pod.kc"]?.contains("envFrom = [config.settings-b]") ?? false, "\(texts["b/pod.kc"] ?? "")")
    #expect(RoundTrip(imported + others, result).agreed == 16)
  }

  /// Names of files tell objects apart by what they say besides the object's name, and take none that others have.
  @Test func namesOfFilesAreNotRepeatedInNames() {
    func names(_ files: [(name: String, file: String)]) -> [String] {
      let objects = files.map { name, file in
        ImportedObject(
          ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)]], file: "\(file).yaml")
      }
      return SourceImport.source(for: objects, SourceImport.Options(isMirroring: true)).addresses
    }
    let others = (0..<12).map { ("c\($0)", "c/\($0)") }
    let found = names(
      [
        ("carts", "all/all"), ("carts", "all/01-carts-dep"), ("db", "all/db"), ("db", "other/db"),
        ("web", "all/web"), ("web", "web/web"), ("a", "a/0"), ("a", "a/b"), ("a-b", "a/c"),
        ("app", "base/prod/app"), ("app", "base/test/app"),
      ] + others)
    #expect(
      found.prefix(11) == [
        "config.carts", "config.carts-dep", "config.db", "config.db-other", "config.web", "config.web-2", "config.a",
        "config.a-2", "config.a-b", "config.app", "config.app-test",
      ], "\(found)")
  }

  @Test func kindsOfAnyGroupAreBlocks() {
    let text = """
      {apiVersion: k8s.nginx.org/v1, kind: VirtualServer, metadata: {name: a}, spec: {host: b}}
      ---
      {apiVersion: example.com/v1, kind: widget, metadata: {name: a}, spec: {size: 1}}
      ---
      {apiVersion: sub.k8s.io/v1, kind: Thing, metadata: {name: a}, spec: {size: 1}}
      """
    let source = imported(text).files[0].text
    for head in ["k8s.nginx.org.v1.VirtualServer a {", "example.com.v1.widget a {", "sub.k8s.io.v1.Thing a {"] {
      #expect(source.contains(head), "\(source)")
    }
  }

  /// Texts that YAML folds are as long as they are; a line of source is not.
  @Test func longTextsAreFolded() {
    let words = (0..<40).map { "word\($0)" }.joined(separator: " ")
    let template =
      "The rate of {{ $labels.job }} is {{ $value | humanizePercentage }}, which is more than {{ $labels.most }} of all that came, and that is too much."
    let objects = ["\(words)\n", words, template, "\(words)  two  spaces", "a \\ \(words)", "  \(words)"].enumerated()
      .map { ImportedObject(widget(["text": .string($1), "list": [.string($1)]]), file: "\($0).yaml") }
    let result = SourceImport.source(for: objects)
    #expect(RoundTrip(objects, result).differences == [])
    let texts = result.files.map(\.text)
    for text in texts.prefix(4) {
      #expect(text.split(separator: "\n").allSatisfy { $0.utf8.count <= 110 }, "\(text)")
      #expect(!text.contains("{{ \\\n") && text.contains(" \\\n"), "\(text)")
    }
    #expect(!texts[4].contains(" \\\n"))
  }

  @Test func objectsOfTheClusterMaySayANamespace() {
    #expect(
      differences([
        [
          "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
          "metadata": ["name": "widgets.example.com"],
          "spec": [
            "group": "example.com", "scope": "Cluster", "names": ["kind": "Widget", "plural": "widgets"],
            "versions": [
              [
                "name": "v1", "served": true, "storage": true,
                "schema": ["openAPIV3Schema": ["type": "object", "x-kubernetes-preserve-unknown-fields": true]],
              ]
            ],
          ],
        ],
        ["apiVersion": "example.com/v1", "kind": "Widget", "metadata": ["name": "a", "namespace": "x"]],
        ["apiVersion": "example.com/v1", "kind": "Widget", "metadata": ["name": "b"]],
      ]) == [])
  }

  /// The API server refuses it, where it gives others their own.
  @Test func anEmptyListOfPoliciesStays() {
    let scaler: Value = [
      "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": ["name": "a"],
      "spec": [
        "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "a"], "maxReplicas": 2,
        "behavior": ["scaleDown": ["policies": []]],
      ],
    ]
    let imported = [ImportedObject(scaler, file: "a.yaml")]
    let proof = RoundTrip(imported, SourceImport.source(for: imported), checksObjects: true)
    #expect(proof.differences == [])
    #expect(proof.diagnostics.contains { $0.contains("spec.behavior.scaleDown.policies") }, "\(proof.diagnostics)")
  }

  @Test func repeatedTextsAreLifted() {
    let objects: [Value] = ["a", "b"].map { name in
      [
        "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name)],
        "spec": ["containers": [["name": "c", "image": "x/y:1"]]],
      ]
    }
    let imported = objects.map { ImportedObject($0, file: "a.yaml") }
    let result = SourceImport.source(for: imported, SourceImport.Options(isLifting: true))
    #expect(result.files.first?.text.hasPrefix("import std.exact\n\nparam image = \"x/y:1\"\n\n") ?? false)
    #expect(RoundTrip(imported, result).agreed == 2)
  }

  @Test func textsOfSeveralFilesAreShared() {
    let imported = (0..<3).map { number in
      ImportedObject(
        [
          "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string("p\(number)")],
          "spec": ["containers": [["name": "c", "image": "registry.local/web:1"]]],
        ], file: "\(number)/pod.yaml")
    }
    let result = SourceImport.source(for: imported, SourceImport.Options(isLifting: true))
    let texts = Dictionary(result.files.map { ($0.path, $0.text) }) { first, _ in first }
    #expect(texts["shared.kc"] == "// What several files say.\n\nparam image = \"registry.local/web:1\"\n")
    #expect(texts["1-pod.kc"]?.hasPrefix("import std.exact\nimport \"./shared.kc\"\n\npod p1 {") ?? false)
    #expect(RoundTrip(imported, result).agreed == 3)
  }

  @Test func theFileOfSharedTextsIsCalledAsNoObjectIs() {
    let imported = (0..<3).map { number in
      ImportedObject(
        [
          "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "shared", "namespace": .string("n\(number)")],
          "spec": ["containers": [["name": "c", "image": "registry.local/web:1"]]],
        ], file: "\(number)/pod.yaml")
    }
    let result = SourceImport.source(for: imported, SourceImport.Options(isLifting: true))
    #expect(result.files.contains { $0.path == "shared-values.kc" })
    let proof = RoundTrip(imported, result, checksObjects: true)
    #expect(proof.agreed == 3 && proof.diagnostics == [])
    #expect(result.forms == [.library, .library, .library])
  }

  @Test func manyFilesLieInFolders() {
    let imported = (0..<20).map { number in
      ImportedObject(
        ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string("c\(number)")]],
        file: number == 0
          ? "deploy/all.yaml"
          : number < 4 ? "deploy/App \(number)/same.yaml" : "deploy/App \(number % 4)/part-\(number).yaml")
    }
    let options = SourceImport.Options(isMirroring: true, project: "shop")
    let result = SourceImport.source(for: imported, options)
    let paths = Set(result.files.map(\.path))
    #expect(paths.isSuperset(of: ["all.kc", "app-1/part-5.kc", "imports.kc", "project.kc"]))
    let imports = result.files.first { $0.path == "imports.kc" }?.text ?? ""
    #expect(imports.contains("import \"./app-1/part-5.kc\"\n"))
    #expect(imports.contains("import \"./app-2/same.kc\" as app-2-same\n"))
    #expect(RoundTrip(imported, result).agreed == 20)
  }

  @Test func differencesAreFound() {
    let object = widget(["a": 1])
    #expect(RoundTrip.difference(object, widget(["a": 2])) == "spec.a: 1 became 2")
    #expect(RoundTrip.difference(object, nil) != nil)
  }

  @Test func errorsNameFilesThatThereAre() {
    let text = """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: a}
      spec: {template: {spec: {restartPolicy: Always, containers: [{name: a, image: b}]}}}
      """
    let objects = ManifestReader.read(Array("---\n\(text)".utf8), file: "deploy/a.yaml").objects
    let result = SourceImport.source(for: objects)
    #expect(RoundTrip(objects, result).errorCount == 0)
    let proof = RoundTrip(objects, result, checksObjects: true)
    #expect(proof.errorCount == 1)
    #expect(proof.diagnostics.first?.hasPrefix("deploy/a.yaml:2: error[KC0197]: the API server refuses") ?? false)
    let written = RoundTrip(objects, result, checksObjects: true, folder: "shop")
    #expect(written.diagnostics.first?.contains("--> shop/a.kc:") ?? false)
  }
}
