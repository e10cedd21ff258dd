/// Variables of services whose values must not stand in a program.
extension ComposeEmitter {
  /// Finds what the secret variables of all services are read from, and declares once what several services have.
  mutating func readSecrets() {
    for service in services {
      markPasswords(service)
      markPasswordOptions(service)
    }
    var uses: [String: Int] = [:]
    var first: [(expression: String, key: String)] = []
    var known: Set<String> = []
    for service in services {
      var entries: [String: String] = [:]
      for pair in pairs(service.node["environment"], "environment") where Self.isVariable(pair.key) {
        entries[pair.key] = secretValue(pair.key, pair.value ?? taken(pair.key), service, at: pair.node)
        if let expression = entries[pair.key], known.insert(expression).inserted {
          first.append((expression, pair.key))
        }
      }
      let added = readSecretArguments(service, &entries)
      addedSecrets[service.key] = added
      for key in added {
        if let expression = entries[key], known.insert(expression).inserted {
          first.append((expression, key))
        }
      }
      secretEntries[service.key] = entries
      for expression in Set(entries.values) { uses[expression, default: 0] += 1 }
    }
    let shared = first.filter { uses[$0.expression, default: 0] > 1 }
    guard !shared.isEmpty else { return }
    let name = names.declare("shared-env", ending: "secret")
    var taken = Set<String>()
    var lines: [String] = []
    for (expression, key) in shared {
      let wanted = inputNames[expression] ?? key
      let others = (2...shared.count + 2).lazy.map { "\(wanted)_\($0)" }
      let key = [wanted, key].first { !taken.contains($0) } ?? others.first { !taken.contains($0) } ?? key
      taken.insert(key)
      lines.append("\(SourceText.fieldName(key)) = \(expression)")
      sharedSecrets[expression] = Self.member("\(name).data", key)
    }
    declare(2) { out in
      out.block("secret \(name)") { out in out.block("data") { out in for line in lines { out.line(line) } } }
    }
  }

  /// Where the secret variable of a service stands: in its own secret, or in the one of all.
  mutating func secretMember(_ key: String, _ service: ComposeService) -> String {
    let entries = secretEntries[service.key] ?? [:]
    if let shared = entries[key].flatMap({ sharedSecrets[$0] }) { return shared }
    if let name = ownSecrets[service.key] { return Self.member("\(name).data", key) }
    let name = names.declare("\(service.host)-env", ending: "secret")
    ownSecrets[service.key] = name
    let stated = pairs(service.node["environment"], "environment").map(\.key)
    let keys = (stated + (addedSecrets[service.key] ?? [])).filter { key in
      entries[key].map { sharedSecrets[$0] == nil } ?? false
    }
    declare(2) { out in
      out.block("secret \(name)") { out in
        out.block("data") { out in
          for key in keys { out.line("\(SourceText.fieldName(key)) = \(entries[key] ?? "")") }
        }
      }
    }
    return Self.member("\(name).data", key)
  }

  /// The value of a variable that a service takes from where Compose runs.
  mutating func taken(_ key: String) -> String {
    // No shell can set what is no name to it.
    Self.isShellName(key) ? loader.reader.variables.mark("${\(key):-}") { _ in } : ""
  }

  /// Remembers the variables that are all of a password in a URL or a setting, or of a variable that is called one.
  private mutating func markPasswords(_ service: ComposeService) {
    for pair in pairs(service.node["environment"], "environment") {
      guard let value = pair.value else { continue }
      let part = ComposeSecrets.secret(in: value).map(String.init) ?? value
      guard let whole = ComposeVariables.whole(part), part != value || ComposeSecrets.isSecret(pair.key) else {
        continue
      }
      loader.reader.variables.passwords.insert(ComposeVariables.base(whole))
    }
  }

  /// What a variable is read from whose value must not stand in the program; nil for one that may.
  private mutating func secretValue(
    _ key: String, _ value: String?, _ service: ComposeService, at node: ComposeNode
  ) -> String? {
    let inner = ComposeVariables.names(value ?? "")
    let password = value.flatMap(ComposeSecrets.secret).map(String.init)
    let isWritten = password.map { ComposeVariables.whole($0) == nil } ?? false
    if let value, !isWritten, inner.contains(where: loader.reader.variables.isSecret) {
      return interpolatedSecret(value, key, service, at: node)
    }
    guard ComposeSecrets.isSecret(key) || password != nil else { return nil }
    if value == "" { return nil }
    if let value, let whole = ComposeVariables.whole(value) { return input(whole, at: node) }
    if let value, Int(value) != nil, !key.uppercased().contains("PASS") { return nil }
    var name = key.replacing(".", with: "_").replacing("-", with: "_")
    name = claim(name, "=\(value ?? "")", prefix: Self.variableName(service.host))
    return input(name, at: node)
  }

  /// A text with variables, the secret ones read where `kc` runs.
  private mutating func interpolatedSecret(
    _ value: String, _ key: String, _ service: ComposeService, at node: ComposeNode
  ) -> String {
    if let whole = ComposeVariables.whole(value) { return input(whole, at: node) }
    let variables = loader.reader.variables
    return hostText(value, key, service) { emitter, name in
      variables.isSecret(name) ? emitter.input(name, at: node) : emitter.parameter(name)
    }
  }

  /// A variable of the environment for a value that the files have: what comes from another source has another name.
  ///
  /// - Parameter source: the value, or where it is from.
  mutating func claim(_ wanted: String, _ source: String, prefix: String) -> String {
    func isFree(_ name: String) -> Bool {
      let variables = loader.reader.variables
      let isVariable = variables.known[name] != nil || variables.given[name] != nil
      return (inputSources[name] ?? (isVariable ? self.source(ofVariable: name) : source)) == source
    }
    var name = isFree(wanted) ? wanted : "\(prefix)_\(wanted)"
    var number = 2
    while !isFree(name) {
      name = "\(prefix)_\(wanted)_\(number)"
      number += 1
    }
    inputSources[name] = source
    return name
  }

  private func source(ofVariable name: String) -> String {
    loader.reader.variables.given[name].map { "=\($0)" } ?? "the environment"
  }

  /// The variable of the environment for one of the files; what files of their own give to included files has others.
  mutating func inputName(_ variable: String, at node: ComposeNode) -> String {
    if let known = variantInputs[variable] { return known }
    let name = ComposeVariables.base(variable)
    let value = loader.reader.variables.known[variable]?.standard
    if inputSources[name] == nil, variable == name { inputSources[name] = source(ofVariable: name) }
    guard variable != name, let value else { return name }
    let parts = loader.reader.files[node.file].split(separator: "/")
    let folder = parts.dropLast().last ?? parts.last ?? "included"
    let other = claim(name, "=\(value)", prefix: Self.variableName(String(folder)))
    variantInputs[variable] = other
    return other
  }

  mutating func input(_ variable: String, at node: ComposeNode) -> String {
    let name = inputName(variable, at: node)
    if inputs.insert(name).inserted {
      note(
        .note, "`\(name)` looks like a secret and is not copied: the program reads it from the environment",
        help: "set `\(name)` where `kc` runs",
        alike: .init(
          subject: "`\(name)`",
          many: "% look like secrets and are not copied: the program reads them from the environment",
          help: "set them where `kc` runs"), at: node)
    }
    let expression = "input.env(\(SourceText.quoted(name)))"
    inputNames[expression] = name
    return expression
  }
}
