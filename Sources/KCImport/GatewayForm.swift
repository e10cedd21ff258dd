internal import KCData

/// Objects of the Gateway API without what its definitions take where nothing is said, so that objects that mean the same
/// are the same.
enum GatewayForm {
  private static let group = "gateway.networking.k8s.io"

  static func plain(_ object: Value) -> Value {
    guard object["apiVersion"]?.string == "\(group)/v1" else { return object }
    var object = object
    switch object["kind"]?.string {
    case "Gateway": change(&object, "spec", "listeners") { listener($0) }
    case "HTTPRoute":
      change(&object, "spec", "parentRefs") { without($0, ["group": .string(group), "kind": "Gateway"]) }
      change(&object, "spec", "rules") { rule($0) }
    default: break
    }
    return object
  }

  private static func listener(_ given: Value) -> Value {
    var listener = given
    if var tls = listener["tls"] {
      tls = without(tls, ["mode": "Terminate"])
      change(&tls, "certificateRefs") { without($0, ["group": "", "kind": "Secret"]) }
      listener["tls"] = tls
    }
    if listener["allowedRoutes"] == ["namespaces": ["from": "Same"]] || listener["allowedRoutes"] == [:] {
      listener["allowedRoutes"] = nil
    }
    return listener
  }

  private static func rule(_ given: Value) -> Value {
    var rule = given
    if rule["matches"]?.array?.isEmpty ?? true { rule["matches"] = [[:]] }
    change(&rule, "matches") { match($0) }
    change(&rule, "backendRefs") { backend($0) }
    change(&rule, "filters") { filter in
      var filter = filter
      if let redirect = filter["requestRedirect"] {
        filter["requestRedirect"] = without(redirect, ["statusCode": 302])
      }
      if let target = filter.at("requestMirror", "backendRef") {
        filter.set(backend(target), at: "requestMirror", "backendRef")
      }
      return filter
    }
    return rule
  }

  private static func match(_ given: Value) -> Value {
    var match = given
    if match.at("path", "type") == nil { match.set("PathPrefix", at: "path", "type") }
    if match.at("path", "value") == nil { match.set("/", at: "path", "value") }
    for key in ["headers", "queryParams"] { change(&match, key) { without($0, ["type": "Exact"]) } }
    return match
  }

  private static func backend(_ given: Value) -> Value {
    without(given, ["group": "", "kind": "Service", "weight": 1])
  }

  private static func without(_ value: Value, _ defaults: Fields) -> Value {
    var value = value
    for (key, standard) in defaults where value[key] == standard { value[key] = nil }
    return value
  }

  /// Changes the elements of a list.
  private static func change(_ value: inout Value, _ path: String..., with change: (Value) -> Value) {
    guard let items = value.at(path)?.array else { return }
    value.set(.array(items.map(change)), at: path[...])
  }
}
