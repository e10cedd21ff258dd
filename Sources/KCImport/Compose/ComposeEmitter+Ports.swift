extension ComposeEmitter {
  private static let portLimit = 256

  mutating func readPorts(_ service: inout ComposeService) {
    if let node = service.node["ports"], !node.isNull {
      guard let items = node.items else { return note(.error, "`ports` is a list", at: node) }
      for item in items { read(item, into: &service) }
    }
    for item in service.node["expose"]?.items ?? [] {
      guard let text = item.text else { continue }
      let (number, transport) = Self.withTransport(text)
      add(number, published: nil, transport: transport, at: item, to: &service)
    }
    if service.ports.isEmpty, let image = service.node["image"]?.text,
      let port = ComposePorts.ofImage(loader.reader.variables.plain(image))
    {
      add(port, transport: "TCP", published: nil, to: &service)
    }
    // What the service answers at is a port, whoever asks; it may have others.
    if service.ports.isEmpty, let port = Self.checkedPort(service) {
      add(port, transport: "TCP", published: nil, to: &service)
      service.isOpen = true
    }
  }

  private mutating func read(_ item: ComposeNode, into service: inout ComposeService) {
    if let text = item.text { return read(text, at: item, into: &service) }
    guard item.entries != nil, let target = item["target"]?.text else {
      return note(.error, "a port is a text such as \"8080:80\", or a map with `target`", at: item)
    }
    if let host = item["host_ip"]?.text { noteAddress(host, at: item) }
    if item["mode"]?.text == "host" {
      leave(.note, "`mode: host` has no counterpart: the port is reached through the service", at: item)
    }
    let transport = (item["protocol"]?.text ?? "tcp").uppercased()
    add(target, published: item["published"]?.text, transport: transport, at: item, to: &service)
  }

  /// `[[HOST:]PUBLISHED:]TARGET[/PROTOCOL]`
  private mutating func read(_ text: String, at item: ComposeNode, into service: inout ComposeService) {
    let (body, transport) = Self.withTransport(text)
    var rest = body[...]
    if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
      noteAddress(String(rest[...end]), at: item)
      rest = rest[rest.index(after: end)...].drop { $0 == ":" }
    }
    let variables = loader.reader.variables
    let parts = rest.split(separator: ":", omittingEmptySubsequences: false).flatMap { part -> [String] in
      // A variable may give more than the port: `${SQL_PORT:-127.0.0.1:13306}:3306`.
      let plain = variables.plain(String(part))
      return plain.contains(":") ? plain.split(separator: ":").map(String.init) : [String(part)]
    }
    guard let target = parts.last, parts.count <= 3 else {
      return noPort(text, at: item)
    }
    if parts.count == 3 { noteAddress(variables.plain(parts[0]), at: item) }
    let published = parts.count > 1 ? parts[parts.count - 2] : nil
    add(target, published: published, transport: transport, at: item, to: &service)
  }

  /// Says that a text is no port: of one that a variable is to give, that nothing does.
  private mutating func noPort(_ text: String, at item: ComposeNode) {
    let plain = loader.reader.variables.plain(Self.withTransport(text).0)
    guard plain.isEmpty, let name = ComposeVariables.names(text).last.map(ComposeVariables.base)
    else {
      return note(.error, "`\(plain)` is no port from 1 to 65535", at: item)
    }
    note(
      .error, "nothing gives this port: the variable `\(name)` is empty",
      help: "set `\(name)` in `.env` beside the file, or give it a default: `${\(name):-8080}`", at: item)
  }

  private mutating func noteAddress(_ address: String, at item: ComposeNode) {
    if address.isEmpty { return }
    leave(.note, "the address \(address) has no counterpart: the service is reached inside the cluster", at: item)
  }

  private mutating func add(
    _ target: String, published: String?, transport: String, at item: ComposeNode, to service: inout ComposeService
  ) {
    let variables = loader.reader.variables
    guard ["TCP", "UDP", "SCTP"].contains(transport) else {
      return note(.error, "there is no protocol `\(transport.lowercased())`", at: item)
    }
    guard let targets = Self.range(variables.plain(target)) else {
      return noPort(target, at: item)
    }
    let count = service.ports.count + targets.count
    guard count <= Self.portLimit else {
      return note(.error, "these are \(count) ports: more than \(Self.portLimit) are not imported", at: item)
    }
    let first = service.ports.count
    defer { if service.ports.count > first { service.ports[first].item = item } }
    if targets.count == 1 {
      var outside: ComposeService.Published?
      if let published { outside = publishedNumber(published, at: item) }
      return add(
        targets.lowerBound, variable: ComposeVariables.whole(target), transport: transport,
        published: outside, to: &service)
    }
    let from = published.flatMap { Self.range(variables.plain($0)) }
    for (place, port) in targets.enumerated() {
      let outside = from.flatMap { $0.count == targets.count ? $0.lowerBound + place : nil }
      add(port, transport: transport, published: outside.map { .init(written: String($0), number: $0) }, to: &service)
    }
  }

  /// The port on the host: a number, or the parameter that gives it.
  private mutating func publishedNumber(_ text: String, at item: ComposeNode) -> ComposeService.Published? {
    let plain = loader.reader.variables.plain(text)
    guard let range = Self.range(plain) else {
      if !plain.isEmpty { noPort(text, at: item) }
      return nil
    }
    guard range.count == 1 else { return nil }
    if let variable = ComposeVariables.whole(text) {
      loader.reader.variables.markNumber(variable)
      return .init(written: text, number: range.lowerBound)
    }
    return .init(written: String(range.lowerBound), number: range.lowerBound)
  }

  mutating func add(
    _ number: Int, variable: String? = nil, transport: String, published: ComposeService.Published?,
    to service: inout ComposeService
  ) {
    // One that is the container's own unless somebody says otherwise is no second port.
    let published = published.flatMap { $0.number == number ? nil : $0 }
    var written = String(number)
    if let variable {
      loader.reader.variables.markNumber(variable)
      written = parameter(variable)
    }
    // Unless somebody says otherwise, a variable and the number that it is otherwise are one port.
    if let known = service.ports.firstIndex(where: {
      $0.transport == transport && ($0.number == written || $0.standard == number)
    }) {
      if service.ports[known].published == nil { service.ports[known].published = published }
      return
    }
    guard service.ports.count < Self.portLimit else { return }
    let name = ComposePorts.name(
      variable == nil ? number : nil, protocol: transport, taken: Set(service.ports.map(\.name)))
    service.ports.append(
      .init(name: name, number: written, standard: number, transport: transport, published: published))
  }

  private static func withTransport(_ text: String) -> (String, String) {
    guard let slash = text.lastIndex(of: "/") else { return (text, "TCP") }
    return (String(text[..<slash]), text[text.index(after: slash)...].uppercased())
  }

  /// `80` or `80-90`; nil for what is no port.
  private static func range(_ text: String) -> ClosedRange<Int>? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard let first = parts.first.flatMap({ Int($0) }), let last = parts.last.flatMap({ Int($0) }), parts.count <= 2,
      first >= 1, first <= last, last <= 65535
    else { return nil }
    return first...last
  }
}
