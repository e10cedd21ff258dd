import ArgumentParser
import KCCodec
import KCData
import KCKube
import KCLang
import KCPlan
import KCSyntax

/// `kc explain`
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Explain a diagnostic's code, or a type's fields.",
    discussion: """
      Examples:
        kc explain KC0001
        kc explain --list                              all codes and types
        kc explain deployment
        kc explain deployment .container.port          a field of a field
        kc explain k8s.apps.v1.Deployment .spec.template
        kc explain KC0001 --format json
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case human, json }

  @Argument(help: "A code, or the name of a type.") var subject: String?
  @Argument(help: "A path in the type: .spec.template.") var path: String?
  @Flag(help: "List all codes and types.") var list = false
  @Option(help: "human or json.") var format = Format.human
  @OptionGroup var options: ProjectOptions
  @OptionGroup var output: OutputOptions

  static var catalogue: [DiagnosticInfo] { DiagnosticCatalogue.all }

  func validate() throws {
    if list == (subject != nil) { throw ValidationError("name a code or a type, or ask for the --list") }
  }

  func run() throws {
    guard let subject else { return answer(index()) }
    if let info = Self.catalogue.first(where: { $0.code == subject.uppercased() }) {
      return answer(CodePage(info))
    }
    if subject.uppercased().hasPrefix("KC"), subject.dropFirst(2).allSatisfy(\.isNumber) {
      throw Terminal.fail(
        "there is no diagnostic \(subject)", help: "`kc explain --list` lists them", code: .usage)
    }
    let steps = (path ?? "").split(separator: ".").map(String.init)
    if let page = try apiPage(subject, steps) { return answer(page) }
    answer(TypePage(try type(subject, steps)))
  }

  private func answer(_ page: some ExplainPage) {
    switch format {
    case .human: Terminal.out(page.text(output.style(for: 1)))
    case .json: Terminal.out(JSON.text(page.value, pretty: true) + "\n")
    }
  }

  private func index() -> IndexPage {
    IndexPage(
      codes: Self.catalogue.sorted { $0.code < $1.code }, types: compilation().typeNames,
      apiTypes: ResourceTypes.builtin.all.filter(Self.isObject).map(\.languageName).sorted())
  }

  private func compilation() -> Compilation {
    let project = Project.exists(options) ? try? Project.load(options) : nil
    return project?.compilation ?? Compilation(entry: [], provider: MemorySources([:]))
  }

  private static func isObject(_ type: ResourceType) -> Bool {
    KubeSchema.builtin.type(apiVersion: type.apiVersion, kind: type.kind) != nil
  }

  /// A type of the API, whose path may follow at once: `k8s.apps.v1.Deployment.spec`. Nil for other names.
  private func apiPage(_ subject: String, _ steps: [String]) throws -> APIPage? {
    let words = subject.split(separator: ".").map(String.init)
    guard words.first == "k8s" else { return nil }
    let name = words.prefix(4).joined(separator: ".")
    let all = ResourceTypes.builtin.all.filter(Self.isObject)
    guard let type = all.first(where: { $0.languageName == name }) else {
      let kind = words.count > 3 ? words[3].lowercased() : words.last?.lowercased() ?? ""
      let near = all.filter { $0.kind.lowercased() == kind }.map(\.languageName)
      throw Terminal.fail(
        "Kubernetes has no type `\(name)`",
        help: near.isEmpty ? "types are named k8s.GROUP.VERSION.Kind; the core group is `core`" : "there is \(near[0])",
        code: .usage)
    }
    do throws(APIPathError) {
      return try KubeSchema.builtin.explain(type, path: words.dropFirst(4) + steps).map(APIPage.init)
    } catch {
      let fields = error.fields.isEmpty ? "it has no fields" : "it has \(error.fields.joined(separator: ", "))"
      throw Terminal.fail("\(error.before) has no field `\(error.step)`", help: fields, code: .usage)
    }
  }

  /// A schema of the language, or the one of a field that a path leads to.
  private func type(_ subject: String, _ steps: [String]) throws -> TypeExplanation {
    let compilation = compilation()
    guard var type = compilation.explain(type: subject) else {
      throw Terminal.fail(
        "there is no type `\(subject)`", help: "there are \(compilation.typeNames.joined(separator: ", "))",
        code: .usage)
    }
    for step in steps {
      guard let field = type.fields.first(where: { $0.name == step }) else {
        throw Terminal.fail(
          "\(type.name) has no field `\(step)`", help: "it has \(type.fields.map(\.name).joined(separator: ", "))",
          code: .usage)
      }
      guard let next = compilation.explain(type: Self.element(field.type)) else {
        throw Terminal.fail(
          "`\(step)` of \(type.name) has no fields: it is \(field.type)", help: field.documentation, code: .usage)
      }
      type = next
    }
    return type
  }

  /// The type that a list or an optional is made of.
  private static func element(_ type: String) -> String {
    if type.hasSuffix("?") { return element(String(type.dropLast())) }
    if type.hasPrefix("List<"), type.hasSuffix(">") { return element(String(type.dropFirst(5).dropLast())) }
    return type
  }
}
