/// A moment in UTC, to the nanosecond, as Kubernetes writes it (RFC 3339).
public struct Timestamp: Sendable, Hashable, Comparable {
  /// Whole seconds since 1970-01-01T00:00:00Z.
  public var seconds: Int64
  /// Nanoseconds after `seconds`, 0 ..< 1,000,000,000.
  public var nanoseconds: Int32

  public init(seconds: Int64, nanoseconds: Int32 = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// Seconds with their fraction since 1970.
  public var timeInterval: Double { Double(seconds) + Double(nanoseconds) / 1e9 }

  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }

  /// The moment `interval` seconds later.
  public func advanced(by interval: Double) -> Timestamp {
    // No moment that anyone means is further away than this; and what is no number is no distance.
    let interval = interval.isNaN ? 0 : max(-1e12, min(1e12, interval))
    let whole = interval.rounded(.down)
    var result = Timestamp(
      seconds: seconds + Int64(whole), nanoseconds: nanoseconds + Int32((interval - whole) * 1e9))
    if result.nanoseconds >= 1_000_000_000 {
      result.seconds += 1
      result.nanoseconds -= 1_000_000_000
    }
    return result
  }

  /// Seconds from `earlier` to this moment.
  public func seconds(since earlier: Timestamp) -> Double {
    Double(seconds - earlier.seconds) + Double(nanoseconds - earlier.nanoseconds) / 1e9
  }
}

extension Timestamp {
  /// `2026-11-25T12:00:00Z`: metav1.Time.
  public var rfc3339: String { text(fraction: nil) }
  /// `2026-11-25T12:00:00.000000Z`: metav1.MicroTime.
  public var rfc3339Micro: String { text(fraction: (Int(nanoseconds) / 1000, 6)) }
  /// `2026-11-25T12:00:00.000000000Z`, as in container logs.
  public var rfc3339Nano: String { text(fraction: (Int(nanoseconds), 9)) }

  private func text(fraction: (value: Int, digits: Int)?) -> String {
    let days = Int64((Double(seconds) / 86400).rounded(.down))
    let rest = Int(seconds - days * 86400)
    let (year, month, day) = Self.date(fromDays: days)
    var out = "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))T"
    out += "\(pad(rest / 3600, 2)):\(pad(rest / 60 % 60, 2)):\(pad(rest % 60, 2))"
    if let fraction { out += ".\(pad(fraction.value, fraction.digits))" }
    return out + "Z"
  }

  private func pad(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// Reads RFC 3339 with any fraction and offset; nil where the text is something else.
  public init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    func number(_ range: Range<Int>) -> Int? {
      guard range.upperBound <= bytes.count else { return nil }
      var result = 0
      for byte in bytes[range] {
        guard (48...57).contains(byte) else { return nil }
        result = result * 10 + Int(byte - 48)
      }
      return result
    }
    guard bytes.count >= 20, bytes[4] == 45, bytes[7] == 45, bytes[10] | 32 == 116, bytes[13] == 58, bytes[16] == 58,
      let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
      let minute = number(14..<16), let second = number(17..<19),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
    else { return nil }
    var position = 19
    var nanos = 0
    if bytes[position] == 46 {
      position += 1
      var scale = 100_000_000
      while position < bytes.count, (48...57).contains(bytes[position]) {
        nanos += Int(bytes[position] - 48) * scale
        scale /= 10
        position += 1
      }
    }
    var offset = 0
    guard position < bytes.count else { return nil }
    if bytes[position] | 32 == 122 {
      position += 1
    } else {
      guard bytes[position] == 43 || bytes[position] == 45, position + 6 <= bytes.count, bytes[position + 3] == 58,
        let hours = number(position + 1..<position + 3), let minutes = number(position + 4..<position + 6)
      else { return nil }
      offset = (bytes[position] == 43 ? 1 : -1) * (hours * 3600 + minutes * 60)
      position += 6
    }
    guard position == bytes.count else { return nil }
    let days = Self.days(year: year, month: month, day: day)
    // The thirtieth of February would be a day of March.
    guard Self.date(fromDays: days).day == day else { return nil }
    self.init(
      seconds: days * 86400 + Int64(hour * 3600 + minute * 60 + second - offset), nanoseconds: Int32(nanos))
  }

  /// Days since 1970 of a date of the proleptic Gregorian calendar.
  public static func days(year: Int, month: Int, day: Int) -> Int64 {
    let y = Int64(month <= 2 ? year - 1 : year)
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = Int64((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1)
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// The date of the proleptic Gregorian calendar that is so many days after the first of January 1970.
  public static func date(fromDays days: Int64) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let mp = (5 * dayOfYear + 2) / 153
    let month = Int(mp < 10 ? mp + 3 : mp - 9)
    return (Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0), month, Int(dayOfYear - (153 * mp + 2) / 5 + 1))
  }
}
