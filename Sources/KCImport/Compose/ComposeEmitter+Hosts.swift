/// Other services in the values of variables: `postgres://app@db:5432`.
extension ComposeEmitter {
  /// A value as a text in which the hosts and ports of other services are references.
  ///
  /// - Parameters:
  ///   - own: what stands for the service itself; its name unless it is given.
  ///   - variable: what a variable of the files is in it.
  mutating func hostText(
    _ value: String, _ key: String, _ service: ComposeService, own: String? = nil,
    variable: (inout ComposeEmitter, String) -> String = { $0.parameter($1) }
  ) -> String {
    let parts = hostParts(value, key, service, own: own)
    if parts.count == 1, case .reference(let reference) = parts[0] { return reference }
    if parts.count == 1, case .text(let text) = parts[0], !ComposeVariables.hasMarks(text) { return string(text) }
    if let whole = ComposeVariables.whole(value), loader.reader.variables.known[whole]?.isNumber != true {
      return variable(&self, whole)
    }
    var out = ""
    for part in parts {
      switch part {
      case .reference(let reference): out += "\\(\(reference))"
      case .text(let text):
        for (place, piece) in text.split(separator: ComposeVariables.open, omittingEmptySubsequences: false)
          .enumerated()
        {
          guard place > 0, let end = piece.firstIndex(of: ComposeVariables.close) else {
            out += SourceText.escaped(piece)
            continue
          }
          out += "\\(\(variable(&self, String(piece[..<end]))))"
          out += SourceText.escaped(piece[piece.index(after: end)...])
        }
      }
    }
    return "\"\(out)\""
  }

  private enum Part {
    case text(String)
    case reference(String)
  }

  /// What names of variables end in whose values are hosts.
  private static let hostKeys = ["HOST", "HOSTNAME", "SERVER", "ADDR", "ADDRESS", "ADDRESSES", "HOSTS"]

  /// A value, cut where it names other services.
  private func hostParts(_ value: String, _ key: String, _ service: ComposeService, own: String?) -> [Part] {
    let last = key.uppercased().split(separator: "_").last.map(String.init) ?? ""
    // `PGHOST`, too.
    let isHost = Self.hostKeys.contains(last) || last.hasSuffix("HOST") || last.hasSuffix("HOSTNAME")
    if let host = hosts[value], isHost || host.isRenamed {
      if host.owner != service.key { return [.reference("\(host.reference).host")] }
      return [.text(own ?? host.name)]
    }
    guard value.contains(":") || value.contains("@") else { return [.text(value)] }
    var parts: [Part] = []
    var text = ""
    var rest = value[...]
    while let first = rest.first {
      let word = rest.prefix(while: Self.isHostLetter)
      rest = rest.dropFirst(max(1, word.count))
      guard let host = hosts[String(word)], let digits = Self.digits(behind: host, after: text, rest),
        digits.isEmpty || host.isRenamed || Self.isInAddress(text) || port(digits, of: host.owner) != nil
      else {
        text += word.isEmpty ? String(first) : String(word)
        continue
      }
      guard host.owner != service.key else {
        text += own ?? (host.isRenamed ? host.name : String(word))
        continue
      }
      parts += [.text(text)].filter { _ in !text.isEmpty } + [.reference("\(host.reference).host")]
      text = ""
      if let port = port(digits, of: host.owner) {
        parts += [.text(":"), .reference("\(host.reference).port.\(port).number")]
        rest = rest.dropFirst(digits.count + 1)
      }
    }
    if !text.isEmpty || parts.isEmpty { parts.append(.text(text)) }
    return parts
  }

  static func isHostLetter(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "-" || character == "_" || character == "."
  }

  static func isInAddress(_ before: some StringProtocol) -> Bool {
    before.hasSuffix("://") || before.hasSuffix("@")
  }

  /// The port behind a word that stands where a host does, empty where none is said; nil where the word is no host.
  static func digits(behind host: ComposeHost?, after text: some StringProtocol, _ rest: Substring)
    -> Substring?
  {
    let digits = rest.dropFirst().prefix { rest.first == ":" && $0.isASCII && $0.isNumber }
    let isEnd = rest[digits.endIndex...].first.map { "/,;? \n\"'".contains($0) } ?? true
    let isBegin = text.last.map { "/@,; =\n\"'".contains($0) } ?? true
    if !digits.isEmpty, isEnd, isBegin { return digits }
    if isInAddress(text), rest.first.map({ "/?:,\"' ".contains($0) }) ?? true { return "" }
    let isBeforeVariable = rest.first == ":" && rest.dropFirst().first == ComposeVariables.open
    return isBegin && isBeforeVariable && host?.isRenamed ?? false ? "" : nil
  }

  private func port(_ digits: Substring, of key: String) -> String? {
    guard let place = places[key], !digits.isEmpty else { return nil }
    return services[place].ports.first { $0.number == digits && $0.transport == "TCP" }?.name
  }

  /// Finds the names that services are reached by, as the files say them.
  mutating func readHosts() {
    var found: [Mention] = []
    for service in services { found += mentions(of: service) }
    mentioned.formUnion(found.map(\.key))
    addPorts(found)
    for place in services.indices where isOneShot(services[place]) { services[place].kind = .job }
    for service in services where isReached(service) {
      // A container has this name, too.
      let reference = service.name == "app" ? "service.app" : service.name
      let host = ComposeHost(
        owner: service.key, name: service.host, reference: reference,
        isRenamed: service.host != service.key.lowercased())
      hosts[service.key] = host
      guard let own = service.node["container_name"]?.text, places[own] == nil else { continue }
      hosts[own] = ComposeHost(owner: service.key, name: service.host, reference: reference, isRenamed: true)
    }
    for service in services where isReached(service) { declareAliases(service) }
  }

  /// Whether a service runs to its end: it is not to be started again, and nobody asks it anything.
  private func isOneShot(_ service: ComposeService) -> Bool {
    isNeverRepeated(service) && service.kind == .deployment && service.ports.isEmpty && !mentioned.contains(service.key)
      && service.node["healthcheck"] == nil
  }

  /// Whether the program has a service for one.
  func isReached(_ service: ComposeService) -> Bool {
    service.kind != .job && (!service.ports.isEmpty || isMentioned(service.key) || mentioned.contains(service.key))
  }
}

/// A name that a service is reached by.
struct ComposeHost {
  /// The service's name in the files.
  var owner: String
  /// The name in the cluster.
  var name: String
  /// What the program calls it.
  var reference: String
  /// Whether it has another name in the cluster than in the files.
  var isRenamed: Bool
}
