internal import KCData

/// Probes.
extension Lifter {
  /// `ready = probe.http("/healthz", port: http, every: 5s)`
  func probeLine(_ field: String, _ given: Remainder, _ ports: Set<String>, container: String) -> SourceLine? {
    var probe = given
    let action: String
    var extra = ""
    if probe.peek("httpGet") != nil {
      let path = probe.text("httpGet", "path") ?? "/"
      guard let target = probe.take("httpGet", "port").flatMap({ port($0, ports, container) }) else { return nil }
      let scheme = probe.text("httpGet", "scheme") ?? "HTTP"
      let headers = probe.take("httpGet", "httpHeaders")?.array ?? []
      let pairs = headers.compactMap { header -> (key: String, text: String)? in
        guard header.object?.count == 2, let name = header["name"]?.string, let value = header["value"]?.string else {
          return nil
        }
        return (name, literal(value))
      }
      guard pairs.count == headers.count else { return nil }
      extra = pairs.isEmpty ? "" : ", headers: \(SourceText.record(pairs))"
      if let host = probe.text("httpGet", "host"), !host.isEmpty { extra += ", host: \(SourceText.quoted(host))" }
      action =
        "http(\(literal(path)), port: \(target)\(scheme == "HTTP" ? "" : ", scheme: \(SourceText.quoted(scheme))")"
    } else if probe.peek("tcpSocket") != nil {
      guard let target = probe.take("tcpSocket", "port").flatMap({ port($0, ports, container) }) else { return nil }
      action = "tcp(\(target)"
    } else if probe.peek("grpc") != nil {
      guard case .int(let number)? = probe.take("grpc", "port") else { return nil }
      let service = probe.text("grpc", "service") ?? ""
      action = "grpc(\(number)\(service.isEmpty ? "" : ", service: \(SourceText.quoted(service))")"
    } else if let command = probe.texts("exec", "command"), !command.isEmpty {
      action = "exec(\(commandText(command))"
    } else {
      return nil
    }
    var times = ""
    for (name, key, standard) in [
      ("every", "periodSeconds", 10), ("timeout", "timeoutSeconds", 1), ("delay", "initialDelaySeconds", 0),
    ] as [(String, String, Int64)] {
      guard let seconds = probe.int(key), seconds != 0, seconds != standard else { continue }
      guard seconds > 0, seconds < 1_000_000_000 else { return nil }
      times += ", \(name): \(SourceText.duration(seconds: seconds))"
    }
    for (name, key, standard) in [("failures", "failureThreshold", 3), ("successes", "successThreshold", 1)]
      as [(String, String, Int64)]
    {
      guard let count = probe.int(key), count != 0, count != standard else { continue }
      times += ", \(name): \(count)"
    }
    guard probe.isEmpty else { return nil }
    return .text("\(field) = probe.\(action)\(times)\(extra))", given.path)
  }

  /// A command within a probe: on one line where it fits, and its scripts as they were written.
  private func commandText(_ command: [String]) -> String {
    let blocks = command.map { SourceText.block($0, indent: SourceLines.indent(4)) }
    let texts = zip(command, blocks).map { $1 ?? literal($0) }
    let line = "[\(texts.joined(separator: ", "))]"
    if line.utf8.count <= 80, blocks.allSatisfy({ $0 == nil }) { return line }
    let indent = "\n\(SourceLines.indent(3))"
    return "[\(indent)\(texts.joined(separator: indent))\n\(SourceLines.indent(2))]"
  }

  /// `preStop = ["nginx", "-s", "quit"]`, `preStop = hook.sleep(5s)`
  func addHooks(
    _ part: inout Remainder, _ ports: Set<String>, container: String, to body: inout [SourceLine]
  ) {
    for name in ["postStart", "preStop"] {
      let path = part.path("lifecycle", name)
      guard let hook = part.peek("lifecycle", name), hook.object?.count == 1 else { continue }
      if let command = hook.at("exec", "command")?.array, !command.isEmpty, command.allSatisfy({ $0.string != nil }) {
        guard hook["exec"]?.object?.count == 1 else { continue }
        body.append(.value(name, .array(command), path))
      } else if case .int(let seconds)? = hook.at("sleep", "seconds"), seconds >= 0 {
        body.append(.text("\(name) = hook.sleep(\(SourceText.duration(seconds: seconds)))", path))
      } else if let get = hook["httpGet"], let text = httpHook(Remainder(get), ports, container) {
        body.append(.text("\(name) = \(text)", path))
      } else {
        continue
      }
      part.take("lifecycle", name)
    }
  }

  private func httpHook(_ given: Remainder, _ ports: Set<String>, _ container: String) -> String? {
    var get = given
    guard let path = get.text("path"), let port = get.take("port").flatMap({ port($0, ports, container) }) else {
      return nil
    }
    let scheme = get.text("scheme") ?? "HTTP"
    guard get.isEmpty else { return nil }
    let rest = scheme == "HTTP" ? "" : ", scheme: \(SourceText.quoted(scheme))"
    return "hook.http(\(literal(path)), port: \(port)\(rest))"
  }

  private func port(_ value: Value, _ names: Set<String>, _ container: String) -> String? {
    if case .int(let number) = value { return (1...65535).contains(number) ? String(number) : nil }
    guard let name = value.string, names.contains(name), SourceText.isBare(name) else { return nil }
    guard index.isHidden(name, from: place) else { return name }
    return SourceText.isBare(container) ? "workload.\(container).\(name)" : nil
  }
}
