extension ComposeEmitter {
  mutating func writeHealth(_ service: ComposeService, to out: inout SourceLines) {
    guard let check = service.node["healthcheck"], !check.isNull else { return }
    if check["disable"]?.bool == true { return }
    guard check.entries != nil, let test = check["test"] else {
      if check.entries == nil { note(.error, "`healthcheck` is a map with `test`", at: check) }
      return
    }
    guard let action = action(test, service) else { return }
    var arguments = action.arguments
    // Compose waits for one check to end before it begins the next; kubelets begin each in its time.
    let interval = ComposeUnits.milliseconds(loader.reader.variables.plain(check["interval"]?.text ?? "30s"))
    let usual = ComposeUnits.duration(min(30_000, interval ?? 30_000), least: 1)
    let limit = ComposeUnits.milliseconds(loader.reader.variables.plain(check["timeout"]?.text ?? ""))
    let every = ComposeUnits.duration(max(interval ?? 30_000, limit ?? 0), least: 1)
    _ = duration(check["interval"], least: 1)
    arguments += ["every: \(every)", "timeout: \(duration(check["timeout"], least: 1) ?? usual)"]
    // A pod is ready with the first success, as Compose counts one while it starts; failures have no effect until then.
    _ = duration(check["start_period"], least: 0)
    if let node = check["retries"], let count = Int(loader.reader.variables.plain(node.text ?? "")), count > 0 {
      if count != 3 { arguments.append("failures: \(min(count, 1_000_000))") }
    }
    if let node = check["start_interval"] { leave(.note, "`start_interval` has no counterpart", at: node) }
    out.call("ready = \(action.function)", list: action.words, arguments)
  }

  private mutating func duration(_ node: ComposeNode?, least: Int64) -> String? {
    guard let node, !node.isNull else { return nil }
    guard let time = ComposeUnits.milliseconds(loader.reader.variables.plain(node.text ?? "")) else {
      note(.error, "this is no duration such as `1m30s`", at: node)
      return nil
    }
    return ComposeUnits.duration(time, least: least)
  }

  /// What a probe does, with the arguments that say it: `probe.exec` and its command, or what says the same better.
  private mutating func action(
    _ test: ComposeNode, _ service: ComposeService
  ) -> (function: String, words: [String], arguments: [String])? {
    var command: [String]
    if let text = test.text {
      command = ["CMD-SHELL", text]
    } else {
      command = texts(test, "test")
    }
    guard let kind = command.first else { return nil }
    command.removeFirst()
    switch kind {
    case "NONE": return nil
    case "CMD", "CMD-SHELL": break
    default:
      note(.error, "`test` starts with CMD, CMD-SHELL or NONE", at: test)
      return nil
    }
    guard !command.isEmpty else { return nil }
    let asked = kind == "CMD" ? command.map(Self.word).joined(separator: " ") : command[0]
    if let request = Self.request(asked, Self.names(of: service)) {
      let port = service.ports.first { $0.number == String(request.port) }.map(\.name)
      let written = port.flatMap { names.isTop($0) ? nil : $0 } ?? String(request.port)
      let scheme = request.isTLS ? ["scheme: \"HTTPS\""] : []
      let headers = request.headers.isEmpty ? [] : ["headers: \(SourceText.record(request.headers))"]
      let arguments = [SourceText.quoted(request.path), "port: \(written)"] + scheme + headers
      return ("probe.http", [], arguments)
    }
    let words = kind == "CMD" ? command : ["/bin/sh", "-c", command[0]]
    return ("probe.exec", action(words, service), [])
  }

  /// A word of a command as a shell takes it; `||` is one where somebody wrote a shell's line as a list.
  private static func word(_ text: String) -> String { text == "||" ? text : quotedForShell(text) }

  /// The names by which a container reaches itself.
  private static func names(of service: ComposeService) -> Set<String> {
    [service.key, service.host, service.node["container_name"]?.text ?? service.key]
  }

  /// The port that the check of a service asks its own container at; nil where it asks none.
  static func checkedPort(_ service: ComposeService) -> Int? {
    guard let check = service.node["healthcheck"], check["disable"]?.bool != true, let test = check["test"] else {
      return nil
    }
    let words = test.text.map { ["CMD-SHELL", $0] } ?? (test.items ?? []).compactMap(\.text)
    guard words.count > 1, words[0] == "CMD" || words[0] == "CMD-SHELL" else { return nil }
    let command = words[0] == "CMD" ? words.dropFirst().map(word).joined(separator: " ") : words[1]
    return request(command, names(of: service))?.port
  }

