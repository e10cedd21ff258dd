/// Files that become configs and secrets.
extension ComposeEmitter {
  /// What an entry of `configs` at the top becomes.
  mutating func topConfig(_ source: String, key: String, _ definition: ComposeNode) -> ComposeService.Source? {
    if let content = definition["content"]?.text { return textFile(source, key: key, content, at: definition) }
    if let variable = definition["environment"]?.text {
      let text = ComposeVariables.hasMarks(variable) ? variable : taken(variable)
      return textFile(source, key: key, text, at: definition)
    }
    if let path = definition["file"]?.text.map({ loader.reader.variables.plain($0) }) {
      if let bytes = loader.open(ComposeLoader.join(loader.reader.files[definition.file], path)) {
        return fileOfProject(source, path: path, key: key, bytes, owner: source, at: definition)
      }
      note(.warning, "`\(path)` cannot be read: the config `\(source)` is empty", at: definition)
      return .config(declareConfig(source, key: key, text: ""))
    }
    note(
      .warning, "the config `\(source)` is not in these files: it is declared empty", help: "put its text into it",
      at: definition)
    return .config(declareConfig(source, key: key, text: ""))
  }

  /// A file of the project as a config, or as a secret where it is one of variables, and some of these are secret.
  ///
  /// - Parameter owner: what is put before the name of a variable of the environment where another has that name.
  mutating func fileOfProject(
    _ wanted: String, path: String, key: String, _ bytes: [UInt8], owner: String, at node: ComposeNode
  ) -> ComposeService.Source? {
    if ComposeEnvFile.isNamed(path), let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0),
      !ComposeVariables.hasMarks(text)
    {
      let secrets = ComposeEnvFile.secrets(in: text)
      if !secrets.isEmpty {
        let marked = marked(text, secrets, owner)
        return .secret(declareSecret(wanted, key: Self.dataKey(key), text: marked, at: node))
      }
    }
    return declareConfig(wanted, key: key, bytes: bytes, at: node).map { .config($0) }
  }

  /// The text with variables of the environment for its secret values.
  private mutating func marked(
    _ text: String, _ secrets: [(key: String, value: Substring)], _ owner: String
  ) -> String {
    var out = ""
    var place = text.startIndex
    for (key, value) in secrets {
      let wanted = key.replacing(".", with: "_").replacing("-", with: "_")
      let name = claim(wanted, "=\(value)", prefix: Self.variableName(owner))
      loader.reader.variables.passwords.insert(name)
      out += text[place..<value.startIndex] + loader.reader.variables.mark("${\(name):-}") { _ in }
      place = value.endIndex
    }
    return out + text[place...]
  }

  /// A text of the files as a config, or as a secret where one stands in it.
  private mutating func textFile(
    _ source: String, key: String, _ given: String, at node: ComposeNode
  ) -> ComposeService.Source {
    let text = withoutPasswords(given, source)
    let variables = loader.reader.variables
    guard ComposeVariables.names(text).contains(where: variables.isSecret) else {
      return .config(declareConfig(source, key: key, text: text))
    }
    return .secret(declareSecret(source, key: key, text: text, at: node))
  }

  /// A text with variables for the passwords that stand in URLs: `postgres://user:password@host`.
  private mutating func withoutPasswords(_ text: String, _ source: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
      let line = String(line)
      guard let password = ComposeSecrets.password(in: line) else { return line }
      if let whole = ComposeVariables.whole(String(password)) {
        loader.reader.variables.passwords.insert(ComposeVariables.base(whole))
      }
      guard !ComposeVariables.hasMarks(String(password)) else { return line }
      let name = claim("\(Self.variableName(source))_PASSWORD", "=\(password)", prefix: "CONFIG")
      loader.reader.variables.passwords.insert(name)
      return line[..<password.startIndex] + loader.reader.variables.mark("${\(name):-}") { _ in }
        + line[password.endIndex...]
    }
    return lines.joined(separator: "\n")
  }
}

