public import KCData

/// What the API server does with pods and pod templates.
enum PodStrategy {
  static func create(_ object: inout Value, now: Timestamp) {
    Defaulting.within(&object, "spec", dropDisabled)
    appArmor(&object)
    mergeLabelKeys(&object)
    object["status"] = ["phase": "Pending", "qosClass": .string(QualityOfService.of(object).rawValue)]
    if !Defaulting.isZero(object.at("spec", "schedulingGates")) {
      object.set(
        [
          [
            "type": "PodScheduled", "status": "False", "lastTransitionTime": .string(now.rfc3339),
            "reason": "SchedulingGated", "message": "Scheduling is blocked due to non-empty scheduling gates",
          ]
        ], at: "status", "conditions")
    }
  }

  static func update(_ object: inout Value, old: Value) {
    Defaulting.within(&object, "spec", dropDisabled)
    // What admission decided stays.
    for field in ["priority", "preemptionPolicy", "nodeName"] where object.at("spec", field) == nil {
      if let value = old.at("spec", field) { object.set(value, at: "spec", field) }
    }
  }

  /// A pod's spec with the resources of another, container by container.
  static func resized(_ spec: Value, to wanted: Value) -> Value {
    var out = spec
    if let resources = wanted["resources"] { out["resources"] = resources }
    for field in ["containers", "initContainers"] {
      let others = wanted[field]?.array ?? []
      Defaulting.each(&out, field) { container in
        guard let other = others.first(where: { $0["name"] == container["name"] }) else { return }
        for part in ["resources", "resizePolicy"] where other[part] != container[part] { container[part] = other[part] }
      }
    }
    return out
  }

  /// The template of a workload, or of the jobs of one.
  static func dropDisabledTemplate(_ object: inout Value) {
    func drop(_ holder: inout Value) {
      Defaulting.within(&holder, "template") { Defaulting.within(&$0, "spec", dropDisabled) }
    }
    if object.kind == "PodTemplate" {
      drop(&object)
    } else if object.kind == "CronJob" {
      Defaulting.within(&object, "spec") {
        Defaulting.within(&$0, "jobTemplate") { Defaulting.within(&$0, "spec", drop) }
      }
    } else {
      Defaulting.within(&object, "spec", drop)
    }
  }

  /// Fields of features that Kubernetes 1.36 has switched off by default.
  private static func dropDisabled(_ spec: inout Value) {
    if spec["schedulingGroup"] != nil { spec["schedulingGroup"] = nil }
    for field in ["initContainers", "containers"] {
      Defaulting.each(&spec, field) { container in
        guard container.at("lifecycle", "stopSignal") != nil else { return }
        container.set(nil, at: "lifecycle", "stopSignal")
        if container["lifecycle"] == [:] { container["lifecycle"] = nil }
      }
    }
    Defaulting.each(&spec, "volumes") { volume in
      Defaulting.within(&volume, "projected") { projected in
        Defaulting.each(&projected, "sources") { source in
          source["clusterTrustBundle"] = nil
          source["podCertificate"] = nil
        }
      }
    }
  }

  private static let hard = "requiredDuringSchedulingIgnoredDuringExecution"
  private static let soft = "preferredDuringSchedulingIgnoredDuringExecution"

  /// Where pods are chosen by keys of labels, what the pod itself has under them becomes part of the selector.
  private static func mergeLabelKeys(_ object: inout Value) {
    let labels = object.labels
    func merge(_ term: inout Value) {
      guard let selector = term["labelSelector"], selector != .null else { return }
      var expressions = selector["matchExpressions"]?.array ?? []
      let before = expressions.count
      for (field, name) in [("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")] {
        for key in term[field]?.array ?? [] {
          guard let value = key.string.flatMap({ labels[$0] }) else { continue }
          expressions.append(["key": key, "operator": .string(name), "values": [.string(value)]])
        }
      }
      if expressions.count > before { term.set(.array(expressions), at: "labelSelector", "matchExpressions") }
    }
    Defaulting.within(&object, "spec") { spec in
      Defaulting.within(&spec, "affinity") { affinity in
        for kind in ["podAffinity", "podAntiAffinity"] {
          Defaulting.within(&affinity, kind) { terms in
            Defaulting.each(&terms, hard) { merge(&$0) }
            Defaulting.each(&terms, soft) { Defaulting.within(&$0, "podAffinityTerm") { merge(&$0) } }
          }
        }
      }
      Defaulting.each(&spec, "topologySpreadConstraints") { merge(&$0) }
    }
  }

  private static let appArmorPrefix = "container.apparmor.security.beta.kubernetes.io/"

  /// The annotations that AppArmor profiles once were become fields.
  private static func appArmor(_ object: inout Value) {
    let annotations = object.annotations
    guard annotations.keys.contains(where: { $0.hasPrefix(appArmorPrefix) }) else { return }
    Defaulting.within(&object, "spec") { spec in
      let ofPod = spec.at("securityContext", "appArmorProfile")
      for field in ["initContainers", "containers"] {
        Defaulting.each(&spec, field) { container in
          guard let text = annotations[appArmorPrefix + (container["name"]?.string ?? "")],
            let profile = profile(text), profile != ofPod
          else { return }
          Defaulting.setDefault(&container, profile, "securityContext", "appArmorProfile")
        }
      }
    }
  }

  static func profile(_ text: String) -> Value? {
    switch text {
    case "unconfined": ["type": "Unconfined"]
    case "runtime/default": ["type": "RuntimeDefault"]
    default:
      text.hasPrefix("localhost/")
        ? ["type": "Localhost", "localhostProfile": .string(String(text.dropFirst("localhost/".count)))] : nil
    }
  }
}

/// How a pod fares when its node runs short.
public enum QualityOfService: String, Sendable {
  case guaranteed = "Guaranteed"
  case burstable = "Burstable"
  case bestEffort = "BestEffort"

  /// From what a pod requests and may use of processor and memory: all limited to what is requested, some of it
  /// requested, or nothing.
  public static func of(_ pod: Value) -> QualityOfService {
    let spec = pod["spec"]
    var holders = (spec?["containers"]?.array ?? []) + (spec?["initContainers"]?.array ?? [])
    // Amounts for the pod as a whole win over those of its containers.
    if let whole = spec?["resources"], !Defaulting.isZero(whole) { holders = [["resources": whole]] }
    var requests: [String: Int128] = [:]
    var limits: [String: Int128] = [:]
    var isGuaranteed = true
    for holder in holders {
      add(holder.at("resources", "requests"), to: &requests)
      let limited = add(holder.at("resources", "limits"), to: &limits)
      if limited != ["cpu", "memory"] { isGuaranteed = false }
    }
    if requests.isEmpty, limits.isEmpty { return .bestEffort }
    if isGuaranteed, requests.allSatisfy({ limits[$0] == $1 }), requests.count == limits.count { return .guaranteed }
    return .burstable
  }

  @discardableResult
  private static func add(_ amounts: Value?, to sums: inout [String: Int128]) -> Set<String> {
    var names: Set<String> = []
    for name in ["cpu", "memory"] {
      guard let value = amounts?[name], let amount = Quantity(value), amount.nano > 0 else { continue }
      names.insert(name)
      sums[name, default: 0] += amount.nano
    }
    return names
  }
}
