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
    commandName: "explain",
    abstract: "Explain a diagnostic's code, a type's fields, or a function.",
    discussion: """
      Examples:
        kc explain KC0001
        kc explain --list                              all codes, types and functions
        kc explain deployment
        kc explain deployment .container.port          a field of a field
        kc explain k8s.apps.v1                         the types of a group of Kubernetes' API
        kc explain k8s.apps.v1.Deployment.spec.strategy
        kc explain String.split                        a function; `kc explain String` lists those of a type
        kc explain net.host
        kc explain tag                                 what the program declares: a parameter, a function, a component
        kc explain KC0001 --format json
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case human, json }

  @Argument(help: "A code, or the name of a type, a function or what the program declares.") var subject: String?
  @Argument(help: "A path in the type: .spec.template.") var path: String?
  @Flag(help: "List all codes, types and functions.") var list = false
  @Option(help: "human or json.") var format = Format.human
  @OptionGroup var options: ProjectOptions
  @OptionGroup var output: OutputOptions

  static var catalogue: [DiagnosticInfo] { DiagnosticCatalogue.all }

  func validate() throws {
    if list, subject != nil { throw ValidationError("--list names everything: it goes with no subject") }
    if !list, subject == nil { throw ValidationError("name a code, a type or a function, or ask for the --list") }
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
    let known = compilation()
    if let page = try apiPage(subject, steps, known) { return answer(page) }
    let own = steps.isEmpty ? known.explain(declaration: subject) : []
    if !own.isEmpty { return answer(DeclarationPage(own)) }
    let functions = steps.isEmpty ? StandardFunctions.find(subject) : []
    if !functions.isEmpty, isOfModule(functions, subject, known) || known.explain(type: subject) == nil {
      return answer(FunctionPage(functions))
    }
    if steps.isEmpty, let policy = StandardPolicy.all.first(where: { $0.name == subject }) {
      return answer(PolicyPage(policy))
    }
    let parts = subject.split(separator: ".").map(String.init)
    // `deployment.container.port` is a type and a path, as `deployment .container.port` is.
    if known.explain(type: subject) == nil, parts.count > 1 {
      if !known.explain(declaration: parts[0]).isEmpty, known.explain(type: parts[1]) != nil {
        return answer(try page(of: parts[1], parts.dropFirst(2) + steps, known))
      }
      guard known.explain(type: parts[0]) != nil else { throw unknown(subject, known) }
      return answer(try page(of: parts[0], parts.dropFirst() + steps, known))
    }
    answer(try page(of: subject, steps, known))
  }

  /// Whether functions are those of the module that a word names, and no block of the same name is meant.
  private func isOfModule(_ functions: [StandardFunction], _ subject: String, _ known: Compilation) -> Bool {
    guard functions.allSatisfy({ $0.group == "std.\(subject)" || $0.group == subject && subject.hasPrefix("std.") })
    else { return false }
    return known.explain(type: subject).map { $0.name != subject && $0.keyword == nil } ?? true
  }

  private func answer(_ page: any ExplainPage) {
    switch format {
    case .human: Terminal.out(page.text(output.style(for: 1)))
    case .json: Terminal.out(JSON.text(page.value, pretty: true) + "\n")
    }
  }

  private func index() -> IndexPage {
    IndexPage(
      codes: Self.catalogue.sorted { $0.code < $1.code }, types: compilation().typeNames,
      functions: StandardFunctions.all.map(\.title),
      apiTypes: ResourceTypes.builtin.all.filter(Self.isObject).map(\.languageName).sorted())
  }

  private func compilation() -> Compilation {
    let project = Project.exists(options) ? try? Project.load(options, assumesInputs: true) : nil
    return project?.compilation ?? Compilation(entry: [], provider: MemorySources([:]))
  }

  private static func isObject(_ type: ResourceType) -> Bool {
    KubeSchema.builtin.type(apiVersion: type.apiVersion, kind: type.kind) != nil
  }

  /// A type of the API, whose path may follow at once: `k8s.apps.v1.Deployment.spec`. Nil for other names.
  private func apiPage(_ subject: String, _ steps: [String], _ known: Compilation) throws -> (any ExplainPage)? {
    let words = subject.split(separator: ".").map(String.init)
    guard words.first == "k8s" else { return nil }
    let schema = KubeSchema.of(version: known.project.kubernetes) ?? .builtin
    if words.count < 4, steps.isEmpty {
      let inside = schema.languageNames.filter { $0.hasPrefix(words.joined(separator: ".") + ".") }
      if !inside.isEmpty { return APIListPage(name: subject, types: inside) }
    }
    let name = words.prefix(4).joined(separator: ".")
    let page: APITypeExplanation?
    do throws(APIPathError) {
      page = try schema.explain(type: name, path: words.dropFirst(4) + steps)
    } catch {
      let fields = error.fields.isEmpty ? "it has no fields" : "it has \(error.fields.joined(separator: ", "))"
      throw Terminal.fail("\(error.before) has no field `\(error.step)`", help: fields, code: .usage)
    }
    if let page { return APIPage(page) }
    let last = (words.count > 3 ? words[3] : words.last ?? "").lowercased()
    let names = schema.languageNames
    let alike = names.filter { $0.split(separator: ".").last?.lowercased() == last }
    let near = alike.isEmpty ? Spelling.nearest(to: name, among: names).map { [$0] } ?? [] : alike
    throw Terminal.fail(
      "Kubernetes has no type `\(name)`",
      help: near.isEmpty
        ? "types are named k8s.GROUP.VERSION.Type; the core group is `core`"
        : "there is \(near.joined(separator: ", "))",
      code: .usage)
  }

  /// A schema of the language, or what a path leads to: the schema of a field, or the field where it has none.
  private func page(
    of subject: String, _ steps: [String], _ compilation: Compilation
  ) throws -> any ExplainPage {
    guard var type = compilation.explain(type: subject) else { throw unknown(subject, compilation) }
    for (place, step) in steps.enumerated() {
      guard let field = type.fields.first(where: { $0.name == step }) else {
        let names = type.fields.map(\.name)
        throw Terminal.fail(
          "\(type.name) has no field `\(step)`",
          help: Spelling.nearest(to: step, among: names).map { "did you mean `\($0)`?" }
            ?? "it has \(names.joined(separator: ", "))", code: .usage)
      }
      guard let next = compilation.explain(field: field) ?? compilation.explain(type: Self.element(field.type))
      else {
        if place == steps.count - 1 { return FieldPage(type: type.name, field: field) }
        throw Terminal.fail(
          "`\(step)` of \(type.name) has no fields: it is \(field.type)", help: field.documentation, code: .usage)
      }
      type = next
    }
    return TypePage(type)
  }

  private func unknown(_ subject: String, _ compilation: Compilation) -> ExitCode {
    let own = compilation.declarationNames
    let keywords = compilation.typeNames.compactMap { compilation.explain(type: $0)?.keyword }
    let guess =
      Spelling.nearest(to: subject, among: keywords)
      ?? Spelling.nearest(to: subject, among: compilation.typeNames + own)
    return Terminal.fail(
      "there is no type, function or code `\(subject)`",
      help: guess.map { "did you mean `\($0)`?" } ?? "`kc explain --list` lists them", code: .usage)
  }

  /// The type that a list or an optional is made of.
  private static func element(_ type: String) -> String {
    if type.hasSuffix("?") { return element(String(type.dropLast())) }
    if type.hasPrefix("List<"), type.hasSuffix(">") { return element(String(type.dropFirst(5).dropLast())) }
    return type
  }
}
