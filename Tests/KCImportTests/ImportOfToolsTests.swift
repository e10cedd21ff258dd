import KCImport
import Testing

/// What is left out of an import because a tool makes manifests of it first.
@Suite struct ImportOfToolsTests {
  private func select(_ files: [(path: String, text: String)]) -> ImportSelection {
    var objects: [ImportedObject] = []
    var notes: [ImportNote] = []
    for file in files {
      let found = ManifestReader.read(Array(file.text.utf8), file: file.path)
      objects += found.objects
      notes += found.notes
    }
    return ImportSelection(objects, reading: notes)
  }

  private func deployment(_ name: String) -> String {
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: \(name)}}\n"
  }

  @Test func patchesThatAKustomizationListsAreNoObjects() {
    let selection = select([
      ("base/web.yaml", deployment("web")),
      ("base/kustomization.yaml", "resources: [web.yaml]\n"),
      (
        "prod/kustomization.yaml",
        """
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        resources: [../base, own.yaml]
        patches: [{path: more.yaml}, {path: ../shared/scale.yaml, target: {kind: Deployment}}]
        patchesStrategicMerge:
        - merge.yaml
        - |
          apiVersion: v1
          kind: ConfigMap
          metadata: {name: a}
        patchesJson6902: [{path: ./json.yaml, target: {kind: Deployment, name: web, version: v1}}]
        """
      ),
      ("prod/more.yaml", deployment("web")), ("prod/merge.yaml", deployment("web")),
      ("prod/own.yaml", deployment("own")), ("prod/json.yaml", "[{op: remove, path: /spec/replicas}]\n"),
      ("shared/scale.yaml", deployment("web")),
    ])
    #expect(selection.objects.map(\.file) == ["base/web.yaml", "prod/own.yaml"])
    #expect(selection.reading.isEmpty && selection.leftOut == 6)
    #expect(
      selection.notes.map(\.message) == [
        "4 documents are patches of kustomize, which change objects and are none: they are left out",
        "2 documents tell kustomize what to do, and no API server takes them: they are left out",
      ])
    #expect(selection.notes.first?.help == "import what it makes: kustomize build prod | kc import yaml -")
  }

  @Test func filesThatKustomizePutsIntoConfigsAreNoObjects() {
    let selection = select([
      (
        "app/kustomization.yaml",
        """
        resources: [web.yaml, both.yaml]
        configMapGenerator:
        - {name: a, files: [config.yaml, key=../shared/keyed.yaml, both.yaml, broken.yaml, plain.yaml]}
        secretGenerator: [{name: b, envs: [b.yaml], env: c.yaml}]
        """
      ),
      ("app/web.yaml", deployment("web")), ("app/config.yaml", deployment("a") + "---\n" + deployment("b")),
      ("shared/keyed.yaml", deployment("c")), ("app/both.yaml", deployment("both")), ("app/broken.yaml", "a: [\n"),
      ("app/plain.yaml", "a: b\n"), ("app/b.yaml", "a\n"), ("app/c.yaml", "a\n"), ("config.yaml", deployment("top")),
    ])
    #expect(selection.objects.map(\.file) == ["app/web.yaml", "app/both.yaml", "config.yaml"])
    #expect(selection.reading.isEmpty && selection.leftOut == 8)
    #expect(
      selection.notes.first?.message == "kustomize puts 6 files into configs and secrets, as text: they are left out")
    #expect(selection.notes.first?.help == "import what it makes: kustomize build app | kc import yaml -")
  }

  @Test func documentsThatAreNoObjectsAreSaidOnce() {
    let compose = "services: {web: {image: \"web:v1\"}}\nvolumes: {data: }\n"
    let selection = select(
      (1...5).map { ("values-\($0).yaml", "a: b\n") } + [
        ("text.yaml", "a\n---\nb\n"), ("compose.yaml", compose),
        ("values.yaml", "services: {web: {image: a}}\nreplicas: 2\n"),
      ])
    #expect(
      selection.allNotes.map(\.message) == [
        "6 documents have no `apiVersion` and `kind`, and are left out: values-1.yaml, values-2.yaml, values-3.yaml and 3 more",
        "2 documents are no objects of Kubernetes, and are left out",
        "this is a Compose file, which has no objects, and is left out",
      ])
    #expect(selection.allNotes.last?.help == "import it by itself: kc import compose compose.yaml --out FOLDER")
    #expect(selection.reading.count == 9)
  }

  @Test func whatSaysHowItPatchesIsNoObject() {
    let list = "[{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: x, $patch: delete}]}}]"
    let selection = select([
      ("a.yaml", "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, $patch: delete}"),
      ("b.yaml", "{apiVersion: v1, kind: List, items: \(list)}"),
      ("c.yaml", "{apiVersion: kyverno.io/v1, kind: Policy, metadata: {name: p}, spec: {rule: {$patch: replace}}}"),
    ])
    #expect(selection.objects.map(\.file) == ["c.yaml"])
    #expect(selection.notes.map(\.file) == ["a.yaml"])
  }

  @Test func templatesOfAChartAreSaidOnce() {
    let template = "{{- if .Values.on }}\n\(deployment("web")){{- end }}\n"
    let selection = select([
      ("shop/Chart.yaml", "apiVersion: v2\nname: shop\n"), ("shop/values.yaml", "on: true\n"),
      ("shop/charts/db/Chart.yaml", "apiVersion: v2\nname: db\n"), ("shop/charts/db/templates/db.yaml", template),
      ("shop/crds/a.yaml", deployment("kept")), ("shop/templates/a.yaml", template),
      ("shop/templates/quoted.yaml", "apiVersion: v1\nmetadata:\n  name: \"{{ template \"name\" . }}-sa\"\n"),
      ("shop/templates/plain.yaml", deployment("plain")), ("other/b.yaml", template), ("notes.yaml", "a: b\n"),
    ])
    #expect(selection.objects.map(\.file) == ["shop/crds/a.yaml"])
    #expect(selection.reading.map(\.file) == ["notes.yaml"])
    #expect(
      selection.notes.map(\.message) == [
        "4 files are templates, and no manifests: what stands in `{{ … }}` is to be filled in",
        "this is a template, and no manifest: what stands in `{{ … }}` is to be filled in",
      ])
    #expect(
      selection.notes.map(\.help) == [
        "let Helm do so: helm template shop | kc import yaml - --out FOLDER",
        "let Helm do so: helm template CHART | kc import yaml - --out FOLDER",
      ])
  }

  @Test func patchesOfDefinitionsAreNoDefinitions() {
    let patch = """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: widgets.example.com, annotations: {a: b}}
      """
    let definition =
      patch + "\nspec: {group: example.com, names: {kind: Widget}, versions: [{name: v1, served: true, storage: true}]}"
    let kustomization = "resources: [bases/widgets.yaml]\npatches: [{path: patches/webhook.yaml}]\n"
    for isFirst in [true, false] {
      var crds = CRDImport()
      if isFirst { crds.read("crd/kustomization.yaml", Array(kustomization.utf8)) }
      crds.read("crd/bases/widgets.yaml", Array(definition.utf8))
      crds.read("crd/patches/webhook.yaml", Array(patch.utf8))
      if !isFirst { crds.read("crd/kustomization.yaml", Array(kustomization.utf8)) }
      #expect(crds.modules.map(\.kind) == ["Widget"] && !crds.hasErrors)
      #expect(crds.notes.map(\.help) == ["import what it makes: kustomize build crd | kc import crd -"])
    }
  }
}
