internal import KCData
internal import KCKube

/// What runs no pods.
extension Health {
  static func claim(_ object: Value) -> Health {
    switch object.at("status", "phase")?.string {
    case "Bound"?: .healthy
    case "Lost"?: .failed(cause: "its volume \(object.at("spec", "volumeName")?.string ?? "") is gone", pod: nil)
    default: .progressing("no volume is bound to it yet")
    }
  }

  static func phase(_ object: Value, wanted: String) -> Health {
    let phase = object.at("status", "phase")?.string ?? wanted
    return phase == wanted ? .healthy : .progressing(phase)
  }

  static func service(_ object: Value) -> Health {
    guard object.at("spec", "type")?.string == "LoadBalancer" else { return .healthy }
    if !(object.at("status", "loadBalancer", "ingress")?.array ?? []).isEmpty { return .healthy }
    return .progressing("no load balancer has given it an address yet")
  }

  static func ingress(_ object: Value) -> Health {
    if !(object.at("status", "loadBalancer", "ingress")?.array ?? []).isEmpty { return .healthy }
    return .progressing("no ingress controller has given it an address yet")
  }

  static func definition(_ object: Value) -> Health {
    if let names = condition(object, "NamesAccepted"), names["status"]?.string == "False" {
      return .failed(cause: names["message"]?.string ?? "its names are taken", pod: nil)
    }
    return condition(object, means: "Established")
  }

  static func condition(_ object: Value, means type: String) -> Health {
    let found = condition(object, type)
    if found?["status"]?.string == "True" { return .healthy }
    return .progressing(found?["message"]?.string ?? "not \(type.lowercased()) yet")
  }

  /// Custom resources, by the conditions that controllers agree on; one without any says nothing and counts as healthy.
  static func custom(_ object: Value) -> Health {
    if let seen = object.at("status", "observedGeneration")?.int, seen < object.generation ?? 0 {
      return .progressing("its controller has not seen the change yet")
    }
    func says(_ type: String, _ status: String) -> Value? {
      condition(object, type).flatMap { $0["status"]?.string == status ? $0 : nil }
    }
    func words(_ condition: Value, _ fallback: String) -> String {
      let message = condition["message"]?.string ?? ""
      return message.isEmpty ? condition["reason"]?.string ?? fallback : message
    }
    for type in ["Stalled", "Failed"] {
      if let found = says(type, "True") { return .failed(cause: words(found, type.lowercased()), pod: nil) }
    }
    if let found = says("Reconciling", "True") { return .progressing(words(found, "reconciling")) }
    for type in ["Ready", "Available", "Healthy", "Synced"] {
      guard let found = condition(object, type), found["status"]?.string != "True" else { continue }
      return .progressing(words(found, "not \(type.lowercased()) yet"))
    }
    return .healthy
  }
}
