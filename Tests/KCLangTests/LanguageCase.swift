import KCTestSupport
import KCCodec
import KCData
import KCLang
import KCSyntax

#if canImport(Glibc)
  import Glibc
#endif

/// A case of `Tests/Language`: a source, and beside it what it gives.
///
/// Lines at its start that begin with `//!` say how it is compiled: `env NAME`, `set PATH=VALUE`, `why ADDRESS [PATH]`,
/// `explain TYPE`, `params FILE`, `input NAME=VALUE` (a variable of the environment), `assume` (those that are not set are
/// taken as set), `package NAME LABEL [NAME=LABEL…]` (a dependency,
/// whose files are those of the folder LABEL, and its own dependencies), `problem NAME CODE MESSAGE`. Files of a folder `<case>.d` stand beside the source.
struct LanguageCase {
  var name: String
  var source: String
  var expectedPath: String
  var files: [String: String]
  var directives: [(word: String, rest: String)] = []

  static let root: String = {
    var parts = #filePath.split(separator: "/").map(String.init)
    parts.removeLast(3)
    return "/" + parts.joined(separator: "/")
  }()

  static func all() -> [LanguageCase] {
    files(under: root + "/Tests/Language").filter { $0.hasSuffix(".kc") && !$0.contains(".d/") }.sorted().compactMap {
      LanguageCase($0)
    }
  }

  init?(_ path: String) {
    guard let text = Self.read(path) else { return nil }
    name = String(path.dropFirst((Self.root + "/Tests/Language/").count).dropLast(3))
    source = text
    expectedPath = path.dropLast(3) + ".expected"
    files = ["main.kc": text]
    let folder = path.dropLast(3) + ".d"
    for file in Self.files(under: String(folder)) {
      files[String(file.dropFirst(folder.count + 1))] = Self.read(file)
    }
    for line in text.split(separator: "\n") where line.hasPrefix("//!") {
      let words = line.dropFirst(3).split(separator: " ", maxSplits: 1).map(String.init)
      if let word = words.first { directives.append((word, words.count > 1 ? words[1] : "")) }
    }
  }

  func compile() -> Compilation {
    var options = CompileOptions()
    for (word, rest) in directives {
      if word == "env" { options.environment = rest }
      if word == "params" { options.parameterFiles.append(parameterFile(rest)) }
      if word == "objects" { options.checksObjects = true }
      if word == "assume" { options.assumesInputs = true }
      if word == "steps" { options.stepLimit = Int(rest) ?? 0 }
      if word == "input", let middle = rest.firstIndex(of: "=") {
        options.inputEnvironment[String(rest[..<middle])] = String(rest[rest.index(after: middle)...])
      }
      if word == "set", let middle = rest.firstIndex(of: "=") {
        options.sets.append((String(rest[..<middle]), String(rest[rest.index(after: middle)...])))
      }
    }
    return Compilation(
      entry: ["main.kc"], provider: MemorySources(files, packages: packageLinks()), options: options)
  }

  private func packageLinks() -> PackageLinks {
    var links = PackageLinks()
    let declared = directives.filter { $0.word == "package" }.map { $0.rest.split(separator: " ").map(String.init) }
    func place(_ label: String) -> Int { declared.firstIndex { $0[1] == label } ?? -1 }
    for (index, words) in declared.enumerated() {
      var package = PackageLinks.Package(name: words[0], label: words[1])
      for word in words.dropFirst(2) {
        let parts = word.split(separator: "=").map(String.init)
        package.dependencies[parts[0]] = place(parts[1])
      }
      links.packages.append(package)
      links.dependencies[words[0]] = .package(index)
    }
    for (word, rest) in directives where word == "problem" {
      let words = rest.split(separator: " ", maxSplits: 2).map(String.init)
      links.dependencies[words[0]] = .problem(PackageLinks.Problem(words[1], words[2]))
    }
    return links
  }

  private func parameterFile(_ path: String) -> ParameterFile {
    let bytes = Array((files[path] ?? "").utf8)
    do {
      let document = try YAML.parseWithPlaces(String(decoding: bytes, as: UTF8.self), as: .textKeys).first
      let places = (document?.places ?? [:]).mapValues { ParameterFile.Place(line: $0.line, column: $0.column) }
      return ParameterFile(path: path, bytes: bytes, content: .values(document?.value ?? .null, places: places))
    } catch {
      let place = ParameterFile.Place(line: error.line, column: error.column)
      return ParameterFile(path: path, bytes: bytes, content: .problem(error.message, at: place))
    }
  }

