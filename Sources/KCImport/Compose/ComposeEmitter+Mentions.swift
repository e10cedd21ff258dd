/// What services say of each other: Compose lets them reach all ports of each other, whatever is published.
extension ComposeEmitter {
  /// A place where a service names another.
  struct Mention {
    /// The other's name in the files.
    var key: String
    /// The port that is said with it, or that its scheme has.
    var port: Int?
  }

  private static let schemes = [
    "amqp": 5672, "amqps": 5671, "http": 80, "https": 443, "ldap": 389, "mariadb": 3306, "mongodb": 27017, "mqtt": 1883,
    "mysql": 3306, "nats": 4222, "postgres": 5432, "postgresql": 5432, "redis": 6379, "rediss": 6379, "smtp": 25,
  ]

  /// The services that one names where hosts stand, in its variables and commands.
  mutating func mentions(of service: ComposeService) -> [Mention] {
    let stated = self.pairs(service.node["environment"], "environment").map { (key: $0.key, value: $0.value) }
    let pairs = stated + fileVariables(service).map { (key: $0.key, value: Optional($0.value)) }
    let variables = loader.reader.variables
    var found: [Mention] = []
    for (key, value) in pairs {
      guard let value else { continue }
      // `DB_HOST` and `DB_PORT`: the port stands beside.
      let plain = variables.plain(value)
      if places[plain] != nil, let end = ["HOSTNAME", "HOST", "SERVER", "ADDRESS"].first(where: key.hasSuffix) {
        let beside = pairs.first { $0.key == key.dropLast(end.count) + "PORT" }?.value
        found.append(Mention(key: plain, port: beside.flatMap { Int(variables.plain($0)) }))
      }
    }
    let texts = pairs.compactMap(\.value) + commandTexts(service, withCheck: false).map(\.text)
    for text in texts where text.utf8.count < 10_000 { found += mentions(in: variables.plain(text)) }
    return found
  }

  private func mentions(in text: String) -> [Mention] {
    var found: [Mention] = []
    var rest = text[...]
    while !rest.isEmpty {
      let word = rest.prefix(while: Self.isHostLetter)
      let before = text[..<rest.startIndex]
      rest = rest.dropFirst(max(1, word.count))
      guard places[String(word)] != nil, let digits = Self.digits(behind: nil, after: before, rest) else { continue }
      // `cache:8` may be an image; ports of services that are not in an address are large.
      let number = Int(digits).flatMap { $0 >= 1000 || Self.isInAddress(before) ? $0 : nil }
      found.append(Mention(key: String(word), port: digits.isEmpty ? Self.port(ofSchemeIn: before) : number))
    }
    return found
  }

  /// The port that the scheme has of an address which begins in a text: `amqp://guest@`.
  private static func port(ofSchemeIn before: Substring) -> Int? {
    guard let mark = before.range(ofLast: "://"), !before[mark.upperBound...].contains(where: { "/ ".contains($0) })
    else { return nil }
    let scheme = before[..<mark.lowerBound].reversed().prefix { $0.isLetter || $0 == "+" }.reversed()
    return schemes[String(scheme.prefix { $0 != "+" }).lowercased()]
  }

  /// Adds the ports that services are reached by and do not say themselves. One that says none at all stays reached by
  /// its pods' addresses, where all ports are: those that others name are known then, and waited for.
  mutating func addPorts(_ mentions: [Mention]) {
    let mentions = Dictionary(grouping: mentions, by: \.key)
    for place in services.indices {
      let key = services[place].key
      let own = mentions[key] ?? []
      guard !own.isEmpty || isMentioned(key) else { continue }
      var ports = own.compactMap(\.port)
      let image = services[place].node["image"]?.text.map { loader.reader.variables.plain($0) }
      // Who says no port means the one that the image is known for; what serves pages may do so by any.
      let isOpen = services[place].ports.isEmpty || services[place].isOpen
      if ports.isEmpty, !isOpen, let known = image.flatMap(ComposePorts.ofImage), known != 80 { ports = [known] }
      var service = services[place]
      for port in ports where (1...65535).contains(port) {
        add(port, transport: "TCP", published: nil, to: &service)
      }
      service.isOpen = isOpen
      services[place] = service
    }
  }
}

extension Substring {
  fileprivate func range(ofLast text: String) -> Range<Index>? { ranges(of: text).last }
}
