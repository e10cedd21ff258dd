internal import KCData
internal import KCKube

/// The columns that the definition of a custom resource names.
enum CustomTable {
  static func layout(_ columns: [Value]) -> TableLayout {
    let paths = columns.map { path($0["jsonPath"]?.string ?? "") }
    let types = columns.map { $0["type"]?.string ?? "string" }
    let shown = columns.map { column in
      Tables.Column(
        name: column["name"]?.string ?? "", type: column["type"]?.string ?? "string",
        format: column["format"]?.string ?? "", priority: column["priority"]?.int ?? 0)
    }
    return TableLayout(shown) { object, now in
      zip(paths, types).map { path, type in
        guard let value = object.at(path) else { return .null }
        return type == "date" ? Tables.age(value, now) : value
      }
    }
  }

  /// Reads the plain form of a JSON path, `.spec.replicas`.
  private static func path(_ text: String) -> [String] { text.split(separator: ".").map(String.init) }
}
