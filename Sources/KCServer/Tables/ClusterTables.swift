internal import KCData
internal import KCKube

enum ClusterTables {
  static let namespace = TableLayout(.named("Status,Age")) { [$0.cell("status", "phase"), $0.age($1)] }

  static let configMap = TableLayout(.named("Data,Age")) { object, now in
    let count = (object["data"]?.object?.count ?? 0) + (object["binaryData"]?.object?.count ?? 0)
    return [Value(count), object.age(now)]
  }

  static let secret = TableLayout(.named("Type,Data,Age")) {
    [$0.cell("type"), Value($0["data"]?.object?.count ?? 0), $0.age($1)]
  }

  static let serviceAccount = TableLayout(.named("Age")) { [$0.age($1)] }

  static let quota = TableLayout(.named("Request,Limit,Age")) { object, now in
    var requests: [String] = []
    var limits: [String] = []
    let hard = stringMap(object.at("status", "hard"))
    let used = stringMap(object.at("status", "used"))
    for (name, amount) in hard.sorted(by: { $0.key < $1.key }) {
      let text = "\(name): \(used[name] ?? "0")/\(amount)"
      if name.hasPrefix("limits.") { limits.append(text) } else { requests.append(text) }
    }
    return [
      .string(requests.joined(separator: ", ")), .string(limits.joined(separator: ", ")), object.age(now),
    ]
  }

  static let lease = TableLayout(.named("Holder,Age")) { [$0.cell("spec", "holderIdentity"), $0.age($1)] }

  static let priorityClass = TableLayout(
    .named("Value:integer,Global-Default:boolean,Age,PreemptionPolicy")
  ) { object, now in
    [
      object.count("value"), .bool(object["globalDefault"]?.bool ?? false), object.age(now),
      object.cell("preemptionPolicy", or: "PreemptLowerPriority"),
    ]
  }

  static let runtimeClass = TableLayout(.named("Handler,Age")) { [$0.cell("handler"), $0.age($1)] }

  static let apiService = TableLayout(.named("Service,Available,Age")) { object, now in
    let service = object.at("spec", "service")
    let place = service.map { "\($0["namespace"]?.string ?? "")/\($0["name"]?.string ?? "")" } ?? "Local"
    let ready = (object.at("status", "conditions")?.array ?? []).first { $0["type"] == "Available" }
    return [.string(place), ready?["status"] ?? "Unknown", object.age(now)]
  }

  static let flowSchema = TableLayout(
    .named("PriorityLevel,MatchingPrecedence,DistinguisherMethod,Age,MissingPL")
  ) { object, now in
    let dangling = (object.at("status", "conditions")?.array ?? []).first { $0["type"] == "Dangling" }
    return [
      object.cell("spec", "priorityLevelConfiguration", "name", or: "<none>"),
      object.count("spec", "matchingPrecedence"), object.cell("spec", "distinguisherMethod", "type", or: "<none>"),
      object.age(now), dangling?["status"] ?? "?",
    ]
  }

  static let priorityLevel = TableLayout(
    .named("Type,NominalConcurrencyShares,Queues,HandSize,QueueLengthLimit,Age")
  ) { object, now in
    let limited = object.at("spec", "limited")
    let queuing = limited?.at("limitResponse", "queuing")
    func number(_ value: Value?) -> Value { value ?? "<none>" }
    return [
      object.cell("spec", "type"), number(limited?["nominalConcurrencyShares"]), number(queuing?["queues"]),
      number(queuing?["handSize"]), number(queuing?["queueLengthLimit"]), object.age(now),
    ]
  }
}
