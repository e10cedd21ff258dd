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
/// `explain TYPE`, `params FILE`. Files of a folder `<case>.d` stand beside the source.
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
      if word == "steps" { options.stepLimit = Int(rest) ?? 0 }
      if word == "set", let middle = rest.firstIndex(of: "=") {
        options.sets.append((String(rest[..<middle]), String(rest[rest.index(after: middle)...])))
      }
    }
    return Compilation(entry: ["main.kc"], provider: MemorySources(files), options: options)
  }

  private func parameterFile(_ path: String) -> ParameterFile {
    let bytes = Array((files[path] ?? "").utf8)
    do {
      let document = try YAML.parseWithPlaces(String(decoding: bytes, as: UTF8.self)).first
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
      return out
    } catch {
      return "\(error)\n"
    }
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

  static func read(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func write(_ text: String, to path: String) {
    guard let file = fopen(path, "w") else { return }
    defer { fclose(file) }
    let bytes = Array(text.utf8)
    fwrite(bytes, 1, bytes.count, file)
  }

  static var updates: Bool { getenv("KC_UPDATE").map { String(cString: $0) } == "1" }
}
