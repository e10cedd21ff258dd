internal import KCData
internal import KCKube

/// What runs pods.
extension Lifter {
  mutating func liftWorkload() -> Bool {
    let kind = own.head.kind
    guard addLabels() else { return false }
    switch kind {
    case "deployment": addDeployment()
    case "replicaset", "replicationcontroller": addReplicas()
    case "statefulset": guard addStatefulSet() else { return false }
    case "daemonset":
      addUpdates(dropping: 1, "maxUnavailable")
      let strategy = rest.peek("spec", "updateStrategy")
      // Without a type, the API server takes this one.
      if strategy?["type"] == "RollingUpdate" || strategy?["type"] == nil && strategy?["rollingUpdate"] != nil {
        rest.take("spec", "updateStrategy", "type")
        rest.drop(0, "spec", "updateStrategy", "rollingUpdate", "maxSurge")
        add("maxSurge", share: "spec", "updateStrategy", "rollingUpdate", "maxSurge")
        add("maxUnavailable", share: "spec", "updateStrategy", "rollingUpdate", "maxUnavailable")
      }
      addHistory()
    case "cronjob": guard addSchedule() else { return false }
    case "job":
      rest.drop(false, "spec", "suspend")
      add("suspend", bool: "spec", "suspend")
      rest.drop("NonIndexed", "spec", "completionMode")
      if rest.peek("spec", "completionMode") == "Indexed" {
        rest.take("spec", "completionMode")
        add("indexed = true", "spec", "completionMode")
      }
      addJob("spec")
    default: break
    }
    return liftPod()
  }

  // MARK: Labels

  /// The labels of the workload and of its pods, and those that select them.
  private mutating func addLabels() -> Bool {
    let kind = own.head.kind
    let template = WorkloadLabels.pod(of: own.kind) + ["metadata", "labels"]
    let object = rest.map("metadata", "labels") ?? [:]
    let path = rest.path("metadata", "labels")
    if kind == "pod" {
      if !object.isEmpty { lines.append(.value("labels", .object(object), path)) }
      add("annotations", map: "metadata", "annotations")
      rest.dropEmpty("metadata")
      return true
    }
    let given = rest.value.at(template)
    guard let pods = given == nil ? [:] : given?.object, pods.values.allSatisfy({ $0.string != nil }) else {
      return false
    }
    rest.remove(template)
    let isJob = kind == "job" || kind == "cronjob"
    var match: Fields = [:]
    if kind == "replicationcontroller" {
      match = rest.map("spec", "selector") ?? pods
      guard !match.isEmpty, match.allSatisfy({ pods[$0.key] == $0.value }) else { return false }
    } else if !isJob {
      guard let selector = rest.peek("spec", "selector")?.object else { return false }
      // Tests of labels stand in `raw`: a workload selects by what its pods have.
      let labels = rest.map("spec", "selector", "matchLabels") ?? [:]
      guard !labels.isEmpty || selector["matchExpressions"] != nil, labels.allSatisfy({ pods[$0.key] == $0.value })
      else { return false }
      match = labels
    }
    let common = object.filter { key, value in pods[key] == value }
    let below = rest.path(template)
    let selector = rest.path("spec", "selector", "matchLabels")
    write("labels", common, [path])
    write("ownLabels", object.filter { key, _ in common[key] == nil }, [path])
    if !isJob, match != (common.isEmpty ? ["app.kubernetes.io/name": .string(own.name)] : common) {
      lines.append(SourceLine(.value("match", .object(match), nil), [selector, below]))
    }
    write("podLabels", pods.filter { key, _ in common[key] == nil && match[key] == nil }, [below])
    add("annotations", map: "metadata", "annotations")
    let annotations = WorkloadLabels.pod(of: own.kind) + ["metadata", "annotations"]
    if let fields = rest.value.at(annotations)?.object, fields.values.allSatisfy({ $0.string != nil }) {
      rest.remove(annotations)
      write("podAnnotations", fields, [rest.path(annotations)])
    }
    rest.dropEmpty("metadata")
    return true
  }

