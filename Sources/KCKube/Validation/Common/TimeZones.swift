/// The names of the IANA time zone database.
public enum TimeZones {
  /// Whether a time zone of this name exists.
  public static func isKnown(_ name: String) -> Bool { names.contains(name) }

  private static let names: Set<String> = {
    var names: Set<String> = ["UTC"]
    for line in table.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard let area = words.first else { continue }
      for word in words.dropFirst() { names.insert(area == "-" ? String(word) : "\(area)/\(word)") }
    }
    return names
  }()
}
