/// Other services in the values of variables: `postgres://app@db:5432`.
extension ComposeEmitter {
  /// A value as a text in which the hosts and ports of other services are references.
  ///
  /// - Parameter variable: what a variable of the files is in it.
  mutating func hostText(
    _ value: String, _ key: String, _ service: ComposeService,
    variable: (inout ComposeEmitter, String) -> String = { $0.parameter($1) }
  ) -> String {
    let parts = hostParts(value, key, service)
    if parts.count == 1, case .reference(let reference) = parts[0] { return reference }
    guard ComposeVariables.hasMarks(value) || parts.count > 1 else { return string(value) }
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
  private func hostParts(_ value: String, _ key: String, _ service: ComposeService) -> [Part] {
    let others = services.filter { $0.key != service.key && isReached($0) }
    let isHost = Self.hostKeys.contains { key.uppercased().split(separator: "_").last.map(String.init) == $0 }
    if isHost, let other = others.first(where: { $0.key == value }) { return [.reference("\(reference(other)).host")] }
    guard value.contains(":") else { return [.text(value)] }
    var parts: [Part] = []
    var text = ""
    var rest = value[...]
    func isName(_ character: Character) -> Bool {
      character.isLetter || character.isNumber || character == "-" || character == "_" || character == "."
    }
    while let first = rest.first {
      let word = rest.prefix(while: isName)
      guard !word.isEmpty else {
        text.append(first)
        rest = rest.dropFirst()
        continue
      }
      rest = rest[word.endIndex...]
      if let other = others.first(where: { $0.key == word }), let found = mention(of: other, after: text, rest) {
        parts += [.text(text)].filter { _ in !text.isEmpty } + found.parts
        (text, rest) = ("", found.rest)
      } else {
        text += word
      }
    }
    if !text.isEmpty || parts.isEmpty { parts.append(.text(text)) }
    return parts
  }

  /// The host, and the port where one follows that the service has; nil where a word is no host.
  private func mention(
    of service: ComposeService, after text: String, _ rest: Substring
  ) -> (parts: [Part], rest: Substring)? {
    let name = reference(service)
    let isInAddress = text.hasSuffix("://") || text.hasSuffix("@")
    let digits = rest.dropFirst().prefix { rest.first == ":" && $0.isASCII && $0.isNumber }
    let behind = rest[digits.endIndex...]
    let isEnd = behind.first.map { "/,;? \n".contains($0) } ?? true
    if !digits.isEmpty, isEnd, text.last.map({ "/@,; =\n".contains($0) }) ?? true,
      let port = service.ports.first(where: { $0.number == digits && $0.transport == "TCP" })
    {
      return ([.reference("\(name).host"), .text(":"), .reference("\(name).port.\(port.name).number")], behind)
    }
    let ends = rest.first.map { "/?:,".contains($0) } ?? true
    return isInAddress && ends ? ([.reference("\(name).host")], rest) : nil
  }

  /// Whether the program has a service for one.
  func isReached(_ service: ComposeService) -> Bool {
    service.kind != .job && (!service.ports.isEmpty || isMentioned(service.key))
  }

  private func reference(_ service: ComposeService) -> String {
    // A container has this name, too.
    service.name == "app" ? "service.app" : service.name
  }
}
