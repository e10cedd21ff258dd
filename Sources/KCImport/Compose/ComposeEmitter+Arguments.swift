/// Secret variables in commands and checks: containers read them from their environment.
extension ComposeEmitter {
  /// What the secret variables in a service's commands are read from, by the variables that its container has for them.
  mutating func readSecretArguments(_ service: ComposeService, _ entries: inout [String: String]) -> [String] {
    let stated = Set(pairs(service.node["environment"], "environment").map(\.key))
    var added: [String] = []
    for (text, node) in commandTexts(service) {
      for name in ComposeVariables.names(text) where loader.reader.variables.isSecret(name) {
        guard secretArguments[service.key]?[name] == nil else { continue }
        let expression = input(name, at: node)
        let known = entries.filter { $0.value == expression && Self.isShellName($0.key) }.keys.min()
        if known == nil {
          let base = ComposeVariables.base(name)
          let wanted = [base] + (2...stated.count + added.count + 3).map { "\(base)_\($0)" }
          let key = wanted.first { !stated.contains($0) && !added.contains($0) } ?? base
          entries[key] = expression
          added.append(key)
        }
        secretArguments[service.key, default: [:]][name] = known ?? added.last ?? name
      }
    }
    return added
  }

  /// The texts of a service's commands and checks.
  func commandTexts(
    _ service: ComposeService, withCheck: Bool = true
  ) -> [(text: String, node: ComposeNode)] {
    let node = service.node
    let hooks = ["pre_stop", "pre_start", "post_start"].flatMap { node[$0]?.items ?? [] }
    var fields = [node["entrypoint"], node["command"], withCheck ? node["healthcheck"]?["test"] : nil]
    fields += hooks.map { $0["command"] }
    let items = fields.compactMap { $0 }.flatMap { $0.items ?? [$0] }
    return items.compactMap { item in item.text.map { ($0, item) } }
  }

  /// Remembers the variables that a command takes as passwords: `--requirepass ${PW}`, `--password=${PW}`.
  mutating func markPasswordOptions(_ service: ComposeService) {
    var before = ""
    var tool = ""
    for (text, node) in commandTexts(service) {
      for word in text.split(whereSeparator: \.isWhitespace).map(String.init) {
        let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
        var (option, value) = parts.count == 2 ? (parts[0], parts[1]) : (before, word)
        before = word
        tool = Self.tool(word) ?? tool
        if tool == "mysql", word.hasPrefix("-p"), word.utf8.count > 2 {
          (option, value) = ("--password", String(word.dropFirst(2)))
        } else if tool == "redis", option == "-a" {
          option = "--password"
        }
        let inAddress = ComposeSecrets.password(in: value).map(String.init)
        let part = inAddress ?? value.filter { $0 != "\"" && $0 != "'" }
        guard inAddress != nil || Self.takesPassword(option) else { continue }
        if let whole = ComposeVariables.whole(part).map(ComposeVariables.base) {
          loader.reader.variables.passwords.insert(whole)
        } else if !ComposeVariables.hasMarks(part), let first = part.first, !"-$/".contains(first) {
          notePassword(service, at: node)
        }
      }
    }
  }

  /// The tool that a word calls, whose short options have passwords: `mysqladmin -pX`, `redis-cli -a X`.
  private static func tool(_ word: String) -> String? {
    let name = word.split(separator: "/").last ?? ""
    if name.hasPrefix("mysql") || name.hasPrefix("mariadb") { return "mysql" }
    return name.hasPrefix("redis-cli") || name.hasPrefix("valkey-cli") ? "redis" : nil
  }

  /// Whether an option of a command is followed by a password.
  private static func takesPassword(_ option: String) -> Bool {
    let name = option.drop { $0 == "-" }.replacing("-", with: "_")
    return option.hasPrefix("-") && !option.hasPrefix("--no-") && ComposeSecrets.isSecret(String(name))
  }

