internal import KCData

/// What labels select.
extension Lifter {
  /// The workload that a selector means, or its labels, or tests of them.
  func pods(_ selector: Value) -> String? {
    guard let text = Self.selector(selector) else { return nil }
    if selector.object?.count == 1, let labels = selector["matchLabels"]?.object, !labels.isEmpty,
      let known = workload(labels)
    {
      return known.text
    }
    return text
  }

  /// A selector's labels as a map, `{ app = "web" }`, or as tests: `Labels(oneOf: { app: ["web"] })`.
  static func selector(_ selector: Value) -> String? { labels(selector) ?? tests(selector) }

  /// A selector's labels as a map; nil where it says more.
  static func labels(_ selector: Value) -> String? {
    guard let fields = selector.object else { return nil }
    if fields.isEmpty { return "{}" }
    guard fields.count == 1, let labels = fields["matchLabels"] else { return nil }
    return record(labels)
  }

  private static func record(_ labels: Value) -> String? {
    guard let fields = labels.object, fields.values.allSatisfy({ $0.string != nil }) else { return nil }
    return SourceText.record(fields.map { (key: $0.key, text: SourceText.quoted($0.value.string ?? "")) })
  }

  /// The tests of labels that the library has, by the API's operator, in the order that they come out in.
  private static let operators = [
    (operator: "In", field: "oneOf"), ("NotIn", "noneOf"), ("Exists", "has"), ("DoesNotExist", "lacks"),
  ]

  /// `Labels({ app: "web" }, oneOf: { tier: ["api", "site"] }, lacks: ["legacy"])`
  private static func tests(_ selector: Value) -> String? {
    guard let fields = selector.object, let expressions = fields["matchExpressions"]?.array, !expressions.isEmpty,
      fields.count == (fields["matchLabels"] == nil ? 1 : 2)
    else { return nil }
    var arguments: [String] = []
    if let labels = fields["matchLabels"], labels.object?.isEmpty != true {
      guard let text = record(labels) else { return nil }
      arguments.append(text)
    }
    var rest = expressions[...]
    for (test, field) in operators {
      var pairs: [(key: String, text: String)] = []
      while let first = rest.first, first["operator"]?.string == test {
        guard let key = first["key"]?.string, !pairs.contains(where: { $0.key == key }) else { return nil }
        let values = first["values"]?.array ?? []
        let texts = values.compactMap(\.string).map(SourceText.quoted)
        let takesValues = test == "In" || test == "NotIn"
        guard texts.count == values.count, texts.isEmpty != takesValues,
          first.object?.keys.allSatisfy({ ["key", "operator", "values"].contains($0) }) ?? false
        else { return nil }
        pairs.append((key, takesValues ? "[\(texts.joined(separator: ", "))]" : SourceText.quoted(key)))
        rest.removeFirst()
      }
      guard !pairs.isEmpty else { continue }
      let isMap = pairs[0].text.first == "["
      arguments.append(
        "\(field): " + (isMap ? SourceText.record(pairs) : "[\(pairs.map(\.text).joined(separator: ", "))]"))
    }
    return rest.isEmpty ? "Labels(\(arguments.joined(separator: ", ")))" : nil
  }
}
