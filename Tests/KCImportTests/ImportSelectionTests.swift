import KCData
import KCImport
import Testing

/// What is imported of manifests, and what is left out.
@Suite struct ImportSelectionTests {
  private func select(_ text: String) -> ImportSelection {
    ImportSelection(ManifestReader.read(Array(text.utf8), file: "a.yaml").objects)
  }

  @Test func whatIsForToolsIsLeftOutAndSaidOnce() {
    let selection = select(
      """
      {apiVersion: kustomize.config.k8s.io/v1beta1, kind: Kustomization, resources: [a.yaml]}
      ---
      {apiVersion: kustomize.config.k8s.io/v1alpha1, kind: Component}
      ---
      {apiVersion: kind.x-k8s.io/v1alpha4, kind: Cluster}
      ---
      {apiVersion: v1, kind: Config, clusters: [], contexts: [], users: []}
      ---
      {apiVersion: example.com/v1, kind: Cluster, metadata: {name: c}}
      """)
    #expect(selection.objects.map { $0.object["apiVersion"] } == ["example.com/v1"])
    #expect(selection.leftOut == 4)
    #expect(
      selection.notes.map(\.message) == [
        "2 documents tell kustomize what to do, and no API server takes them: they are left out",
        "this document tells kind what to do, and no API server takes it: it is left out",
        "this document tells kubectl what to do, and no API server takes it: it is left out",
      ])
  }

  @Test func whatOnlyAPIServersSetIsLeftOut() {
    let selection = select(
      """
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: a
        uid: 0bd0
        resourceVersion: "7"
        generation: 2
        creationTimestamp: "2026-01-01T00:00:00Z"
        managedFields: [{manager: kubectl}]
        annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}"}
      data: {a: b}
      """)
    #expect(
      selection.objects.map(\.object) == [
        ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a"], "data": ["a": "b"]]
      ])
    #expect(
      selection.notes.map(\.message) == [
        "what only an API server sets, such as `uid` and `status`, is left out of an object"
      ])
    #expect(select("{apiVersion: v1, kind: Pod, metadata: {name: a, creationTimestamp: null}}").notes.isEmpty)
  }

  @Test func wordsThatAreTruthValuesAreSaid() {
    let selection = select(
      """
      {apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {a: "y", b: yes-no}}, data: {c: n}}
      ---
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: b}
      spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a, args: [5], env: [{value: on}]}]}}}}}
      """)
    #expect(
      selection.notes.map(\.message) == [
        "`data.c` is read as `false`, and so are 2 more values where the API takes texts: API servers refuse these objects"
      ])
    let one = select("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {a: y}}}")
    #expect(
      one.notes.map(\.message) == [
        "`metadata.labels.a` is read as `true`, and the API takes a text there: API servers refuse this object"
      ])
  }

  @Test(
    arguments: [
      ("RoleBinding", "rbac.authorization.k8s.io/v1", "subjects: [{kind: User, name: y}]", "subjects[0].name"),
      (
        "NetworkPolicy", "networking.k8s.io/v1", "spec: {podSelector: {matchLabels: {x: y}}}",
        "spec.podSelector.matchLabels.x"
      ),
      ("PodDisruptionBudget", "policy/v1", "spec: {selector: {matchLabels: {x: 1}}}", "spec.selector.matchLabels.x"),
      ("Secret", "v1", "type: on", "type"),
      ("ServiceAccount", "v1", "imagePullSecrets: [{name: 5}]", "imagePullSecrets[0].name"),
      (
        "Rollout", "argoproj.io/v1alpha1", "spec: {template: {spec: {containers: [{image: 1.5}]}}}",
        "spec.template.spec.containers[0].image"
      ),
    ])
  func textsAreLookedForInAllKinds(_ kind: String, _ version: String, _ fields: String, _ path: String) {
    let notes = select("apiVersion: \(version)\nkind: \(kind)\nmetadata: {name: a}\n\(fields)\n").notes
    #expect(notes.count == 1 && notes.first?.message.hasPrefix("`\(path)` is read as ") ?? false, "\(notes)")
    #expect(notes.first?.line == 4)
  }

  @Test func aTextThatIsNoneIsShownWhereItStands() {
    let list = """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: a}
      ---
      apiVersion: v1
      kind: List
      items:
      - apiVersion: v1
        kind: ConfigMap
        metadata:
          name: b
          labels:
            a: b
            c: no
      """
    #expect(select(list).notes.map(\.line) == [14])
    let merged = """
      # What an alias brings in stands where the alias does.
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: b
        labels: &labels {a: "1"}
        annotations:
          <<: *labels
          b: 1
      """
    #expect(select(merged).notes.map(\.line) == [9])
    #expect(select("{apiVersion: v1, kind: ConfigMap, metadata: {name: 2021-01-01}, data: {a: 1Gi}}").notes.isEmpty)
  }

  @Test func theStatusOfCustomKindsIsLeftOut() {
    let selection = select(
      """
      {apiVersion: example.com/v1, kind: Widget, metadata: {name: a}, spec: {x: 1}, status: {phase: Ready}}
      ---
      {apiVersion: example.com/v1, kind: Widget, metadata: {name: b}, status: on}
      """)
    #expect(selection.objects.first?.object["status"] == nil && selection.notes.count == 1)
    #expect(selection.objects.last?.object["status"] != nil)
  }

  @Test func metadataOfAPIServersAloneIsNone() {
    for text in [
      "{apiVersion: example.com/v1, kind: Widget, metadata: {uid: a}, spec: {x: 1}}",
      "{apiVersion: v1, kind: Pod, metadata: {uid: a}, spec: {containers: []}}",
      "{apiVersion: example.com/v1, kind: Widget, metadata: {}, spec: {x: 1}}",
    ] {
      let objects = select(text).objects
      #expect(RoundTrip(objects, SourceImport.source(for: objects)).differences.isEmpty, "\(text)")
    }
  }

  @Test func theProjectMakesNoNamespacesThatNoManifestHolds() {
    func project(_ text: String) -> String? {
      let objects = ManifestReader.read(Array(text.utf8), file: "a.yaml").objects
      return SourceImport.source(for: objects, SourceImport.Options(project: "shop")).files
        .first { $0.path == "project.kc" }?.text
    }
    let config = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: web}}\n"
    let held = "---\n{apiVersion: v1, kind: Namespace, metadata: {name: web}}\n"
    #expect(project(config)?.contains("  createNamespaces = false // ") ?? false)
    #expect(project(config + held)?.contains("createNamespaces") == false)
    #expect(project(config.replacing("web", with: "kube-system"))?.contains("createNamespaces") == false)
  }

  @Test func objectsOfUnknownKindsHaveTheNamespaceThatTheySay() {
    let text = """
      {apiVersion: cert-manager.io/v1, kind: ClusterIssuer, metadata: {name: a}, spec: {x: 1}}
      ---
      {apiVersion: policy/v1beta1, kind: PodSecurityPolicy, metadata: {name: b}, spec: {x: 1}}
      ---
      {apiVersion: example.com/v1, kind: Widget, metadata: {name: c, namespace: shop}, spec: {x: 1}}
      ---
      {apiVersion: v1, kind: ConfigMap, metadata: {name: d, namespace: shop}}
      ---
      {apiVersion: v1, kind: ConfigMap, metadata: {name: e, namespace: shop}}
      """
    let objects = ManifestReader.read(Array(text.utf8), file: "a.yaml").objects
    for project in [nil, "shop"] {
      let result = SourceImport.source(for: objects, SourceImport.Options(project: project))
      let rendered = RoundTrip(objects, result).rendered
      #expect(rendered.map { $0?.at("metadata", "namespace") } == [nil, nil, "shop", "shop", "shop"])
    }
  }
}