  private mutating func write(_ name: String, _ fields: Fields, _ paths: [FieldPath]) {
    if !fields.isEmpty { lines.append(SourceLine(.value(name, .object(fields), nil), paths)) }
  }

  // MARK: Kinds

  private mutating func addReplicas() {
    rest.drop(1, "spec", "replicas")
    add("replicas", int: "spec", "replicas")
    rest.drop(0, "spec", "minReadySeconds")
    add("minReady", seconds: "spec", "minReadySeconds")
  }

  private mutating func addDeployment() {
    rest.drop(1, "spec", "replicas")
    add("replicas", int: "spec", "replicas")
    addHistory()
    rest.drop(0, "spec", "minReadySeconds")
    add("minReady", seconds: "spec", "minReadySeconds")
    rest.drop(600, "spec", "progressDeadlineSeconds")
    add("deadline", seconds: "spec", "progressDeadlineSeconds")
    rest.drop(false, "spec", "paused")
    add("paused", bool: "spec", "paused")
    addRollout()
  }

  private mutating func addRollout() {
    rest.dropEmpty("spec", "strategy")
    guard var strategy = rest.peek("spec", "strategy").map({ Remainder($0, rest.path("spec", "strategy")) }) else {
      return
    }
    let type = strategy.text("type") ?? "RollingUpdate"
    strategy.drop("25%", "rollingUpdate", "maxSurge")
    strategy.drop("25%", "rollingUpdate", "maxUnavailable")
    strategy.dropEmpty("rollingUpdate")
    var parts = type == "RollingUpdate" ? [] : ["type = \(SourceText.quoted(type))"]
    for key in ["maxSurge", "maxUnavailable"] {
      guard let value = strategy.take("rollingUpdate", key) else { continue }
      guard let share = Self.share(value) else { return }
      parts.append("\(key) = \(share)")
    }
    guard strategy.isEmpty, type == "RollingUpdate" || type == "Recreate", type != "Recreate" || parts.count == 1 else {
      return
    }
    rest.take("spec", "strategy")
    if !parts.isEmpty { add("rollout { \(parts.joined(separator: ", ")) }", "spec", "strategy") }
  }

  private mutating func addStatefulSet() -> Bool {
    rest.drop(1, "spec", "replicas")
    add("replicas", int: "spec", "replicas")
    let service = rest.text("spec", "serviceName") ?? ""
    if let known = find("Service", service) {
      add("service = \(known.text)", "spec", "serviceName")
    } else if service != own.name {
      add("service = \(literal(service))", "spec", "serviceName")
    }
    rest.drop("OrderedReady", "spec", "podManagementPolicy")
    if rest.peek("spec", "podManagementPolicy") == "Parallel" {
      rest.take("spec", "podManagementPolicy")
      add("parallel = true", "spec", "podManagementPolicy")
    }
    rest.drop(0, "spec", "minReadySeconds")
    add("minReady", seconds: "spec", "minReadySeconds")
    addUpdates(dropping: 0, "partition")
    addHistory()
    return true
  }

  private mutating func addHistory() {
    rest.drop(10, "spec", "revisionHistoryLimit")
    add("history", int: "spec", "revisionHistoryLimit")
  }

  /// `rollout = "OnDelete"`; what the API server fills in is left out.
  private mutating func addUpdates(dropping standard: Value, _ key: String) {
    guard let strategy = rest.peek("spec", "updateStrategy") else { return }
    if strategy == ["type": "RollingUpdate", "rollingUpdate": ["\(key)": standard]] || strategy.object?.isEmpty ?? false
    {
      rest.take("spec", "updateStrategy")
    } else if strategy.object?.count == 1, let type = rest.text("spec", "updateStrategy", "type") {
      // Of a stateful set the API server leaves it as it is; of a daemon set it fills in what is dropped here.
      if type != "RollingUpdate" || own.head.kind == "statefulset" {
        add("rollout = \(SourceText.quoted(type))", "spec", "updateStrategy")
      }
    }
  }

