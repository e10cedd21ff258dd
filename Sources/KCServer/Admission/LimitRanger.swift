internal import KCData
internal import KCKube

/// What the limit ranges of a namespace fill into new objects, and the bounds that they set.
struct LimitRanger {
  private let limits: [Value]
  private let type: ResourceType

  init(_ object: Value, _ type: ResourceType, _ state: borrowing ObjectState) {
    self.type = type
    guard ["pods", "persistentvolumeclaims"].contains(type.qualifiedName) else {
      limits = []
      return
    }
    limits = state.list("limitranges", namespace: object.namespace).flatMap {
      $0.value.at("spec", "limits")?.array ?? []
    }
  }

  func apply(to object: inout Value) throws(APIStatus) {
    if limits.isEmpty { return }
    if type.qualifiedName == "persistentvolumeclaims" {
      let amounts = object.at("spec", "resources") ?? [:]
      for limit in limits where limit["type"] == "PersistentVolumeClaim" { try check(amounts, limit, object) }
      return
    }
    fill(&object)
    for limit in limits where limit["type"] == "Container" {
      for field in ["containers", "initContainers"] {
        for container in object.at("spec", field)?.array ?? [] {
          try check(container["resources"] ?? [:], limit, object)
        }
      }
    }
    let whole = Self.whole(object)
    for limit in limits where limit["type"] == "Pod" { try check(whole, limit, object) }
  }

  // MARK: Defaults

  private func fill(_ pod: inout Value) {
    var notes: [String] = []
    for (field, word) in [("containers", "container"), ("initContainers", "init container")] {
      guard case .array(let containers)? = pod.at("spec", field) else { continue }
      let filled = containers.map { container in
        var container = container
        var (requests, bounds): ([String], [String]) = ([], [])
        for limit in limits where limit["type"] == "Container" {
          requests += fill(&container, "requests", from: limit["defaultRequest"])
          bounds += fill(&container, "limits", from: limit["default"])
        }
        let name = container["name"]?.string ?? ""
        for (set, what) in [(requests, "request"), (bounds, "limit")] where !set.isEmpty {
          notes.append("\(set.sorted().joined(separator: ", ")) \(what) for \(word) \(name)")
        }
        return container
      }
      pod.set(.array(filled), at: "spec", field)
    }
    if notes.isEmpty { return }
    pod.set(
      .string("LimitRanger plugin set: " + notes.joined(separator: "; ")), at: "metadata", "annotations",
      "kubernetes.io/limit-ranger")
  }

  /// - Returns: the names of what was filled in.
  private func fill(_ container: inout Value, _ side: String, from amounts: Value?) -> [String] {
    var set: [String] = []
    for (name, amount) in amounts?.object ?? [:] where container.at("resources", side, name) == nil {
      container.set(amount, at: "resources", side, name)
      set.append(name)
    }
    return set
  }

  // MARK: Bounds

  private static func read(_ value: Value) -> Quantity? {
    switch value {
    case .string(let text): Quantity(text)
    case .int(let number): Quantity(number)
    default: nil
    }
  }

  private static func quantity(_ value: Value?) -> Quantity? { value.flatMap(read) }

  /// What a pod as a whole requests and may use: of its containers together, or of the greediest init container.
  private static func whole(_ pod: Value) -> Value {
    var out: Value = ["requests": [:], "limits": [:]]
    for side in ["requests", "limits"] {
      var sums: [String: Quantity] = [:]
      for container in pod.at("spec", "containers")?.array ?? [] {
        for (name, amount) in container.at("resources", side)?.object ?? [:] {
          guard let amount = Self.read(amount) else { continue }
          sums[name] = sums[name].map { $0 + amount } ?? amount
        }
      }
      for container in pod.at("spec", "initContainers")?.array ?? [] {
        for (name, amount) in container.at("resources", side)?.object ?? [:] {
          guard let amount = Self.read(amount) else { continue }
          sums[name] = max(sums[name] ?? amount, amount)
        }
      }
      for (name, sum) in sums { out.set(.string(sum.description), at: side, name) }
    }
    return out
  }

  private func refuse(_ object: Value, _ why: String) -> APIStatus {
    .forbidden(type, object.name ?? "", why)
  }

  private func check(_ amounts: Value, _ limit: Value, _ object: Value) throws(APIStatus) {
    let kind = limit["type"]?.string ?? ""
    func request(_ name: String) -> Quantity? { Self.quantity(amounts.at("requests", name)) }
    func bound(_ name: String) -> Quantity? { Self.quantity(amounts.at("limits", name)) }
    for (name, value) in limit["min"]?.object ?? [:] {
      guard let least = Self.read(value) else { continue }
      for (given, word) in [(request(name), "request"), (bound(name), "limit")] {
        if let given, given < least {
          throw refuse(object, "minimum \(name) usage per \(kind) is \(least), but \(word) is \(given)")
        }
      }
      if request(name) == nil {
        throw refuse(object, "minimum \(name) usage per \(kind) is \(least).  No request is specified")
      }
    }
    for (name, value) in limit["max"]?.object ?? [:] {
      guard let most = Self.read(value) else { continue }
      for (given, word) in [(bound(name), "limit"), (request(name), "request")] {
        if let given, given > most {
          throw refuse(object, "maximum \(name) usage per \(kind) is \(most), but \(word) is \(given)")
        }
      }
      if bound(name) == nil, kind != "PersistentVolumeClaim" {
        throw refuse(object, "maximum \(name) usage per \(kind) is \(most).  No limit is specified")
      }
    }
    for (name, value) in limit["maxLimitRequestRatio"]?.object ?? [:] {
      guard let most = Self.read(value), let asked = request(name), let may = bound(name), asked.nano > 0 else {
        continue
      }
      if Double(may.nano) / Double(asked.nano) > Double(most.nano) / 1e9 {
        throw refuse(object, "\(name) max limit to request ratio per \(kind) is \(most), but it is greater here")
      }
    }
  }
}
