internal import KCData
internal import KCKube

/// Values of services that the server allocates: those of a dry run are given back, and an apply gets others.
enum Allocated {
  private static let fields: Set = ["nodePort", "healthCheckNodePort", "clusterIP", "clusterIPs"]

  /// What a dry run says of a service, with what is known only after apply instead of what it allocated.
  static func masked(_ changes: [FieldChange], of result: Value, declared: Value) -> [FieldChange] {
    guard result.kind == "Service", result.apiVersion == "v1" else { return changes }
    return changes.map { change in
      guard let new = change.new, case .field("spec")? = change.position.elements.first else { return change }
      var change = change
      let said = declared.at("spec")
      if case .field(let name)? = change.position.elements.last, fields.contains(name) {
        // What was allocated before stays, and what is taken away is known.
        guard change.old == nil || change.old == "None", new != "None" else { return change }
        let owner = name == "nodePort" ? port(at: change.position, result).flatMap { port(like: $0, said) } : said
        if owner?[name] == nil { change.new = .string(DeferredExpression.placeholder) }
      } else if change.old == nil, change.position.elements.dropFirst().first == .field("ports") {
        change.new = masked(new, said)
      }
      return change
    }
  }

  /// A port that is new, or all of them.
  private static func masked(_ value: Value, _ spec: Value?) -> Value {
    if case .array(let ports) = value { return .array(ports.map { masked($0, spec) }) }
    guard value["nodePort"] != nil, port(like: value, spec)?["nodePort"] == nil else { return value }
    var value = value
    value["nodePort"] = .string(DeferredExpression.placeholder)
    return value
  }

  /// The port that a field is of.
  private static func port(at position: FieldPath, _ result: Value) -> Value? {
    result.at(FieldPath(Array(position.elements.dropLast())))
  }

  /// The port that is declared with the number of this one.
  private static func port(like port: Value, _ spec: Value?) -> Value? {
    spec?["ports"]?.array?.first { declared in
      declared["port"] == port["port"] && (declared["protocol"] ?? "TCP") == (port["protocol"] ?? "TCP")
    }
  }
}
