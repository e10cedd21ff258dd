import KCImport
import Testing

@Suite struct CRDImportTests {
  private static let widget = """
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: widgets.example.com}
    spec:
      group: example.com
      scope: Namespaced
      names: {plural: widgets, singular: widget, kind: Widget}
      versions:
      - name: v1
        served: true
        storage: true
        schema:
          openAPIV3Schema:
            type: object
            description: A widget.
            required: [spec]
            properties:
              spec:
                type: object
                required: [size]
                properties:
                  size: {type: integer, minimum: 1, maximum: 10, description: How big it is.}
                  mode: {type: string, enum: [fast, slow], default: fast}
                  port: {x-kubernetes-int-or-string: true}
                  least: {type: integer}
                  code: {type: string, pattern: '^[a-z]{3}$'}
                  free: {type: object, x-kubernetes-preserve-unknown-fields: true}
                  tags: {type: object, additionalProperties: {type: string}}
                  parts:
                    type: array
                    items:
                      type: object
                      required: [name]
                      properties: {name: {type: string}, count: {type: integer}}
                x-kubernetes-validations:
                - {rule: '!has(self.least) || self.least <= self.size', message: least is at most size}
                - {rule: 'self.size == oldSelf.size', message: size stays}
    """

  private static func module() -> String {
    var crds = CRDImport()
    crds.read("widget.yaml", Array(widget.utf8))
    return crds.modules.first?.source ?? ""
  }

  @Test func kindsOfTheClusterHaveNoNamespace() {
    var crds = CRDImport()
    crds.read("widget.yaml", Array(Self.widget.replacing("scope: Namespaced", with: "scope: Cluster").utf8))
    #expect(crds.modules.first?.source.contains("  final namespace: None = none\n") ?? false)
    #expect(!Self.module().contains("namespace"))
  }

  @Test func typesRulesAndDocumentationAreKept() {
    let source = Self.module()
    for line in [
      "/// How big it is.", "size: Int(1...10)", "mode: \"fast\" | \"slow\" = \"fast\"",
      "port: Int | String | Quantity | None", "code: String(matching: /[a-z]{3}/)?", "free: Record?",
      "tags: Map<String, String>?", "parts: List<WidgetSpecParts>?", "spec: WidgetSpec",
      "require !(self.least != none) || self.least <= self.size else \"least is at most size\"",
      "// The API server checks: self.size == oldSelf.size", "resource schema Widget extends Resource {",
    ] {
      #expect(source.contains(line), "\(line)")
    }
    #expect(CorpusFiles.check(source) == nil)
  }

  @Test(
    arguments: [
      ("size = 3", nil), ("size = 30", "KC0112"), ("size = 3, mode = \"quick\"", "KC0116"),
      ("mode = \"fast\"", "KC0101"),
      ("size = 3, least = 2, port = \"http\", parts = [{ name = \"a\" }]", nil),
      ("size = 3, least = 4", "least is at most size"),
      ("size = 3, code = \"abcd\"", "KC"), ("size = 3, colour = \"red\"", "colour"),
      ("size = 3, free = { a = [1] }", nil),
    ] as [(String, String?)])
  func objectsAreHeldAgainstIt(_ fields: String, _ wrong: String?) {
    let found = CorpusFiles.check(Self.module() + "\nwidget w {\n  spec = { \(fields) }\n}\n")
    if let wrong {
      #expect(found?.contains(wrong.prefix(2) == "KC" ? "KC" : wrong) == true, "\(found ?? "nothing")")
    } else {
      #expect(found == nil)
    }
  }

  private static func source(ofSpec properties: String, rules: String = "[]") -> String {
    var crds = CRDImport()
    let text = """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: widgets.example.com}
      spec:
        group: example.com
        scope: Namespaced
        names: {plural: widgets, singular: widget, kind: Widget}
        versions:
        - name: v1
          served: true
          storage: true
          schema:
            openAPIV3Schema:
              type: object
              properties: {spec: {type: object, properties: {\(properties)}, x-kubernetes-validations: \(rules)}}
      """
    crds.read("widget.yaml", Array(text.utf8))
    return crds.modules.first?.source ?? ""
  }

