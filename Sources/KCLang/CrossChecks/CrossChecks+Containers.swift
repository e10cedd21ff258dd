internal import KCData

/// Single containers.
extension CrossChecks {
  mutating func checkContainer(_ container: Node, _ name: String, _ object: Object) {
    checkImage(container, name)
    checkResources(container, name)
    checkAmounts(container, name)
    checkPorts(container, name, object)
    checkEnvironment(container, name, object)
  }

  private mutating func checkImage(_ container: Node, _ name: String) {
    guard let image = child(container, names.image), image.value.tag == .string else { return }
    if checkImageName(image, name) { return }
    let bytes = program.tree.utf8(of: image.value)
    let last = bytes.lastIndex(of: UInt8(ascii: "/")).map { bytes[$0...] } ?? bytes
    guard !bytes.isEmpty, !last.contains(UInt8(ascii: ":")), !bytes.contains(UInt8(ascii: "@")) else { return }
    let text = String(decoding: bytes, as: UTF8.self)
    report(
      "KC0400", "the image of `\(name)` has no tag, so it is whatever `latest` is on the day", at: image.site,
      isWarning: true, help: "name a version: `\"\(text):1.2.3\"`, or a digest")
  }

  private mutating func checkResources(_ container: Node, _ name: String) {
    guard let resources = child(container, names.resources), let limits = child(resources, names.limits) else { return }
    for (key, request) in fields(child(resources, names.requests)) {
      guard let limit = child(limits, key), let asked = quantity(request.value), let most = quantity(limit.value),
        asked > most
      else { continue }
      report(
        "KC0408", "`\(name)` requests \(asked) of \(program.text(Int32(key))), and is limited to \(most)",
        at: request.site,
        labels: [(limit.site, "the limit")], help: "a limit is not below the request")
    }
  }

  private mutating func checkPorts(_ container: Node, _ name: String, _ object: Object) {
    var opened: [OpenPort: Int32] = [:]
    var ports = (names: Set<String>(), numbers: Set<Int64>())
    let all = elements(container, names.ports)
    for port in all {
      if let own = text(port, names.name) { ports.names.insert(own) }
      guard let number = int(port, names.containerPort) else { continue }
      ports.numbers.insert(number)
      guard all.count > 1 else { break }
      let spoken = text(port, names.protocol_) ?? "TCP"
      if let other = opened.updateValue(port.site, forKey: OpenPort(number: number, spoken: spoken)) {
        report(
          "KC0405", "`\(name)` opens the port \(number)/\(spoken) twice", at: port.site, isWarning: true,
          labels: [(other, "the other one")], help: "one port has one name")
      }
    }
    for key in [names.readinessProbe, names.livenessProbe, names.startupProbe] {
      if let probe = child(container, key) { checkProbe(probe, name, ports, object) }
    }
  }

  private struct OpenPort: Hashable {
    var number: Int64
    var spoken: String
  }

  private mutating func checkProbe(
    _ probe: Node, _ name: String, _ ports: (names: Set<String>, numbers: Set<Int64>), _ object: Object
  ) {
    let period = int(probe, names.periodSeconds) ?? 10
    if let timeout = child(probe, names.timeoutSeconds), let seconds = program.tree.int(of: timeout.value),
      seconds > period
    {
      report(
        "KC0409", "a probe of `\(name)` may take \(seconds) s, and the next one begins after \(period) s",
        at: timeout.site,
        isWarning: true, help: "let `timeout` be no longer than `every`")
    }
    for action in [names.httpGet, names.tcpSocket, names.grpc] {
      guard let target = child(probe, action), let port = child(target, names.port) else { continue }
      if let wanted = program.tree.text(of: port.value), !ports.names.contains(wanted) {
        let known = ports.names.sorted()
        let guess = Program.nearest(to: wanted, among: known)
        report(
          "KC0406", "a probe of `\(name)` asks at the port `\(wanted)`, which the container does not open",
          at: port.site,
          notes: known.isEmpty ? [] : ["it opens \(Program.enumerate(known))"],
          help: guess.map { "did you mean `\($0)`?" })
      }
      if let number = program.tree.int(of: port.value), !ports.numbers.isEmpty, !ports.numbers.contains(number) {
        report(
          "KC0406", "a probe of `\(name)` asks at the port \(number), which the container does not open", at: port.site,
          isWarning: true, notes: ["it opens \(Program.enumerate(ports.numbers.sorted().map(String.init)))"],
          help: isPlain
            ? "give it the name of one of its `ports`: `port = \"NAME\"`"
            : ports.names.isEmpty
              ? "give the port a name, `port http = …`, and ask at that: `port: http`"
              : "name the port: \(Program.enumerate(ports.names.sorted().map { "port: \($0)" }, "or"))")
      }
    }
  }

  private mutating func checkEnvironment(_ container: Node, _ name: String, _ object: Object) {
    let variables = elements(container, names.env)
    for (variable, other) in repeated(variables) {
      report(
        "KC0410", "`\(name)` sets the variable `\(text(variable, names.name) ?? "")` twice: the last one counts",
        at: variable.site, isWarning: true, labels: [(other.site, "the other one")])
    }
    for variable in variables {
      guard let source = child(variable, names.valueFrom) else { continue }
      checkKeyReference(source, names.configMapKeyRef, "ConfigMap", "config", object)
      checkKeyReference(source, names.secretKeyRef, "Secret", "secret", object)
    }
    for source in elements(container, names.envFrom) {
      checkReference(source, names.configMapRef, "ConfigMap", "config", object)
      checkReference(source, names.secretRef, "Secret", "secret", object)
    }
  }

  /// The nodes whose name one before them has, each with the last of those. Most lists are short, which are looked through.
  private func repeated(_ nodes: [Node]) -> [(node: Node, other: Node)] {
    var found: [(node: Node, other: Node)] = []
    if nodes.count <= 16 {
      for (place, node) in nodes.enumerated() {
        let own = program.tree.field(names.name, of: node.value)?.value ?? .none
        let other = nodes[..<place].last { other in
          program.tree.equal(program.tree.field(names.name, of: other.value)?.value ?? .none, own)
        }
        if let other { found.append((node, other)) }
      }
      return found
    }
    var seen: [String: Node] = [:]
    seen.reserveCapacity(nodes.count)
    for node in nodes {
      if let other = seen.updateValue(node, forKey: text(node, names.name) ?? "") { found.append((node, other)) }
    }
    return found
  }

  private mutating func checkKeyReference(
    _ source: Node, _ key: UInt32, _ kind: String, _ word: String, _ object: Object
  ) {
    guard let reference = child(source, key) else { return }
    checkReference(source, key, kind, word, object)
    checkKey(
      text(reference, names.key), of: text(reference, names.name), kind, word, object,
      at: child(reference, names.key)?.site ?? child(reference, names.name)?.site ?? reference.site, reference)
  }

  private mutating func checkReference(
    _ source: Node, _ key: UInt32, _ kind: String, _ word: String, _ object: Object
  ) {
    guard let reference = child(source, key) else { return }
    checkName(text(reference, names.name), kind, word, object, at: child(reference, names.name)?.site ?? reference.site)
  }
}
