import KCCodec
import KCData
import Testing

@testable import KCImport

/// `--lift`: names for what an import repeats.
@Suite struct LiftTests {
  private func lift(_ files: [String: String]) -> (texts: [String: String], proof: RoundTrip) {
    let objects = files.sorted { $0.key < $1.key }.flatMap {
      ManifestReader.read(Array($0.value.utf8), file: $0.key).objects
    }
    let result = SourceImport.source(for: objects, SourceImport.Options(isLifting: true))
    let texts = Dictionary(result.files.map { ($0.path, $0.text) }) { first, _ in first }
    return (texts, RoundTrip(objects, result, checksObjects: true))
  }

  private func service(_ name: String, labels: String) -> String {
    """
    apiVersion: v1
    kind: Service
    metadata: {name: \(name), labels: \(labels)}
    spec: {selector: {run: \(name)}, ports: [{port: 80}]}

    """
  }

  private func deployment(_ name: String, _ pod: String) -> String {
    """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: \(name), labels: {run: \(name)}}
    spec:
      selector: {matchLabels: {run: \(name)}}
      template:
        metadata: {labels: {run: \(name)}}
        spec:
          \(pod.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n      "))

    """
  }

  @Test func labelsThatRepeatHaveTheNameOfTheirApplication() {
    let web =
      service("web", labels: "{app: web, tier: front}") + "---\n" + service("w", labels: "{tier: front, app: web}")
    let api =
      service("api", labels: "{app: api, tier: back}") + "---\n" + service("a", labels: "{app: api, tier: back}")
    let one = lift(["a.yaml": web])
    #expect(
      one.texts["a.kc"]?.hasPrefix("import std.exact\n\nlet labels = { app = \"web\", tier = \"front\" }\n\n") ?? false)
    #expect(one.proof.agreed == 2 && one.proof.diagnostics == [])

    let two = lift(["a.yaml": web, "b.yaml": api])
    #expect(two.texts["a.kc"]?.contains("let web-labels = { app = \"web\", tier = \"front\" }\n") ?? false)
    #expect(two.texts["b.kc"]?.contains("labels = api-labels\n") ?? false)
    #expect(two.texts["shared.kc"] == nil)
    #expect(two.proof.agreed == 4 && two.proof.diagnostics == [])
  }

  @Test func labelsOfSeveralFilesAreShared() {
    let labels = "{app: web, tier: front}"
    let both = lift(["a.yaml": service("a", labels: labels), "b.yaml": service("b", labels: labels)])
    #expect(
      both.texts["shared.kc"] == "// What several files say.\n\nlet labels = { app = \"web\", tier = \"front\" }\n")
    #expect(both.texts["b.kc"]?.contains("import \"./shared.kc\"\n\nservice b {\n  labels = shared.labels\n") ?? false)
    #expect(both.proof.agreed == 2 && both.proof.diagnostics == [])
  }

  @Test func oneLabelIsNoName() {
    let both = lift(["a.yaml": service("a", labels: "{app: web}") + "---\n" + service("b", labels: "{app: web}")])
    #expect(both.texts["a.kc"]?.contains("let ") == false)
  }

  @Test func podsShareWhatTheyRepeat() {
    let pod = { (name: String) in
      """
      nodeSelector: {pool: apps, "kubernetes.io/os": linux}
      tolerations:
      - {key: dedicated, operator: Equal, value: apps, effect: NoSchedule}
      - {key: spot, operator: Exists}
      containers:
      - name: \(name)
        image: shop/\(name):1
        env:
        - {name: NAME, value: \(name)}
        # the database
        - {name: DB_HOST, value: db}
        - {name: DB_PORT, value: "5432"}
        - {name: LOG, value: json}
        securityContext: {allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: {drop: [ALL]}}
      """
    }
    let all = lift(["a.yaml": deployment("a", pod("a")) + "---\n" + deployment("b", pod("b"))])
    let text = all.texts["a.kc"] ?? ""
    #expect(text.contains("let nodes = { pool = \"apps\", \"kubernetes.io/os\" = \"linux\" }\n"), "\(text)")
    #expect(text.contains("let variables = { DB_HOST = \"db\", DB_PORT = \"5432\", LOG = \"json\" }\n"))
    #expect(text.contains("let restricted-security = { nonRoot = true, escalation = false, drop = [\"ALL\"] }\n"))
    #expect(text.contains("affinity tolerations {\n  tolerate dedicated == \"apps\" NoSchedule\n  tolerate spot\n}\n"))
    #expect(
      text.contains(
        """
            env NAME = "b"
            // the database
            for name, value in variables { env "\\(name)" = value }
            security = restricted-security
          }

          affinity {
            use tolerations()
          }

        """))
    #expect(all.proof.agreed == 2 && all.proof.diagnostics == [])
  }

  @Test func variablesInAnotherOrderAreNotTheSame() {
    let pod = { (variables: String) in "containers: [{name: a, image: b, env: [\(variables)]}]" }
    let all = lift([
      "a.yaml": deployment("a", pod("{name: A, value: x}, {name: B, value: y}, {name: C, value: z}")) + "---\n"
        + deployment("b", pod("{name: C, value: z}, {name: B, value: y}, {name: A, value: x}"))
    ])
    #expect(all.proof.agreed == 2)
    #expect(all.texts["a.kc"]?.contains("for name") == false)
  }

  @Test func namesOfImagesStandForImagesAlone() {
    let pod = "containers: [{name: a, image: redis}]"
    let all = lift(["a.yaml": deployment("redis", pod) + "---\n" + deployment("r", pod)])
    #expect(all.texts["a.kc"]?.contains("labels = { run = \"redis\" }\n") ?? false)
    #expect(all.texts["a.kc"]?.contains("image = image\n") ?? false)
    #expect(all.proof.agreed == 2)
  }

  /// A namespace and an account that happen to be called alike are no one thing; a secret that three pods mount is.
  @Test func whatIsCalledAlikeIsNotTheSame() {
    let pods = (0..<3).map { number in
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: p\(number), namespace: shop-system}
      spec:
        serviceAccountName: shop-system
        containers: [{name: app, image: "a:v\(number)", envFrom: [{secretRef: {name: shop-secrets}}]}]
        volumes: [{name: v, secret: {secretName: shop-certificates}}]
      """
    }
    let text = lift(["a.yaml": pods.joined(separator: "\n---\n")]).texts["a.kc"] ?? ""
    #expect(text.contains("let secretName = \"shop-certificates\"\n"), "\(text)")
    #expect(text.contains("account = \"shop-system\"\n"), "\(text)")
    #expect(!text.contains("serviceAccountName"))
  }

  @Test func recordsOfCustomResourcesAreShared() {
    let files = (0..<3).map { number in
      """
      apiVersion: example.com/v1
      kind: Release
      metadata: {name: r\(number)}
      spec:
        sourceRef: {kind: GitRepository, name: charts, namespace: flux}
      """
    }
    let all = lift(["a.yaml": files.joined(separator: "\n---\n")])
    let text = all.texts["a.kc"] ?? ""
    #expect(
      text.hasPrefix("let sourceRef = { kind = \"GitRepository\", name = \"charts\", namespace = \"flux\" }\n\n"),
      "\(text)")
    #expect(text.contains("sourceRef = sourceRef"))
    #expect(all.proof.agreed == 3)
  }
}
