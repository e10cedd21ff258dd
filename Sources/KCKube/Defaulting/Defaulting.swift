public import KCData

/// What the API server of Kubernetes 1.36 fills in where an object leaves something out.
public enum Defaulting {
  /// Fills in the defaults of an object, and brings quantities into their canonical form.
  public static func apply(to object: inout Value, type: ResourceType) {
    switch (type.group, type.kind) {
    case ("", "Pod"): pod(&object)
    case ("apps", "Deployment"): deployment(&object)
    case ("apps", "ReplicaSet"): replicated(&object)
    case ("apps", "StatefulSet"): statefulSet(&object)
    case ("apps", "DaemonSet"): daemonSet(&object)
    case ("batch", "Job"): job(&object)
    case ("batch", "CronJob"): cronJob(&object)
    case ("", "Service"): service(&object)
    case ("", "Secret"): secret(&object)
    case ("", "Namespace"): namespace(&object)
    case ("", "PersistentVolumeClaim"): setDefault(&object, "Filesystem", "spec", "volumeMode")
    case ("", "PersistentVolume"):
      setDefault(&object, "Filesystem", "spec", "volumeMode")
      setDefault(&object, "Retain", "spec", "persistentVolumeReclaimPolicy")
    case ("discovery.k8s.io", "EndpointSlice"): endpointSlice(&object)
    case ("networking.k8s.io", "NetworkPolicy"): networkPolicy(&object)
    case ("rbac.authorization.k8s.io", _): binding(&object)
    default: break
    }
    QuantityForm.canonicalise(&object, type: type)
  }

  /// Sets a field that is not there. Where the way to it is missing, the way is made.
  static func setDefault(_ object: inout Value, _ value: Value, _ path: String...) {
    if object.at(path) == nil { object.set(value, at: path[...]) }
  }

  /// Changes each element of a list.
  static func each(_ object: inout Value, _ field: String, _ change: (inout Value) -> Void) {
    guard case .array(var elements)? = object[field] else { return }
    for index in elements.indices { change(&elements[index]) }
    object[field] = .array(elements)
  }

  /// Changes what a field holds, if it is there.
  static func within(_ object: inout Value, _ field: String, _ change: (inout Value) -> Void) {
    guard var inner = object[field], inner.object != nil else { return }
    change(&inner)
    object[field] = inner
  }

  private static func secret(_ object: inout Value) {
    setDefault(&object, "Opaque", "type")
    // `stringData` is for writing: its texts end up, encoded, in `data`.
    guard case .object(let texts)? = object["stringData"] else { return }
    for (key, text) in texts { object.set(.string(Base64.encode((text.string ?? "").utf8)), at: "data", key) }
    object["stringData"] = nil
  }

  private static func namespace(_ object: inout Value) {
    if let name = object.name { object.set(.string(name), at: "metadata", "labels", "kubernetes.io/metadata.name") }
    setDefault(&object, ["kubernetes"], "spec", "finalizers")
    setDefault(&object, "Active", "status", "phase")
  }

  private static func endpointSlice(_ object: inout Value) {
    each(&object, "ports") { port in
      setDefault(&port, "", "name")
      setDefault(&port, "TCP", "protocol")
    }
  }

  private static func networkPolicy(_ object: inout Value) {
    within(&object, "spec") { spec in
      setDefault(&spec, spec["egress"] == nil ? ["Ingress"] : ["Ingress", "Egress"], "policyTypes")
      for side in ["ingress", "egress"] {
        each(&spec, side) { rule in each(&rule, "ports") { setDefault(&$0, "TCP", "protocol") } }
      }
    }
  }

  private static func binding(_ object: inout Value) {
    within(&object, "roleRef") { setDefault(&$0, "rbac.authorization.k8s.io", "apiGroup") }
    each(&object, "subjects") { subject in
      let isAccount = subject["kind"]?.string == "ServiceAccount"
      if !isAccount { setDefault(&subject, "rbac.authorization.k8s.io", "apiGroup") }
    }
  }
}

/// Base 64 (RFC 4648).
public enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  public static func encode(_ bytes: some Sequence<UInt8>) -> String {
    var out: [UInt8] = []
    var group: [UInt8] = []
    func flush() {
      let padded = group + [UInt8](repeating: 0, count: 3 - group.count)
      let number = Int(padded[0]) << 16 | Int(padded[1]) << 8 | Int(padded[2])
      for index in 0..<4 {
        out.append(index <= group.count ? alphabet[number >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
      }
      group.removeAll()
    }
    for byte in bytes {
      group.append(byte)
      if group.count == 3 { flush() }
    }
    if !group.isEmpty { flush() }
    return String(decoding: out, as: UTF8.self)
  }

  /// The bytes; nil where the text is not base 64. Line breaks are passed over.
  public static func decode(_ text: String) -> [UInt8]? {
    var out: [UInt8] = []
    var bits = 0
    var count = 0
    var padding = 0
    for byte in text.utf8 where byte != 0x0a && byte != 0x0d {
      if byte == UInt8(ascii: "=") {
        padding += 1
        continue
      }
      guard padding == 0, let digit = alphabet.firstIndex(of: byte) else { return nil }
      bits = bits << 6 | digit
      count += 1
      if count % 4 == 0 {
        out += [UInt8(bits >> 16 & 255), UInt8(bits >> 8 & 255), UInt8(bits & 255)]
        bits = 0
      }
    }
    guard (count + padding) % 4 == 0, padding < 3 else { return nil }
    switch count % 4 {
    case 2: out.append(UInt8(bits >> 4 & 255))
    case 3: out += [UInt8(bits >> 10 & 255), UInt8(bits >> 2 & 255)]
    case 1: return nil
    default: break
    }
    return out
  }
}
