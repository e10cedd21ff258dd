internal import KCData
internal import KCKube

/// The moments of a schedule, by the clocks of a place.
extension CronSchedule {
  /// How many days ahead and back a moment is looked for: no date that exists is farther away.
  static let horizon: Int64 = 366 * 8

  private func matches(day: Int64) -> Bool {
    let date = Timestamp.date(fromDays: day)
    guard months & 1 << UInt64(date.month) != 0 else { return false }
    let isDay = days & 1 << UInt64(date.day) != 0
    // The first of January 1970 was a Thursday.
    let isWeekday = weekdays & 1 << UInt64(((day + 4) % 7 + 7) % 7) != 0
    return anyDay || anyWeekday ? isDay && isWeekday : isDay || isWeekday
  }

  /// The moments of a day that matches, in seconds since its beginning.
  private var moments: [Int64] {
    var moments: [Int64] = []
    for hour: Int64 in 0..<24 where hours & 1 << UInt64(hour) != 0 {
      for minute: Int64 in 0..<60 where minutes & 1 << UInt64(minute) != 0 {
        moments.append(hour * 3600 + minute * 60)
      }
    }
    return moments
  }

  /// The first moment after `moment`; nil where there is none. Times that clocks skip are none, and those that they show
  /// twice are the first.
  func next(after moment: Timestamp, in zone: TimeZoneRules = .utc) -> Timestamp? {
    if let interval { return Timestamp(seconds: moment.seconds).advanced(by: interval) }
    let moments = moments
    let today = (moment.seconds + zone.offset(at: moment.seconds)) / 86_400
    for day in today..<today + Self.horizon where matches(day: day) {
      for time in moments {
        guard let found = zone.moment(showing: day * 86_400 + time), found > moment.seconds else { continue }
        return Timestamp(seconds: found)
      }
    }
    return nil
  }

  /// The last moment that is not after `moment` but after `earliest`; nil where there is none.
  func latest(until moment: Timestamp, after earliest: Timestamp, in zone: TimeZoneRules = .utc) -> Timestamp? {
    if let interval {
      let count = (moment.seconds(since: earliest) / interval).rounded(.down)
      return count < 1 ? nil : Timestamp(seconds: earliest.seconds).advanced(by: count * interval)
    }
    let moments = moments
    let today = (moment.seconds + zone.offset(at: moment.seconds)) / 86_400
    let first = max(earliest.seconds / 86_400 - 1, today - Self.horizon)
    for day in stride(from: today, through: first, by: -1) where matches(day: day) {
      for time in moments.reversed() {
        guard let found = zone.moment(showing: day * 86_400 + time), found <= moment.seconds else { continue }
        let candidate = Timestamp(seconds: found)
        return candidate > earliest ? candidate : nil
      }
    }
    return nil
  }
}
