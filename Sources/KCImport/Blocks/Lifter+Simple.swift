internal import KCData
internal import KCKube

/// Kinds whose blocks are a few fields.
extension Lifter {
  mutating func liftSimple() -> Bool {
    addMetadata()
    switch own.head.kind {
    case "config": return liftConfig()
    case "secret": return liftSecret()
    case "serviceaccount":
      add("token", bool: "automountServiceAccountToken")
      addSecretNames("secrets", "secrets")
      addSecretNames("pullSecrets", "imagePullSecrets")
    case "namespace": rest.dropEmpty("spec")
    case "priorityclass":
      guard case .int? = rest.peek("value") else { return false }
      add("value", int: "value")
      add("description", text: "description")
      rest.drop(false, "globalDefault")
      add("default", bool: "globalDefault")
      rest.drop("PreemptLowerPriority", "preemptionPolicy")
      if rest.peek("preemptionPolicy") == "Never" {
        rest.take("preemptionPolicy")
        add("preempt = false", "preemptionPolicy")
      }
    default: break
    }
    return true
  }

  /// Secrets that a list of `{name: …}` names.
  private mutating func addSecretNames(_ name: String, _ key: String) {
    guard let items = rest.peek(key)?.array, !items.isEmpty,
      items.allSatisfy({ $0.object?.count == 1 && $0["name"]?.string != nil })
    else { return }
    rest.take(key)
    let texts = items.compactMap { item in
      item["name"]?.string.map { find("Secret", $0)?.text ?? literal($0) }
    }
    add("\(name) = [\(texts.joined(separator: ", "))]", key)
  }

  private mutating func liftConfig() -> Bool {
    let all = rest.peek("data")?.object ?? [:]
    let data: Fields = all.filter { $1.string != nil }
    if !data.isEmpty {
      rest.take("data")
      // What is null stays for `raw`.
      if data.count < all.count { rest.replace(.object(all.filter { $1.string == nil }), at: "data") }
      lines.append(SourceLine(.body("data", data, nil), [rest.path("data")]))
    }
    add("immutable", bool: "immutable")
    return true
  }

  /// Its texts, decoded: what is no text stays encoded, in `raw`.
  private mutating func liftSecret() -> Bool {
    rest.drop("Opaque", "type")
    add("type", text: "type")
    var data = Fields()
    var binary = Fields()
    for (key, value) in rest.peek("data")?.object ?? [:] {
      guard let text = value.string else { return false }
      if let bytes = Base64.decode(text), Base64.encode(bytes) == text,
        let plain = String(validating: bytes, as: UTF8.self),
        !plain.unicodeScalars.contains(where: { $0.value < 9 })
      {
        data[key] = .string(plain)
      } else {
        binary[key] = value
      }
    }
    rest.take("data")
    if !binary.isEmpty { rest.replace(.object(binary), at: "data") }
    // The API server adds these to the others.
    if let texts = rest.map("stringData") { for (key, value) in texts { data[key] = value } }
    if !data.isEmpty {
      var line = SourceLine(.body("data", data, nil), [rest.path("data")])
      line.paths.append(rest.path("stringData"))
      lines.append(line)
    }
    add("immutable", bool: "immutable")
    return true
  }
}
