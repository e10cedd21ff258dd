internal import KCData

/// The containers of a pod.
enum ContainerRules {
  enum Role: String {
    case main = "containers"
    case initial = "initContainers"
    case ephemeral = "ephemeralContainers"
  }

  static func check(_ path: FieldPath, _ context: PodRules.Context, _ report: inout ValidationReport) {
    let spec = context.spec
    if spec.list("containers").isEmpty { report.required(path["containers"]) }
    var names: Set<String> = []
    var hostPorts: Set<String> = []
    for role in [Role.main, .initial, .ephemeral] {
      for (index, container) in spec.list(role.rawValue).enumerated() {
        let here = path[role.rawValue][index]
        name(container, here, role, &names, &report)
        check(container, here, role, context, &report)
        if role == .main {
          portConflicts(container, here, &hostPorts, &report)
        } else if role == .initial {
          // The server counts these one by one, each as the first.
          var ports: Set<String> = []
          portConflicts(container, path[role.rawValue][0], &ports, &report)
        }
      }
    }
  }

  private static func name(
    _ container: Value, _ path: FieldPath, _ role: Role, _ names: inout Set<String>, _ report: inout ValidationReport
  ) {
    let name = container.text("name")
    if name.isEmpty { report.required(path["name"]) } else { report.label(name, path["name"]) }
    if names.contains(name) {
      report.duplicate(path["name"], name)
    } else if !name.isEmpty || role != .initial {
      names.insert(name)
    }
  }

  private static func check(
    _ container: Value, _ path: FieldPath, _ role: Role, _ context: PodRules.Context, _ report: inout ValidationReport
  ) {
    let image = container.text("image")
    if image.isEmpty {
      report.required(path["image"])
    } else if context.isPod, image.first?.isWhitespace ?? false || image.last?.isWhitespace ?? false {
      report.invalid(path["image"], "must not have white space around it", value: .string(image))
    }
    report.requiredOneOf(
      container.text("terminationMessagePolicy"), ["File", "FallbackToLogsOnError"], path["terminationMessagePolicy"])
    report.oneOf(container.text("imagePullPolicy"), ["Always", "IfNotPresent", "Never"], path["imagePullPolicy"])
    ports(container, path["ports"], context, isMain: role == .main, &report)
    EnvironmentRules.check(container, path, context, &report)
    MountRules.check(container, path, context, &report)
    ResourceRules.check(container["resources"], path["resources"], claims: context.claims, &report)
    resizePolicy(container, path["resizePolicy"], context, &report)
    SecurityContextRules.container(container, path["securityContext"], context, &report)
    restart(container, path, role, &report)
    let isSidecar = role == .initial && container["restartPolicy"] == "Always"
    switch role {
    case .main: lively(container, path, context, &report)
    case .initial where isSidecar: lively(container, path, context, &report)
    case .initial: refuse(container, path, &report)
    case .ephemeral: ephemeral(container, path, context, &report)
    }
  }

  private static let lifeFields = ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"]

  private static func lively(
    _ container: Value, _ path: FieldPath, _ context: PodRules.Context, _ report: inout ValidationReport
  ) {
    ProbeRules.lifecycle(container["lifecycle"], path["lifecycle"], context, &report)
    for name in lifeFields.dropFirst() {
      if let probe = container.set(name) { ProbeRules.check(probe, name, path[name], context, &report) }
    }
  }

  private static func refuse(_ container: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    for field in lifeFields where container.has(field) {
      report.forbidden(path[field], "may not be set for init containers without restartPolicy=Always")
    }
  }

  /// What debugging containers cannot have.
  private static func ephemeral(
    _ container: Value, _ path: FieldPath, _ context: PodRules.Context, _ report: inout ValidationReport
  ) {
    for field in ["ports"] + lifeFields + ["resizePolicy", "restartPolicy"] where container.has(field) {
      if container[field] != [] {
        report.forbidden(path[field], "cannot be set for an ephemeral container")
      }
    }
    if container["resources"] != [:], container.has("resources") {
      report.forbidden(path["resources"], "cannot be set for an ephemeral container")
    }
    let target = container.text("targetContainerName")
    let others = context.spec.list("containers") + context.spec.list("initContainers")
    if !target.isEmpty, !others.contains(where: { $0.text("name") == target }) {
      report.notFound(path["targetContainerName"], target)
    }
    for (index, mount) in container.list("volumeMounts").enumerated() {
      for field in ["subPath", "subPathExpr"] where !mount.text(field).isEmpty {
        report.forbidden(path["volumeMounts"][index][field], "cannot be set for an ephemeral container")
      }
    }
  }