  /// What the case gives: its diagnostics, then its objects, then the answers that directives ask for.
  func result(_ compilation: Compilation) -> String {
    var out = ""
    let text = DiagnosticText(files: compilation.sources)
    for diagnostic in compilation.diagnostics { out += text.render(diagnostic) + "\n" }
    var asks = false
    for (word, rest) in directives where word == "why" || word == "explain" || word == "origins" {
      asks = true
      out += "# \(word) \(rest)\n" + answer(word, rest, compilation) + "\n"
    }
    if asks { return out }
    for resource in compilation.hasErrors ? [] : compilation.resources {
      out += "# \(resource.address)"
      if !resource.dependencies.isEmpty { out += " needs \(resource.dependencies.joined(separator: ", "))" }
      out += "\n" + YAML.text(resource.object)
      if resource.isProtected { out += "# protected\n" }
      for rule in resource.rules { out += "# rule \(rule.path): \(rule.text) (line \(rule.origin.line))\n" }
      for path in resource.secretPaths { out += "# secret \(path)\n" }
      out += "\n"
    }
    for move in compilation.hasErrors ? [] : compilation.moves {
      out += "# moved from \(move.from) to \(move.to) (line \(move.origin.line))\n"
    }
    return out
  }

  private func answer(_ word: String, _ rest: String, _ compilation: Compilation) -> String {
    if word == "explain" { return explanation(compilation.explain(type: rest)) }
    let words = rest.split(separator: " ", maxSplits: 1).map(String.init)
    if word == "origins" {
      guard let resource = compilation.resources.first(where: { $0.address == rest }) else { return "none\n" }
      return resource.origins.map { path, origin in
        "\(path): \(origin.location.line):\(origin.location.column) \(origin.layer)"
          + (origin.parameter.map { " (param \($0))" } ?? "")
      }.sorted().joined(separator: "\n") + "\n"
    }
    do {
      let why = try compilation.why(address: words[0], path: words.count > 1 ? words[1] : nil)
      var out = "\(why.address) \(why.path): \(why.subject) = \(why.value)\n"
      for layer in why.layers {
        out +=
          "  \(layer.wins ? "*" : " ") \(layer.layer) \(layer.location.file):\(layer.location.line): \(layer.text)\n"
      }
      for parameter in why.parameters { out += "  param \(parameter)\n" }
      return out + inputs(why.inputs, "  ")
    } catch {
      return "\(error)\n"
    }
  }

  private func inputs(_ inputs: [WhyAnswer.Input], _ indent: String) -> String {
    inputs.map { input in
      var out = "\(indent)from \(input.kind) \(input.name) = \(input.value)\(input.isCut ? " (cut)" : "")\n"
      for layer in input.layers {
        out += "\(indent)  \(layer.wins ? "*" : " ") \(layer.layer) \(layer.location.file):\(layer.location.line): "
        out += layer.text + "\n"
      }
      return out + self.inputs(input.inputs, indent + "    ")
    }.joined()
  }

  private func explanation(_ type: TypeExplanation?) -> String {
    guard let type else { return "unknown\n" }
    var out = "\(type.name) \(type.keyword ?? "-") extends \(type.parent ?? "-"): \(type.documentation)\n"
    for field in type.fields {
      out += "  \(field.isKeyed ? "keyed " : "")\(field.name): \(field.type)"
      out += (field.defaultText.map { " = \($0)" } ?? "") + (field.isRequired ? " (required)" : "") + "\n"
    }
    return out
  }
}

/// Files, which tests may touch and the compiler may not.
extension LanguageCase {
  static func files(under folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var found: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      let path = "\(folder)/\(name)"
      if entry.pointee.d_type == UInt8(DT_DIR) { found += files(under: path) } else { found.append(path) }
    }
    return found
  }

  static func read(_ path: String) -> String? { TestFile.read(path).map { String(decoding: $0, as: UTF8.self) } }
  static func write(_ text: String, to path: String) { TestFile.write(text, to: path) }

  static var updates: Bool { getenv("KC_UPDATE").map { String(cString: $0) } == "1" }
}