  private mutating func notePassword(_ service: ComposeService, at node: ComposeNode) {
    note(
      .warning, "a password seems to stand in a command of `\(service.key)`, and so in the program",
      help: "put it into `.env`, write `${NAME}` in its place, and import again",
      alike: .init(
        subject: "`\(service.key)`", many: "passwords seem to stand in commands of %, and so in the program",
        help: "put them into `.env`, write `${NAME}` in their places, and import again"), at: node)
  }

  /// A word of a command, in which Kubernetes fills in the secret variables.
  mutating func argument(_ text: String, _ service: ComposeService) -> String {
    let keys = secretArguments[service.key] ?? [:]
    let text = Self.replaced(Self.unexpanded(text)) { name, _ in keys[name].map { "$(\($0))" } }
    let written = hostText(text, "", service)
    // A script that nothing is put into reads better line by line.
    return written == string(text) ? SourceText.block(text, indent: "") ?? written : written
  }

  /// The secret variables that a command of `pre_start` reads, as the container has them that runs it.
  mutating func writeSecrets(of command: ComposeNode?, _ service: ComposeService, to out: inout SourceLines) {
    var seen = Set<String>()
    for item in command?.items ?? [command].compactMap({ $0 }) {
      for name in ComposeVariables.names(item.text ?? "") {
        guard let key = secretArguments[service.key]?[name], seen.insert(key).inserted else { continue }
        out.line("env \(SourceText.fieldName(key)) = \(secretMember(key, service))")
      }
    }
  }

  /// A command of a check or a hook, where Kubernetes fills in nothing: a shell reads secret variables.
  mutating func action(_ words: [String], _ service: ComposeService) -> [String] {
    let keys = secretArguments[service.key] ?? [:]
    func written(_ text: String) -> String { hostText(text, "", service, own: "localhost") }
    guard words.contains(where: { ComposeVariables.names($0).contains { keys[$0] != nil } }) else {
      return words.map(written)
    }
    if words.count == 3, words[1] == "-c", words[0].hasSuffix("sh") {
      return [string(words[0]), string(words[1]), written(Self.shellText(words[2], keys))]
    }
    let line = words.map { Self.shellText(Self.quotedForShell($0), keys) }.joined(separator: " ")
    return [SourceText.quoted("/bin/sh"), SourceText.quoted("-c"), written(line)]
  }

  /// A line for a shell in which the variables of `keys` are those of its environment.
  private static func shellText(_ text: String, _ keys: [String: String]) -> String {
    replaced(text) { name, quote in
      keys[name].map { key in
        switch quote {
        case nil: "\"$\(key)\""
        case "'": "'\"$\(key)\"'"
        default: "${\(key)}"
        }
      }
    }
  }

  /// A word as a shell takes it.
  static func quotedForShell(_ word: String) -> String {
    let isPlain = word.allSatisfy { character in
      character.isLetter || character.isNumber || "-_./:=@%+,".contains(character)
        || character == ComposeVariables.open || character == ComposeVariables.close
    }
    return isPlain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
  }

  /// Whether a shell can read a variable of this name.
  static func isShellName(_ name: String) -> Bool {
    name.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0 | 32) || $0 == 95 }
  }

  /// A text with what stands for its variables in place of their marks; with nil for one, its mark stays.
  ///
  /// - Parameter written: what stands for a variable, by its name and the quote of a shell that it stands in.
  private static func replaced(_ text: String, _ written: (String, Character?) -> String?) -> String {
    guard ComposeVariables.hasMarks(text) else { return text }
    var (out, rest) = ("", text[...])
    var (quote, isEscaped): (Character?, Bool) = (nil, false)
    while let character = rest.popFirst() {
      if character == ComposeVariables.open, let end = rest.firstIndex(of: ComposeVariables.close) {
        let name = String(rest[..<end])
        out += written(name, quote) ?? "\(character)\(name)\(ComposeVariables.close)"
        rest = rest[rest.index(after: end)...]
        continue
      }
      out.append(character)
      if isEscaped {
        isEscaped = false
      } else if character == "\\", quote != "'" {
        isEscaped = true
      } else if character == "'" || character == "\"" {
        if quote == nil { quote = character } else if quote == character { quote = nil }
      }
    }
    return out
  }
}
