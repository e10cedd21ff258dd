internal import KCData

/// When clocks change each year, as the POSIX variable `TZ` says it: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct YearlyRule: Sendable {
  /// Seconds ahead of UTC, in standard time and in summer.
  private var standard: Int64
  private var summer: (offset: Int64, start: Day, end: Day)?

  /// A day of each year, and the time at which clocks change.
  private struct Day: Sendable {
    enum Place: Sendable {
      /// The fifth is the last.
      case weekday(month: Int, week: Int, day: Int)
      /// From 1, without the 29 of February.
      case julian(Int)
      /// From 0, with it.
      case ordinal(Int)
    }

    var place: Place
    /// Seconds after midnight; may be of another day.
    var time: Int64
  }

  /// - Returns: nil where the text is no rule.
  init?(_ text: String) {
    var rest = text[...]
    guard Self.name(&rest), let west = Self.time(&rest) else { return nil }
    standard = -west
    guard !rest.isEmpty else { return }
    guard Self.name(&rest) else { return nil }
    var ahead = standard + 3600
    if let first = rest.first, first != "," {
      guard let west = Self.time(&rest) else { return nil }
      ahead = -west
    }
    let parts = rest.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 3, let start = Self.day(parts[1]), let end = Self.day(parts[2]) else { return nil }
    summer = (ahead, start, end)
  }

  func offset(at moment: Int64) -> Int64 {
    guard let summer else { return standard }
    let day = Int64((Double(moment + standard) / 86_400).rounded(.down))
    let year = Timestamp.date(fromDays: day).year
    let start = Self.moment(summer.start, in: year) - standard
    let end = Self.moment(summer.end, in: year) - summer.offset
    // South of the equator summer holds over the turn of the year.
    let isSummer = start < end ? start <= moment && moment < end : moment >= start || moment < end
    return isSummer ? summer.offset : standard
  }

  /// `CET`, `<+03>`
  private static func name(_ rest: inout Substring) -> Bool {
    if rest.first == "<" {
      guard let end = rest.firstIndex(of: ">") else { return false }
      rest = rest[rest.index(after: end)...]
      return true
    }
    let letters = rest.prefix { $0.isLetter }
    rest = rest.dropFirst(letters.count)
    return letters.count >= 3
  }

  /// `-1`, `5:30`, `3`
  private static func time(_ rest: inout Substring) -> Int64? {
    var sign: Int64 = 1
    if let first = rest.first, first == "-" || first == "+" {
      sign = first == "-" ? -1 : 1
      rest.removeFirst()
    }
    let text = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ":") }
    rest = rest.dropFirst(text.count)
    let parts = text.split(separator: ":").compactMap { Int64($0) }
    guard (1...3).contains(parts.count), parts.allSatisfy({ $0 < 1000 }) else { return nil }
    return sign * zip(parts, [3600, 60, 1]).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private static func day(_ text: Substring) -> Day? {
    let parts = text.split(separator: "/", maxSplits: 1)
    guard let place = parts.first.flatMap(place) else { return nil }
    guard parts.count > 1 else { return Day(place: place, time: 7200) }
    var rest = parts[1]
    return time(&rest).map { Day(place: place, time: $0) }
  }

  private static func place(_ text: Substring) -> Day.Place? {
    if text.first == "M" {
      let parts = text.dropFirst().split(separator: ".").compactMap { Int($0) }
      guard parts.count == 3, 1...12 ~= parts[0], 1...5 ~= parts[1], 0...6 ~= parts[2] else { return nil }
      return .weekday(month: parts[0], week: parts[1], day: parts[2])
    }
    if text.first == "J" { return Int(text.dropFirst()).flatMap { 1...365 ~= $0 ? .julian($0) : nil } }
    return Int(text).flatMap { 0...365 ~= $0 ? .ordinal($0) : nil }
  }

  /// When clocks change in a year, in seconds since 1970 as they show them.
  private static func moment(_ day: Day, in year: Int) -> Int64 {
    func days(_ year: Int, _ month: Int) -> Int64 { Timestamp.days(year: year, month: month, day: 1) }
    let first = days(year, 1)
    let number: Int64
    switch day.place {
    case .ordinal(let place): number = first + Int64(place)
    case .julian(let place):
      let isLeap = days(year, 3) - first == 60
      number = first + Int64(place) - 1 + (isLeap && place > 59 ? 1 : 0)
    case .weekday(let month, let week, let weekday):
      let start = days(year, month)
      let length = (month == 12 ? days(year + 1, 1) : days(year, month + 1)) - start
      // The first of January 1970 was a Thursday.
      let ahead = ((Int64(weekday) - (start + 4)) % 7 + 7) % 7
      var place = ahead + Int64(week - 1) * 7
      while place >= length { place -= 7 }
      number = start + place
    }
    return number * 86_400 + day.time
  }
}