extension ComposeEmitter {
  mutating func declareConfig(_ wanted: String, key: String, bytes: [UInt8], at node: ComposeNode) -> String? {
    guard let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0), bytes.count <= 512 * 1024 else {
      leave(.warning, "`\(key)` is no text, or too long for a config: it is not mounted", at: node)
      return nil
    }
    return declareConfig(wanted, key: Self.dataKey(key), text: text)
  }

  /// A config with one file.
  private mutating func declareConfig(_ wanted: String, key: String, text: String) -> String {
    declareConfig(wanted, [(key, text)])
  }

  /// A config with files: their names and what they hold.
  mutating func declareConfig(_ wanted: String, _ files: [(key: String, text: String)]) -> String {
    let name = names.declare(ComposeNames.dns(wanted) ?? "config", ending: "config")
    let written = files.map { ($0.key, contents($0.text)) }
    declare(Self.files) { Self.write("config \(name)", written, to: &$0) }
    return name
  }

  /// A secret with a file that has secret variables in it: they are read where `kc` runs.
  private mutating func declareSecret(_ wanted: String, key: String, text: String, at node: ComposeNode) -> String {
    let name = names.declare(ComposeNames.dns(wanted) ?? "secret", ending: "secret")
    let written = contents(text) { emitter, variable in
      emitter.loader.reader.variables.isSecret(variable)
        ? emitter.input(variable, at: node) : emitter.parameter(variable)
    }
    note(
      .note, "`\(key)` has secrets in it: it is a secret here, which reads them from the environment",
      help: "set them where `kc` runs",
      alike: .init(
        subject: "`\(key)`",
        many: "% have secrets in them: they are secrets here, which read them from the environment"), at: node)
    declare(Self.files) { Self.write("secret \(name)", [(key, written)], to: &$0) }
    return name
  }

  /// How a file's content is written.
  private enum Contents {
    /// An expression.
    case expression(String)
    /// The lines of a block string; of a raw one, nothing is escaped.
    case block([String], isRaw: Bool)
  }

  private static func write(_ head: String, _ files: [(key: String, text: Contents)], to out: inout SourceLines) {
    out.block(head) { out in
      out.block("data") { out in
        for (key, text) in files {
          let field = SourceText.fieldName(key)
          switch text {
          case .expression(let text): out.line("\(field) = \(text)")
          case .block(let lines, let isRaw): out.text("\(field) =", lines: lines, isRaw: isRaw)
          }
        }
      }
    }
  }

  private mutating func contents(
    _ text: String, variable: (inout ComposeEmitter, String) -> String = { $0.parameter($1) }
  ) -> Contents {
    let lines = text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false).map { String($0) ?? "" }
    // One line without its end is no block, nor are lines that would join with the space before them.
    let isBlock = lines.count > 2 || lines.count == 2 && (lines[1].isEmpty || text.utf8.count > 60)
    guard isBlock, !lines.contains(where: SourceText.joinsBefore) else {
      if let whole = ComposeVariables.whole(text), loader.reader.variables.known[whole]?.isNumber != true {
        return .expression(variable(&self, whole))
      }
      return .expression("\"\(interpolated(text, variable: variable))\"")
    }
    if !ComposeVariables.hasMarks(text), SourceText.isRawBlock(text) { return .block(lines, isRaw: true) }
    // Quotes need no escape there unless three stand together.
    let written = lines.map {
      interpolated($0, isBlock: true, variable: variable).replacing("\"\"\"", with: "\\\"\"\"")
    }
    return .block(written, isRaw: false)
  }

  /// A secret with one file, whose content is asked for when `kc` runs.
  mutating func declareSecret(_ wanted: String, key: String, input: String?, at node: ComposeNode) -> String {
    let name = names.declare(ComposeNames.dns(wanted) ?? "secret", ending: "secret")
    let given = input.map { ComposeVariables.whole($0).map { self.inputName($0, at: node) } ?? $0 }
    let variable = given ?? claim(Self.variableName(wanted), "the file of \(wanted)", prefix: "SECRET")
    inputs.insert(variable)
    note(
      .note, "the secret `\(wanted)` is not copied: the program reads it from the environment variable `\(variable)`",
      help: "set `\(variable)` where `kc` runs",
      alike: .init(
        subject: "`\(wanted)` (`\(variable)`)",
        many: "the secrets % are not copied: the program reads them from these variables of the environment",
        help: "set them where `kc` runs"), at: node)
    declare(2) { out in
      out.block("secret \(name)") { out in
        out.block("data") {
          $0.line("\(SourceText.fieldName(Self.dataKey(key))) = input.env(\(SourceText.quoted(variable)))")
        }
      }
    }
    return name
  }

  static func variableName(_ text: String) -> String {
    (ComposeNames.dns(text, limit: 200) ?? "secret").replacing("-", with: "_").uppercased()
  }
}
