internal import KCData
internal import KCKube

enum EventTable {
  private static let columns: [Tables.Column] =
    .named("Last Seen,Type,Reason,Object,|,Subobject,Source") + .named("Message") + .named("|,First Seen,Count") + [
      .init(name: "Name", format: "name", priority: 1)
    ]

  static let layout = TableLayout(plain: columns) { event, now in
    let first =
      event["firstTimestamp"]?.string ?? event["deprecatedFirstTimestamp"]?.string
      ?? event["eventTime"]?.string
    let last =
      event.at("series", "lastObservedTime")?.string ?? event["lastTimestamp"]?.string
      ?? event["deprecatedLastTimestamp"]?.string ?? first
    let object = event["involvedObject"] ?? event["regarding"] ?? [:]
    let count = event.at("series", "count")?.int ?? event["count"]?.int ?? event["deprecatedCount"]?.int ?? 0
    return [
      Tables.age(last.map { .string($0) }, now), event.cell("type"), event.cell("reason"),
      .string("\(object["kind"]?.string?.lowercased() ?? "")/\(object["name"]?.string ?? "")"),
      object.cell("fieldPath"), .string(source(event)), .string(message(event)),
      Tables.age(first.map { .string($0) }, now), .int(max(1, count)), .string(event.name ?? ""),
    ]
  }

  private static func message(_ event: Value) -> String {
    let text = event["message"]?.string ?? event["note"]?.string ?? ""
    return String(text.drop { $0 == " " || $0 == "\n" }.reversed().drop { $0 == " " || $0 == "\n" }.reversed())
  }

  private static func source(_ event: Value) -> String {
    let old = event["source"] ?? event["deprecatedSource"] ?? [:]
    var name = old["component"]?.string ?? ""
    var place = old["host"]?.string ?? ""
    if name.isEmpty { name = event["reportingComponent"]?.string ?? event["reportingController"]?.string ?? "" }
    if place.isEmpty { place = event["reportingInstance"]?.string ?? "" }
    return place.isEmpty ? name : "\(name), \(place)"
  }
}
