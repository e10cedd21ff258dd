internal import KCData
internal import KCKube

/// Names a plan by what it was made from, so that a later one can be told from it.
enum PlanDigest {
  static func digest(steps: [Step], cluster: LiveState.Cluster, sources: [UInt8]) -> String {
    var hash = SHA256()
    var buffer: [UInt8] = []
    func feed(_ text: String) {
      buffer += Array(text.utf8)
      buffer.append(0)
    }
    hash.update(sources)
    for step in steps {
      buffer.removeAll(keepingCapacity: true)
      feed(step.action.rawValue)
      feed(step.address)
      feed("\(step.key.apiVersion)/\(step.key.kind)/\(step.key.namespace)/\(step.key.name)")
      feed(step.liveVersion ?? "")
      if let object = step.object { append(object, to: &buffer) }
      hash.update(buffer)
    }
    buffer.removeAll(keepingCapacity: true)
    for mark in nodeMarks(cluster) { feed("\(mark.name)=\(mark.fingerprint)") }
    hash.update(buffer)
    return hex(hash)
  }

  /// What of each node decides where pods go, as a digest: not its heartbeat, nor what runs there.
  static func nodeMarks(_ cluster: LiveState.Cluster) -> [Plan.NodeMark] {
    cluster.nodes.map { node in
      var seen: Value = [:]
      seen["labels"] = node.at("metadata", "labels")
      seen["taints"] = node.at("spec", "taints")
      seen["unschedulable"] = node.at("spec", "unschedulable")
      seen["allocatable"] = node.at("status", "allocatable")
      return Plan.NodeMark(name: node.name ?? "", fingerprint: String(digest(seen).prefix(16)))
    }.sorted { $0.name < $1.name }
  }

  /// A digest that is the same for equal values.
  static func digest(_ value: Value) -> String {
    var buffer: [UInt8] = []
    append(value, to: &buffer)
    var hash = SHA256()
    hash.update(buffer)
    return hex(hash)
  }

  static func hex(_ hash: SHA256) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: hash.finish().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// Appends bytes that are the same for equal values, in whatever order their fields stand.
  static func append(_ value: Value, to out: inout [UInt8]) {
    func text(_ text: String) {
      out += Array(String(text.utf8.count).utf8)
      out.append(UInt8(ascii: ":"))
      out += Array(text.utf8)
    }
    switch value {
    case .null: out.append(UInt8(ascii: "n"))
    case .bool(let truth): out.append(truth ? UInt8(ascii: "t") : UInt8(ascii: "f"))
    case .int(let number): out += Array("i\(number);".utf8)
    case .number(let number): out += Array("d\(number);".utf8)
    case .string(let string):
      out.append(UInt8(ascii: "s"))
      text(string)
    case .array(let elements):
      out.append(UInt8(ascii: "["))
      for element in elements { append(element, to: &out) }
      out.append(UInt8(ascii: "]"))
    case .object(let fields):
      out.append(UInt8(ascii: "{"))
      for (key, value) in fields.map({ ($0.key, $0.value) }).sorted(by: { $0.0 < $1.0 }) {
        text(key)
        append(value, to: &out)
      }
      out.append(UInt8(ascii: "}"))
    }
  }
}
