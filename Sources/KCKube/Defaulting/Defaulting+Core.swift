internal import KCData

extension Defaulting {
  @Sendable static func secret(_ object: inout Value) {
    setZero(&object, "Opaque", "type")
    // `stringData` is for writing: its texts end up, encoded, in `data`.
    guard case .object(let texts)? = object["stringData"] else { return }
    for (key, text) in texts { object.set(.string(Base64.encode((text.string ?? "").utf8)), at: "data", key) }
    object["stringData"] = nil
  }

  @Sendable static func namespace(_ object: inout Value) {
    if let name = object.name, !name.isEmpty {
      object.set(.string(name), at: "metadata", "labels", "kubernetes.io/metadata.name")
    }
    setZero(&object, "Active", "status", "phase")
  }

  @Sendable static func node(_ object: inout Value) {
    within(&object, "spec") { spec in
      // The first range and the list of ranges say the same.
      let first = spec["podCIDRs"]?.array?.first
      if let range = spec["podCIDR"], !isZero(range) {
        if first != range { spec["podCIDRs"] = [range] }
      } else if let first {
        spec["podCIDR"] = first
      }
    }
    within(&object, "status") { status in
      if let capacity = status["capacity"], !isZero(capacity) { setDefault(&status, capacity, "allocatable") }
    }
  }

  @Sendable static func endpoints(_ object: inout Value) {
    each(&object, "subsets") { subset in each(&subset, "ports") { setZero(&$0, "TCP", "protocol") } }
  }

  @Sendable static func limitRange(_ object: inout Value) {
    within(&object, "spec") { spec in
      each(&spec, "limits") { limit in
        guard limit["type"] == "Container" else { return }
        // The maximum is the default, the default (or the minimum) the default request.
        inherit(&limit, "default", from: "max")
        inherit(&limit, "defaultRequest", from: "default")
        inherit(&limit, "defaultRequest", from: "min")
      }
    }
  }

  private static func inherit(_ limit: inout Value, _ field: String, from source: String) {
    for (name, amount) in limit[source]?.object ?? [:] where limit.at(field, name) == nil {
      limit.set(amount, at: field, name)
    }
  }
}