  /// `claim data = 1Gi`
  mutating func addClaims() -> Bool {
    guard let claims = rest.take("spec", "volumeClaimTemplates")?.array, !claims.isEmpty else { return true }
    lines.append(.gap)
    for (place, claim) in claims.enumerated() {
      let path = rest.path("spec", "volumeClaimTemplates").index(place)
      var claim = Remainder(claim, path)
      guard let name = claim.text("metadata", "name"),
        let size = claim.take("spec", "resources", "requests", "storage").flatMap(SourceText.amount),
        let modes = claim.texts("spec", "accessModes")
      else { return false }
      _ = claim.take("apiVersion")
      _ = claim.take("kind")
      _ = claim.take("status")
      claim.drop(.null, "metadata", "creationTimestamp")
      claim.drop("Filesystem", "spec", "volumeMode")
      var body: [SourceLine] = []
      if let type = claim.text("spec", "storageClassName") {
        body.append(.value("class", .string(type), path.field("spec").field("storageClassName")))
      }
      if modes != ["ReadWriteOnce"] {
        body.append(.text("modes = \(list(modes))", path.field("spec").field("accessModes")))
      }
      addRaw(claim, "PersistentVolumeClaim", to: &body)
      let head = "claim \(SourceText.blockName(name))"
      if body.isEmpty {
        lines.append(.text("\(head) = \(size)", path))
      } else {
        lines.append(.block(head, [.text("size = \(size)", path.field("spec").field("resources"))] + body, path))
      }
    }
    return true
  }

  private mutating func addSchedule() -> Bool {
    guard rest.peek("spec", "schedule")?.string != nil else { return false }
    add("schedule", text: "spec", "schedule")
    add("timezone", text: "spec", "timeZone")
    rest.drop("Allow", "spec", "concurrencyPolicy")
    add("overlap", text: "spec", "concurrencyPolicy")
    rest.drop(false, "spec", "suspend")
    add("suspend", bool: "spec", "suspend")
    rest.drop(3, "spec", "successfulJobsHistoryLimit")
    add("keepSucceeded", int: "spec", "successfulJobsHistoryLimit")
    rest.drop(1, "spec", "failedJobsHistoryLimit")
    add("keepFailed", int: "spec", "failedJobsHistoryLimit")
    addJob("spec", "jobTemplate", "spec")
    return true
  }

  private mutating func addJob(_ path: String...) {
    func number(_ name: String, _ key: String) {
      guard case .int(let number)? = rest.value.at(path + [key]) else { return }
      rest.remove(path + [key])
      lines.append(.text("\(name) = \(number)", rest.path(path + [key])))
    }
    func time(_ name: String, _ key: String) {
      guard case .int(let number)? = rest.value.at(path + [key]), number >= 0, number < 1_000_000_000 else { return }
      rest.remove(path + [key])
      lines.append(.text("\(name) = \(SourceText.duration(seconds: number))", rest.path(path + [key])))
    }
    // One of each is what the API server takes where neither is said; one alone means something else.
    let counts = ["completions", "parallelism"].map { rest.value.at(path + [$0]) }
    if counts[0] == 1, counts[1] == nil || counts[1] == 1 {
      for key in ["completions", "parallelism"] { rest.remove(path + [key]) }
    }
    number("completions", "completions")
    number("parallelism", "parallelism")
    if path.count == 1, rest.value.at(path + ["backoffLimit"])?.int == 6 { rest.remove(path + ["backoffLimit"]) }
    number("retries", "backoffLimit")
    time("timeout", "activeDeadlineSeconds")
    time("keep", "ttlSecondsAfterFinished")
  }
}
