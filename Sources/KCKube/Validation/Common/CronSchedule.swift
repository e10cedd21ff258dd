/// A schedule as cron jobs have it: five fields (`*/5 0 * * mon-fri`), `@hourly` and its like, or `@every 90s`.
public struct CronSchedule: Sendable, Hashable {
  /// Of each field the values that match, as bits.
  public private(set) var minutes: UInt64 = 0
  public private(set) var hours: UInt64 = 0
  public private(set) var days: UInt64 = 0
  public private(set) var months: UInt64 = 0
  public private(set) var weekdays: UInt64 = 0
  /// Whether days of the month and of the week are both open (`*`): then both must match, else either does.
  public private(set) var anyDay = false
  public private(set) var anyWeekday = false
  /// Seconds between runs, of `@every`.
  public private(set) var interval: Double?

  /// Reads a schedule; nil where the text is none.
  public init?(_ text: String) {
    if text.hasPrefix("@") {
      guard let schedule = Self.descriptor(text) else { return nil }
      self = schedule
      return
    }
    let fields = text.split { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" }
    guard fields.count == 5, let minutes = Self.field(fields[0], 0...59, [:]),
      let hours = Self.field(fields[1], 0...23, [:]), let days = Self.field(fields[2], 1...31, [:]),
      let months = Self.field(fields[3], 1...12, Self.monthNames),
      let weekdays = Self.field(fields[4], 0...6, Self.dayNames)
    else { return nil }
    self.minutes = minutes.bits
    self.hours = hours.bits
    self.days = days.bits
    self.months = months.bits
    self.weekdays = weekdays.bits
    anyDay = days.isStar
    anyWeekday = weekdays.isStar
  }

  private init() {}

  private static let monthNames = names("jan feb mar apr may jun jul aug sep oct nov dec", from: 1)
  private static let dayNames = names("sun mon tue wed thu fri sat", from: 0)

  private static func names(_ text: String, from first: Int) -> [String: Int] {
    var out: [String: Int] = [:]
    for (index, name) in text.split(separator: " ").enumerated() { out[String(name)] = index + first }
    return out
  }

  private static func descriptor(_ text: String) -> CronSchedule? {
    switch text {
    case "@yearly", "@annually": return CronSchedule("0 0 1 1 *")
    case "@monthly": return CronSchedule("0 0 1 * *")
    case "@weekly": return CronSchedule("0 0 * * 0")
    case "@daily", "@midnight": return CronSchedule("0 0 * * *")
    case "@hourly": return CronSchedule("0 * * * *")
    default:
      guard text.hasPrefix("@every "), let seconds = GoDuration.seconds(text.dropFirst("@every ".count)) else {
        return nil
      }
      var schedule = CronSchedule()
      schedule.interval = max(1, seconds.rounded(.down))
      return schedule
    }
  }

  private static func field(
    _ text: Substring, _ bounds: ClosedRange<Int>, _ names: [String: Int]
  ) -> (bits: UInt64, isStar: Bool)? {
    var bits: UInt64 = 0
    var isStar = false
    for part in text.split(separator: ",") {
      guard let range = Self.range(part, bounds, names) else { return nil }
      var value = range.from
      while value <= range.to {
        bits |= 1 << UInt64(value)
        value += range.step
      }
      isStar = isStar || range.isStar
    }
    return (bits, isStar)
  }

  private static func range(
    _ text: Substring, _ bounds: ClosedRange<Int>, _ names: [String: Int]
  ) -> (from: Int, to: Int, step: Int, isStar: Bool)? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard let first = parts.first, parts.count <= 2 else { return nil }
    let ends = first.split(separator: "-", omittingEmptySubsequences: false)
    var from = bounds.lowerBound
    var to = bounds.upperBound
    var isStar = false
    if ends.first == "*" || ends.first == "?" {
      guard ends.count == 1 else { return nil }
      isStar = parts.count == 1 || Int(parts[1]) == 1
    } else {
      guard let low = ends.first, let number = number(low, names), ends.count <= 2 else { return nil }
      from = number
      to = number
      if ends.count == 2 {
        guard let high = Self.number(ends[1], names) else { return nil }
        to = high
      }
    }
    var step = 1
    if parts.count == 2 {
      guard let number = number(parts[1], [:]), number > 0 else { return nil }
      step = number
      if ends.count == 1, !isStar { to = bounds.upperBound }
    }
    guard from >= bounds.lowerBound, to <= bounds.upperBound, from <= to else { return nil }
    return (from, to, min(step, 64), isStar)
  }

  private static func number(_ text: Substring, _ names: [String: Int]) -> Int? {
    if let named = names[text.lowercased()] { return named }
    let digits = text.first == "+" ? text.dropFirst() : text
    guard !digits.isEmpty, digits.utf8.count < 10, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
      return nil
    }
    return Int(digits)
  }
}

/// Durations as Go writes them: `1h30m`, `1.5s`, `250ms`.
public enum GoDuration {
  /// The seconds of a duration; nil where the text is none.
  public static func seconds(_ text: some StringProtocol) -> Double? {
    var rest = Substring(String(text))
    var sign = 1.0
    if rest.first == "-" || rest.first == "+" { if rest.removeFirst() == "-" { sign = -1 } }
    if rest == "0" { return 0 }
    guard !rest.isEmpty else { return nil }
    var total = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
      guard let number = Double(digits.hasSuffix(".") ? digits + "0" : digits.hasPrefix(".") ? "0" + digits : digits)
      else { return nil }
      rest = rest[digits.endIndex...]
      let unit = rest.prefix { !("0"..."9").contains($0) && $0 != "." }
      guard let scale = units[String(unit)] else { return nil }
      total += number * scale
      rest = rest[unit.endIndex...]
    }
    return total < 9.3e9 ? sign * total : nil
  }

  private static let units: [String: Double] = [
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600,
  ]
}
