/// Amounts as Compose writes them, as kc writes them.
enum ComposeUnits {
  /// `50M`, `64kb`, `1gb`, `1048576` as a quantity of bytes: Compose counts in powers of 1024.
  static func bytes(_ text: String) -> String? {
    let lower = text.lowercased().filter { $0 != " " }
    let digits = lower.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let number = Double(digits), number >= 0, number < 1e15 else { return nil }
    let shift: Double
    switch lower.dropFirst(digits.count) {
    case "", "b": shift = 1
    case "k", "kb", "ki", "kib": shift = 1024
    case "m", "mb", "mi", "mib": shift = 1_048_576
    case "g", "gb", "gi", "gib": shift = 1_073_741_824
    case "t", "tb", "ti", "tib": shift = 1_099_511_627_776
    default: return nil
    }
    let total = (number * shift).rounded()
    guard total < 9e15 else { return nil }
    let whole = Int64(total)
    if whole == 0 { return nil }
    for (unit, size) in [("Ti", 1_099_511_627_776), ("Gi", 1_073_741_824), ("Mi", 1_048_576), ("Ki", 1024)]
      as [(String, Int64)]
    where whole % size == 0 { return "\(whole / size)\(unit)" }
    return "\(whole)"
  }

  /// `0.5`, `2` as an amount of cores: at least a thousandth.
  static func cores(_ text: String) -> String? {
    guard let number = Double(text), number > 0, number < 1e6 else { return nil }
    let thousandths = Int64(max(1, (number * 1000).rounded()))
    return thousandths % 1000 == 0 ? "\(thousandths / 1000)" : "\(thousandths)m"
  }

  /// `1m30s`, `10s`, `500ms`, `30` as milliseconds.
  static func milliseconds(_ text: String) -> Int64? {
    if let seconds = Double(text) { return seconds >= 0 && seconds < 1e9 ? Int64(seconds * 1000) : nil }
    let units: [String: Double] = ["us": 0.001, "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000]
    var rest = text[...]
    var total = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isASCII && $0.isLetter }
      rest = rest.dropFirst(unit.count)
      guard let number = Double(digits), let size = units[String(unit)] else { return nil }
      total += number * size
      guard total < 1e12 else { return nil }
    }
    return text.isEmpty ? nil : Int64(total)
  }

  /// Whole seconds, at least `least`, as a duration.
  static func duration(_ milliseconds: Int64, least: Int64) -> String {
    let seconds = max(least, (milliseconds + 999) / 1000)
    if seconds > 0, seconds % 3600 == 0 { return "\(seconds / 3600)h" }
    if seconds > 0, seconds % 60 == 0 { return "\(seconds / 60)min" }
    return "\(seconds)s"
  }
}

/// Commands as a shell splits them.
enum ShellWords {
  /// The words of a command; nil where a quote is left open.
  static func split(_ text: String) -> [String]? {
    var words: [String] = []
    var word = ""
    var hasWord = false
    var quote: Character?
    var isEscaped = false
    for character in text {
      if isEscaped {
        if quote == "\"", !"\"\\$`\n".contains(character) { word.append("\\") }
        if character != "\n" { word.append(character) }
        isEscaped = false
      } else if character == "\\", quote != "'" {
        (isEscaped, hasWord) = (true, true)
      } else if let open = quote {
        if character == open { quote = nil } else { word.append(character) }
      } else if character == "'" || character == "\"" {
        (quote, hasWord) = (character, true)
      } else if character.isWhitespace {
        if hasWord { words.append(word) }
        (word, hasWord) = ("", false)
      } else {
        word.append(character)
        hasWord = true
      }
    }
    if isEscaped { word.append("\\") }
    if hasWord { words.append(word) }
    return quote == nil ? words : nil
  }
}

/// Ports that images are known to listen on, and the names of ports.
enum ComposePorts {
  private static let images: [String: Int] = [
    "redis": 6379, "valkey": 6379, "postgres": 5432, "postgresql": 5432, "mysql": 3306, "mariadb": 3306, "mongo": 27017,
    "memcached": 11211, "rabbitmq": 5672, "nginx": 80, "httpd": 80, "elasticsearch": 9200, "zookeeper": 2181,
    "cassandra": 9042, "influxdb": 8086, "nats": 4222, "etcd": 2379, "minio": 9000, "wordpress": 80, "traefik": 80,
  ]
  private static let names: [Int: String] = [
    21: "ftp", 22: "ssh", 25: "smtp", 53: "dns", 80: "http", 443: "https", 1883: "mqtt", 3306: "mysql",
    5432: "postgres", 5672: "amqp", 6379: "redis", 8080: "http", 8443: "https", 9042: "cql", 9090: "metrics",
    9092: "kafka", 11211: "memcached", 27017: "mongodb",
  ]

  /// Names of ports that health checks say as they are.
  static let namesInProbes: Set<String> = ["http", "https"]

  /// The port of an image whose last part of the name is known.
  static func ofImage(_ image: String) -> Int? {
    let path = image.split(separator: "@").first.map(String.init) ?? image
    guard let last = path.split(separator: "/").last else { return nil }
    return images[String(last.prefix { $0 != ":" })]
  }

  /// A name for a port that none of `taken` has.
  static func name(_ number: Int?, protocol kind: String, taken: Set<String>) -> String {
    // `app.port` is all ports of a container, so none is called so.
    let plain = number.map { names[$0] ?? "port-\($0)" } ?? "main"
    var candidates = [
      plain, number.map { "port-\($0)" } ?? "main", number.map { "\(kind.lowercased())-\($0)" } ?? "main-a",
    ]
    candidates += (2...200).map { "\(plain.prefix(10))-\($0)" }
    return candidates.first { $0.utf8.count <= 15 && !taken.contains($0) } ?? "port-x"
  }
}
