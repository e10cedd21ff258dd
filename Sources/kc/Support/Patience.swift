import ArgumentParser

/// A time that something may take: `90`, in seconds, or as the language writes it: `90s`, `2m`, `1h30m`.
struct Patience: ExpressibleByArgument {
  var seconds: Int

  private static let units: [(name: String, seconds: Double)] = [
    ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400),
  ]

  init(seconds: Int) { self.seconds = seconds }

  init?(argument: String) {
    if let seconds = Int(argument) {
      self.seconds = seconds
      return
    }
    var total = 0.0
    var rest = argument[...]
    while !rest.isEmpty {
      let number = rest.prefix { $0.isNumber || $0 == "." }
      rest = rest.dropFirst(number.count)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      guard let amount = Double(number), let found = Self.units.first(where: { $0.name == unit }) else { return nil }
      total += amount * found.seconds
    }
    guard !argument.isEmpty, total < 1e9 else { return nil }
    seconds = Int(total.rounded(.up))
  }

  var defaultValueDescription: String { String(seconds) }
}
