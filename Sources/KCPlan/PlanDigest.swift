internal import KCData

/// Names a plan by what it was made from, so that a later one can be told from it.
enum PlanDigest {
  static func digest(steps: [Step], cluster: LiveState.Cluster, sources: [UInt8]) -> String {
    var hash = SHA256()
    func feed(_ text: String) {
      hash.update(text.utf8)
      hash.update([0])
    }
    hash.update(sources)
    for step in steps {
      feed(step.action.rawValue)
      feed(step.address)
      feed("\(step.key)")
      feed(step.liveVersion ?? "")
      if let object = step.object { feed(canonical(object)) }
    }
    for node in cluster.nodes.map({ $0["metadata"]?["name"]?.string ?? "" }).sorted() { feed(node) }
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: hash.finish().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// A text that is the same for equal values.
  static func canonical(_ value: Value) -> String {
    switch value {
    case .null: "n"
    case .bool(let truth): truth ? "t" : "f"
    case .int(let number): "i\(number)"
    case .number(let number): "d\(number)"
    case .string(let text): "s\(text.utf8.count):\(text)"
    case .array(let elements): "[" + elements.map(canonical).joined(separator: ",") + "]"
    case .object(let fields):
      "{"
        + fields.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
        .map { "\($0.0.utf8.count):\($0.0)=\(canonical($0.1))" }.joined(separator: ",") + "}"
    }
  }
}
