internal import KCData
internal import KCKube

/// The schedules of cron jobs.
extension CrossChecks {
  /// A field of a schedule: what it is about, its bounds, and the names that it may have.
  private static let fields: [(name: String, range: ClosedRange<Int>, names: String)] = [
    ("minute", 0...59, ""), ("hour", 0...23, ""), ("day of the month", 1...31, ""),
    ("month", 1...12, "jan feb mar apr may jun jul aug sep oct nov dec"),
    ("day of the week", 0...6, "sun mon tue wed thu fri sat"),
  ]
  private static let example = "minute, hour, day of the month, month and day of the week: `\"0 3 * * *\"`"

  /// Reports a schedule that the API server refuses, with the field that is wrong.
  mutating func checkSchedule(_ object: Object) {
    guard let node = child(object.root, names.spec).flatMap({ child($0, names.schedule) }),
      let schedule = program.tree.text(of: node.value), CronSchedule(schedule) == nil
    else { return }
    let title = "the schedule of \(title(object))"
    if schedule.hasPrefix("@") {
      return report(
        "KC0481", "\(title) is `\(schedule)`, which is none", at: node.site,
        help: "write `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`, or a time between two, `@every 90m`")
    }
    // A time zone before the fields is told of by its own name.
    if schedule.contains("TZ=") { return }
    let parts = schedule.split { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" }
    guard parts.count == Self.fields.count else {
      return report(
        "KC0481", "\(title) has \(Program.count(parts.count, "field")), and five are needed", at: node.site,
        help: "they are \(Self.example)")
    }
    for (place, part) in parts.enumerated() {
      // Each field by itself: all others are open.
      let open = parts.indices.map { $0 == place ? String(part) : "*" }.joined(separator: " ")
      if CronSchedule(open) != nil { continue }
      let field = Self.fields[place]
      let isSunday = place == 4 && part.contains("7")
      return report(
        "KC0481", "\(title) has the \(field.name) \(part)", at: node.site,
        help: "\(Program.article(field.name)) is \(field.range.lowerBound) to \(field.range.upperBound)"
          + (isSunday ? "; Sunday is 0" : field.names.isEmpty ? "" : ", or one of \(field.names)"))
    }
  }
}
