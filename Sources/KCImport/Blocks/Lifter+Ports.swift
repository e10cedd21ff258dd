internal import KCData

/// The ports of containers.
extension Lifter {
  /// Writes the ports that a container opens; gives the names of those that were written.
  func addPorts(_ part: inout Remainder, to body: inout [SourceLine]) -> Set<String> {
    part.dropEmpty("ports")
    guard let ports = part.peek("ports")?.array else { return [] }
    let listed = Self.listed(ports)
    // One that is alone needs no name; several that no list holds are blocks whose ports have none.
    let isOneUnnamed = ports.count { ($0["name"]?.string ?? "").isEmpty } < 2
    var names: Set<String> = []
    var blocks: Set<String> = []
    var written: [SourceLine] = []
    for (place, port) in ports[..<listed].enumerated() {
      var port = Remainder(port, part.path("ports").index(place))
      guard let number = port.int("containerPort") else { return [] }
      let name = port.text("name") ?? ""
      let transport = port.text("protocol") ?? "TCP"
      let label = name.isEmpty && !isOneUnnamed ? "\(transport.lowercased())-\(number)" : name
      guard blocks.insert(label).inserted else { return [] }
      if !name.isEmpty { names.insert(name) }
      var details = name == label ? [] : ["name = none"]
      if transport != "TCP" { details.append("protocol = \(SourceText.quoted(transport))") }
      if let host = port.int("hostPort") { details.append("host = \(host)") }
      guard port.isEmpty else { return [] }
      let head = label.isEmpty ? "port" : "port \(SourceText.blockName(label))"
      let text =
        details.isEmpty ? "\(head) = \(number)" : "\(head) { number = \(number), \(details.joined(separator: ", ")) }"
      written.append(.text(text, port.path))
    }
    let path = part.path("ports")
    part.take("ports")
    body += written
    if listed < ports.count {
      let numbers = ports[listed...].compactMap { $0["containerPort"]?.int.map(SourceText.integer) }
      var line = SourceLine.list("ports", numbers, path)
      // Comments of a port stand above all of them.
      line.paths += (listed..<ports.count).map { path.index($0) }
      body.append(line)
    }
    return names
  }

  /// Where those ports begin that a list holds, `ports = [80, 443]`: several behind all others that have nothing but a
  /// number.
  private static func listed(_ ports: [Value]) -> Int {
    let isPlain = ports.map { port in
      guard case .int? = port["containerPort"] else { return false }
      var rest = Remainder(port)
      rest.drop("TCP", "protocol")
      rest.drop("", "name")
      rest.take("containerPort")
      return rest.isEmpty
    }
    let start = isPlain.lastIndex(of: false).map { $0 + 1 } ?? 0
    let hasUnnamed = ports[..<start].contains { ($0["name"]?.string ?? "").isEmpty }
    return ports.count - start > 1 && !hasUnnamed ? start : ports.count
  }
}