  private static func ports(
    _ container: Value, _ path: FieldPath, _ context: PodRules.Context, isMain: Bool,
    _ report: inout ValidationReport
  ) {
    var names: Set<String> = []
    for (index, port) in container.list("ports").enumerated() {
      let here = path[index]
      let name = port.text("name")
      if !name.isEmpty {
        if !Names.isPortName(name) {
          report.portName(name, here["name"])
        } else if !names.insert(name).inserted {
          report.duplicate(here["name"], name)
        }
      }
      let number = port["containerPort"]?.int ?? 0
      if number == 0 {
        report.required(here["containerPort"])
      } else {
        report.portNumber(number, here["containerPort"])
      }
      let host = port["hostPort"]?.int ?? 0
      if host != 0 {
        report.portNumber(host, here["hostPort"])
      }
      if isMain, context.hostNetwork, host != number, host != 0 || context.isPod {
        report.invalid(here["hostPort"], "must match containerPort when hostNetwork is true", value: .int(host))
      }
      report.requiredOneOf(port.text("protocol"), ["SCTP", "TCP", "UDP"], here["protocol"])
    }
  }

  private static func portConflicts(
    _ container: Value, _ path: FieldPath, _ used: inout Set<String>, _ report: inout ValidationReport
  ) {
    for (index, port) in container.list("ports").enumerated() {
      guard let number = port["hostPort"]?.int, number != 0 else { continue }
      let key = "\(port.text("protocol"))/\(port.text("hostIP"))/\(number)"
      if !used.insert(key).inserted { report.duplicate(path["ports"][index]["hostPort"], key) }
    }
  }

  private static func resizePolicy(
    _ container: Value, _ path: FieldPath, _ context: PodRules.Context, _ report: inout ValidationReport
  ) {
    var seen: Set<String> = []
    for (index, policy) in container.list("resizePolicy").enumerated() {
      let name = policy.text("resourceName")
      report.requiredOneOf(name, ["cpu", "memory"], path)
      report.requiredOneOf(policy.text("restartPolicy"), ["NotRequired", "RestartContainer"], path)
      if context.spec["restartPolicy"] == "Never", policy["restartPolicy"] == "RestartContainer" {
        report.invalid(path, "must be NotRequired in a pod with restartPolicy Never", value: policy["restartPolicy"])
      }
      if !seen.insert(name).inserted { report.duplicate(path[index], name) }
    }
  }

  private static func restart(
    _ container: Value, _ path: FieldPath, _ role: Role, _ report: inout ValidationReport
  ) {
    if role == .ephemeral { return }
    let rules = container.list("restartPolicyRules")
    if let policy = container.set("restartPolicy")?.string {
      report.oneOf(policy, ["Always", "Never", "OnFailure"], path["restartPolicy"])
      if role == .initial, policy == "Always", !rules.isEmpty {
        report.forbidden(path["restartPolicyRules"], "cannot be set with restartPolicy Always of an init container")
      }
    } else if !rules.isEmpty {
      report.required(path["restartPolicy"], "must be given with restart rules")
    }
    if rules.count > 20 { report.tooMany(path["restartPolicyRules"], rules.count, 20) }
    for (index, rule) in rules.enumerated() {
      let here = path["restartPolicyRules"][index]
      report.oneOf(rule.text("action"), ["Restart", "RestartAllContainers"], here["action"])
      guard let codes = rule.set("exitCodes") else {
        report.required(here["exitCodes"])
        continue
      }
      report.oneOf(codes.text("operator"), ["In", "NotIn"], here["exitCodes"]["operator"])
      if codes.list("values").count > 255 {
        report.tooMany(here["exitCodes"]["values"], codes.list("values").count, 255)
      }
    }
  }
}