  @Test(
    arguments: [
      ("a: {type: integer, minimum: -9223372036854775808, maximum: 9223372036854775807}", ["  a: Int?"]),
      ("a: {type: integer, minimum: 0, exclusiveMinimum: true, maximum: 10}", ["  a: Int(1...10)?"]),
      ("a: {type: integer, maximum: 10, exclusiveMaximum: true}", ["  a: Int(...9)?"]),
      ("a: {type: integer, minimum: 1.5, multipleOf: 5}", ["minimum 1.5", "multipleOf 5", "  a: Int?"]),
      ("a: {type: number, minimum: 0, maximum: 0.5}", ["  a: Float(0...0.5)?"]),
      (
        "a: {type: number, minimum: -1.5, maximum: 1, exclusiveMaximum: true}",
        ["maximum 1, exclusiveMaximum", "  a: Float(-1.5...)?"]
      ),
      (
        "a: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}], pattern: '^a$', minimum: 1}",
        ["pattern ^a$", "minimum 1", "  a: Int | String | Quantity | None"]
      ),
      ("a: {type: string, pattern: '(?i)a'}", ["pattern (?i)a", "  a: String?"]),
      ("a: {type: array, items: {type: number, multipleOf: 2}}", ["each: multipleOf 2", "  a: List<Float>?"]),
      (
        "a: {type: array, items: {type: object, properties: {b: {type: string}}, minProperties: 1}}",
        ["each: minProperties 1", "  a: List<WidgetSpecA>?"]
      ),
      (
        "a: {type: object, maxProperties: 2, additionalProperties: {type: string}}",
        ["maxProperties 2", "  a: Map<String, String>?"]
      ),
      (
        "a: {type: object, properties: {b: {type: string}, c: {type: string}}, oneOf: [{required: [b]}, {required: [c]}]}",
        ["oneOf [{\"required\":[\"b\"]},{\"required\":[\"c\"]}]", "  a: WidgetSpecA?"]
      ),
      (
        "a: {type: string, x-kubernetes-validations: [{rule: 'self.startsWith(\"a\")'}]}",
        ["self.startsWith(\"a\")", "  a: String?"]
      ),
    ] as [(String, [String])])
  func boundsAreSaidOrStandAsComments(_ property: String, _ lines: [String]) {
    let source = Self.source(ofSpec: property)
    let wanted = lines.dropLast().map { "  // The API server checks: \($0)\n" } + lines.suffix(1).map { "\($0)\n" }
    #expect(source.contains("schema WidgetSpec {\n\(wanted.joined())}"), "\(source)")
    #expect(CorpusFiles.check(source) == nil)
  }

  @Test func rulesOfAnOpenRecordStandAsComments() {
    let source = Self.source(
      ofSpec: "if: {type: string}, b: {type: object, x-kubernetes-validations: [{rule: 'size(self) < 3'}]}",
      rules: "[{rule: '!has(self.b) || self.b.size() < 3'}]")
    #expect(
      source.contains(
        """
          // The API server checks: !has(self.b) || self.b.size() < 3
          // The API server checks: `b`: size(self) < 3
          spec: Record?
        """), "\(source)")
    #expect(CorpusFiles.check(source) == nil)
  }

  @Test func filesOfGeneratorsAreTexts() {
    var crds = CRDImport()
    let kustomization = """
      apiVersion: kustomize.config.k8s.io/v1beta1
      kind: Kustomization
      resources: [both.yaml]
      configMapGenerator: [{name: c, files: [broken.yaml, k=template.yaml, both.yaml, text.yaml]}]
      """
    crds.read("base/broken.yaml", Array("a: [".utf8))
    crds.read("base/template.yaml", Array("kind: CustomResourceDefinition\nspec: {{ .x }}".utf8))
    for kind in ["Both", "Text"] {
      let widget = Self.widget.replacing("widgets.example", with: "\(kind.lowercased()).example")
      crds.read("base/\(kind.lowercased()).yaml", Array(widget.replacing("kind: Widget", with: "kind: \(kind)").utf8))
    }
    crds.read("base/kustomization.yaml", Array(kustomization.utf8))
    #expect(crds.modules.map(\.kind) == ["Both"])
    #expect(crds.notes.map(\.help) == ["import what it makes: kustomize build base | kc import crd -"])
  }

  @Test func whatIsNoDefinitionIsSaid() {
    var crds = CRDImport()
    crds.read("a.yaml", Array("kind: CustomResourceDefinition\napiVersion: apiextensions.k8s.io/v0".utf8))
    crds.read("b.yaml", Array("kind: CustomResourceDefinition\napiVersion: apiextensions.k8s.io/v1\nspec: 3".utf8))
    crds.read("c.yaml", Array("a: [".utf8))
    crds.read("d.yaml", Array("kind: Pod".utf8))
    #expect(crds.notes.count { $0.severity == .error } == 3)
    #expect(crds.others == 1)
  }
}
