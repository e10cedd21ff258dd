import KCData
import KCKube
import KCLang
import KCStdlib
import KCSyntax
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// `stdlib/k8s` is what the schemas say: the source that people read and the checks have one origin. `make docs`
/// rewrites it.
@Suite struct APIModulesTests {
  private static let folder = LanguageCase.root + "/stdlib/"

  private static func compile(_ text: String) -> Compilation {
    Compilation(entry: ["main.kc"], provider: MemorySources(["main.kc": text]))
  }

  @Test func sourcesSayWhatTheSchemasSay() {
    var wanted: [String: String] = [:]
    for version in KubeSchema.versions {
      for module in KubeSchema.modules(version: version) { wanted[module.path] = module.text }
    }
    let found = LanguageCase.files(under: Self.folder + "k8s").map { String($0.dropFirst(Self.folder.count)) }
    let stray = found.filter { wanted[$0] == nil }
    if LanguageCase.updates {
      for (path, text) in wanted {
        var folder = Self.folder
        for part in path.split(separator: "/").dropLast() {
          folder += "\(part)/"
          mkdir(folder, 0o755)
        }
        LanguageCase.write(text, to: Self.folder + path)
      }
      for path in stray { unlink(Self.folder + path) }
      return
    }
    let old = wanted.filter { LanguageCase.read(Self.folder + $0) != $1 }.keys.sorted() + stray
    #expect(old == [], "run `make docs`, and commit what it writes")
  }

  /// They are formatted, and their types are those that the checks know.
  @Test(arguments: KubeSchema.modules(version: KubeSchema.defaultVersion).map(\.name))
  func modulesCompile(_ name: String) throws {
    let module = try #require(KubeSchema.modules(version: KubeSchema.defaultVersion).first { $0.name == name })
    #expect(Self.compile(module.text).diagnostics.map(\.message) == [])
    let tree = Parser.parse(SourceFile(id: 0, path: "main.kc", bytes: Array(module.text.utf8)))
    #expect(String(decoding: Formatter.format(tree), as: UTF8.self) == module.text)
    let schema = KubeSchema.builtin
    let types = schema.languageNames.filter { $0.hasPrefix("k8s.\(name).") }
    let result = Self.compile(types.enumerated().map { "let t\($0): \($1)? = none\n" }.joined())
    #expect(result.diagnostics.map(\.message) == [])
    for type in types {
      let known = schema.types[try #require(schema.type(named: String(type.dropFirst(4))))]
      let explained = try #require(result.explain(type: type))
      #expect(explained.fields.map(\.name) == known.fields.map(\.name).filter { !$0.hasPrefix("$") }, "\(type)")
      // A list or a map that is not given is an empty one: the language asks for neither.
      for field in explained.fields where field.isRequired {
        #expect(known.field(field.name)?.isRequired == true, "\(type).\(field.name)")
      }
    }
  }

  @Test func typesCheckValues() {
    let result = Self.compile(
      """
      func sidecar(tag: String) -> k8s.core.v1.Container = {
        name = "side"
        image = "side:\\(tag)"
        ports = [{ name = "http", containerPort = 80 }]
        resources = { limits = { memory = 64Mi } }
        livenessProbe = { httpGet = { port = "http" }, periodSeconds = 5 }
      }

      k8s.core.v1.Pod web {
        spec { containers = [sidecar("v1")] }
      }
      """)
    #expect(result.diagnostics.map(\.message) == [])
    #expect(
      result.resources.first?.object.at("spec", "containers")?.array?.first == [
        "image": "side:v1", "livenessProbe": ["httpGet": ["port": "http"], "periodSeconds": 5], "name": "side",
        "ports": [["containerPort": 80, "name": "http"]], "resources": ["limits": ["memory": "64Mi"]],
      ])
  }

  static let mistakes: [(text: String, wanted: String)] = [
    (
      "let c: k8s.core.v1.Container = { image = \"a\" }\nk8s.core.v1.Pod a { spec { containers = [c] } }", "KC0122"
    ),
    ("let c: k8s.core.v1.Container = { name = \"a\", imagine = \"a\" }", "KC0101"),
    ("let c: k8s.core.v1.Container = { name = \"a\", imagePullPolicy = \"Sometimes\" }", "KC0116"),
    ("let c: k8s.core.v1.Containers = { name = \"a\" }", "KC0103"),
    ("let c: k8s.core.v9.Container = { name = \"a\" }", "KC0103"),
    ("project shop { kubernetes = \"1.2\" }", "KC0196"),
  ]

  @Test(arguments: mistakes)
  func mistakesAreFound(text: String, wanted: String) {
    #expect(Self.compile(text).diagnostics.map(\.code) == [wanted], "\(text)")
  }

  /// A program that names no type of the API reads none of its modules.
  @Test func nothingIsReadUntilUsed() {
    func modules(_ text: String) -> Int { Self.compile(text).sources.filter { $0.path.hasPrefix("std/k8s") }.count }
    #expect(modules("k8s.core.v1.ConfigMap a { data { A = \"1\" } }") == 0)
    #expect(modules("let c: k8s.core.v1.ConfigMap = { data = {} }") > 0)
    #expect(Self.compile("project shop { kubernetes = \"v1.36.2\" }").project.kubernetes == "1.36")
  }
}
