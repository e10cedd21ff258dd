internal import KCLang

/// Labels and taints as affinity rules write them.
enum AffinityText {
  private static let topologies = inverted(AffinityNames.topologies)
  private static let labels = inverted(AffinityNames.labels)

  private static func inverted(_ names: [String: String]) -> [String: String] {
    Dictionary(uniqueKeysWithValues: names.map { ($0.value, $0.key) })
  }

  /// `zone`, `"example.com/rack"`
  static func topology(_ key: String) -> String { topologies[key] ?? SourceText.quoted(key) }

  /// `arch`, `disktype`, `"example.com/disk"`: what rules have a name for means that.
  static func label(_ key: String) -> String {
    if let name = labels[key] { return name }
    return SourceText.isBare(key) && AffinityNames.labels[key] == nil ? key : SourceText.quoted(key)
  }

  /// `dedicated`, `"example.com/dedicated"`
  static func taint(_ key: String) -> String { SourceText.isBare(key) ? key : SourceText.quoted(key) }
}