  /// Options that change nothing of what a probe of Kubernetes finds: it follows redirects, and asks for no certificates.
  private static let options: [String: Set<String>] = [
    "curl": ["--fail", "--silent", "--show-error", "--head", "--location", "--insecure", "--fail-with-body"],
    "wget": ["-q", "--quiet", "-nv", "--no-verbose", "--spider", "-S", "-qO-", "-O-", "--no-check-certificate"],
  ]
  /// Those that a value follows: a time that the probe has itself, and where the answer goes, which nobody reads.
  private static let valued: [String: Set<String>] = [
    "curl": ["-m", "--max-time", "--connect-timeout", "-o", "--output"],
    "wget": ["-T", "--timeout", "-t", "--tries", "-O", "--output-document", "-qO"],
  ]

  /// Those that a header follows.
  private static let headers: [String: Set<String>] = ["curl": ["-H", "--header"], "wget": ["--header"]]

  /// What a command asks for.
  struct Request {
    var port: Int
    var path: String
    var isTLS: Bool
    var headers: [(key: String, text: String)]
  }

  /// The only address that a command asks, and the headers that it sends, where its options change nothing else; nil for
  /// any other.
  private static func address(
    _ words: ArraySlice<String>, of program: String
  ) -> (url: String, headers: [(key: String, text: String)])? {
    var found: String?
    var sent: [(key: String, text: String)] = []
    var rest = words
    while let word = rest.popFirst() {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      if headers[program]?.contains(parts[0]) ?? false {
        guard let text = parts.count == 2 ? parts[1] : rest.popFirst(), let header = header(text),
          !sent.contains(where: { $0.key == header.key })
        else { return nil }
        sent.append(header)
      } else if valued[program]?.contains(parts[0]) ?? false {
        if parts.count == 1 { _ = rest.popFirst() }
      } else if word.first == "-" {
        let isShort = program == "curl" && word.count > 1 && word.dropFirst().allSatisfy { "fsSIkLq".contains($0) }
        guard isShort || options[program]?.contains(word) ?? false else { return nil }
      } else {
        guard found == nil else { return nil }
        found = word
      }
    }
    return found.map { ($0, sent) }
  }

  /// `Name: value`; nil where it is none, and where it may be secret.
  private static func header(_ text: String) -> (key: String, text: String)? {
    guard let colon = text.firstIndex(of: ":"), colon > text.startIndex else { return nil }
    let name = String(text[..<colon])
    let isName = name.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0 | 32) || $0 == 45 }
    guard isName, !["authorization", "cookie"].contains(name.lowercased()),
      !ComposeSecrets.isSecret(name.replacing("-", with: "_"))
    else { return nil }
    return (name, SourceText.quoted(String(text[text.index(after: colon)...].drop { $0 == " " })))
  }

  /// What `curl -f http://localhost:8080/health || exit 1` asks for; nil for any other command.
  ///
  /// - Parameter own: names of the container itself.
  static func request(_ command: String, _ own: Set<String> = []) -> Request? {
    var text = command
    for ending in ["|| exit 1", "|| false", "||exit 1"] {
      if let range = text.firstRange(of: ending), text[range.upperBound...].allSatisfy(\.isWhitespace) {
        text = String(text[..<range.lowerBound])
      }
    }
    guard !text.contains(where: { "|;&$<>`".contains($0) }), !ComposeVariables.hasMarks(text),
      let words = ShellWords.split(text), let program = words.first, ["curl", "wget"].contains(program)
    else { return nil }
    guard let (url, headers) = address(words.dropFirst(), of: program) else { return nil }
    let isTLS = url.hasPrefix("https://")
    let body = url.drop(while: { $0 != ":" }).dropFirst(url.contains("://") ? 3 : 0)
    let target = url.contains("://") ? body : url[...]
    let slash = target.firstIndex(of: "/") ?? target.endIndex
    let parts = target[..<slash].split(separator: ":", omittingEmptySubsequences: false)
    guard let host = parts.first, parts.count <= 2,
      ["localhost", "127.0.0.1", "0.0.0.0"].contains(host) || own.contains(String(host))
    else { return nil }
    guard let port = parts.count == 2 ? Int(parts[1]) : (isTLS ? 443 : 80), (1...65535).contains(port) else {
      return nil
    }
    let path = target[slash...]
    return Request(port: port, path: path.isEmpty ? "/" : String(path), isTLS: isTLS, headers: headers)
  }
}
