internal import KCData
internal import KCKube

/// Containers.
extension Lifter {
  /// Writes a container; false where its block could not be named.
  mutating func addContainer(_ kind: String, _ container: Value, _ path: FieldPath, _ volumes: Set<String>) -> Bool {
    var part = Remainder(container, path)
    guard let name = part.text("name"), part.peek("image")?.string?.isEmpty == false else { return false }
    var body: [SourceLine] = []
    let image = part.text("image") ?? ""
    body.append(.text("image = \(names.images[image] ?? SourceText.quoted(image))", path.field("image")))
    for (name, key) in [("command", "command"), ("args", "args")] {
      part.dropEmpty(key)
      guard let words = part.texts(key) else { continue }
      body.append(.value(name, .array(words.map { .string($0) }), path.field(key)))
    }
    if let folder = part.text("workingDir") {
      body.append(.text("workdir = \(literal(folder))", path.field("workingDir")))
    }
    part.drop(.string(ImageReference.pullPolicy(image)), "imagePullPolicy")
    if let pull = part.text("imagePullPolicy") {
      body.append(.text("pull = \(SourceText.quoted(pull))", path.field("imagePullPolicy")))
    }
    part.drop("/dev/termination-log", "terminationMessagePath")
    part.drop("File", "terminationMessagePolicy")
    let ports = addPorts(&part, to: &body)
    addEnvironment(&part, to: &body)
    addResources(&part, to: &body)
    addMounts(&part, volumes, to: &body)
    for (field, key) in [("ready", "readinessProbe"), ("live", "livenessProbe"), ("start", "startupProbe")] {
      guard let given = part.peek(key) else { continue }
      var probe = Remainder(given, path.field(key))
      // The library's probes have no such time: it alone stands in `raw`.
      let grace = probe.take("terminationGracePeriodSeconds")
      guard let line = probeLine(field, probe, ports, container: name) else { continue }
      part.replace(grace.map { ["terminationGracePeriodSeconds": $0] }, at: key)
      body.append(line)
    }
    addHooks(&part, ports, container: name, to: &body)
    for (field, key) in [("lastWords", "terminationMessagePolicy"), ("lastWordsFile", "terminationMessagePath")] {
      if let text = part.text(key) { body.append(.text("\(field) = \(literal(text))", path.field(key))) }
    }
    addSecurity(&part, to: &body)
    addRaw(part, "Container", to: &body)
    lines.append(.gap)
    lines.append(.block("\(kind) \(SourceText.blockName(name))", body, path))
    return true
  }

  // MARK: Environment

  private func addEnvironment(_ part: inout Remainder, to body: inout [SourceLine]) {
    part.dropEmpty("env")
    part.dropEmpty("envFrom")
    if let variables = part.peek("env")?.array {
      var names: Set<String> = []
      let written = variables.enumerated().compactMap { place, variable -> SourceLine? in
        let path = part.path("env").index(place)
        guard let name = variable["name"]?.string, Self.isVariable(name), names.insert(name).inserted else {
          return nil
        }
        return environmentLine(name, Remainder(variable, path))
      }
      if written.count == variables.count {
        part.take("env")
        body += written
      }
    }
    guard let sources = part.peek("envFrom")?.array else { return }
    let texts = sources.compactMap(environmentSource)
    guard texts.count == sources.count else { return }
    part.take("envFrom")
    body.append(.list("envFrom", texts, part.path("envFrom")))
  }

  /// Whether the library takes a variable's name; the API takes others, which only containers can read.
  private static func isVariable(_ name: String) -> Bool {
    let marks = "-._".utf8
    let isName = name.utf8.allSatisfy { (97...122).contains($0 | 32) || (48...57).contains($0) || marks.contains($0) }
    return isName && name.utf8.first.map { !(48...57).contains($0) } ?? false
  }

  private func environmentLine(_ name: String, _ variable: Remainder) -> SourceLine? {
    var variable = variable
    _ = variable.take("name")
    let head = "env \(SourceText.blockName(name))"
    guard let source = variable.peek("valueFrom") else {
      let text = variable.text("value") ?? ""
      guard variable.isEmpty else { return nil }
      if names.texts[text] == nil, let plain = SourceText.plainVariable(text) {
        return .text("\(head) = \(plain)", variable.path)
      }
      return .value(head, .string(text), variable.path)
    }
    variable.drop("", "value")
    guard variable.fields.count == 1, source.object?.count == 1, let text = environmentValue(source) else { return nil }
    return .text("\(head) = \(text)", variable.path)
  }

  /// A field of the pod, or a key of a config or secret.
  func environmentValue(_ source: Value) -> String? {
    if let field = source["fieldRef"] {
      guard let path = field["fieldPath"]?.string,
        field.object?.count == 1 || (field.object?.count == 2 && field["apiVersion"] == "v1")
      else { return nil }
      return "pod.field(\(SourceText.quoted(path)))"
    }
    if let resource = source["resourceFieldRef"]?.object {
      guard let name = resource["resource"]?.string else { return nil }
      var text = "pod.resource(\(SourceText.quoted(name))"
      if let container = resource["containerName"]?.string { text += ", container: \(SourceText.quoted(container))" }
      if let divisor = resource["divisor"], divisor != "0", divisor != 0 {
        guard let amount = SourceText.amount(divisor) else { return nil }
        text += ", divisor: \(amount)"
      }
      return text + ")"
    }
    for (field, kind, module) in [("configMapKeyRef", "ConfigMap", "config"), ("secretKeyRef", "Secret", "secret")] {
      guard let reference = source[field]?.object, let name = reference["name"]?.string,
        let key = reference["key"]?.string, reference.keys.allSatisfy({ ["name", "key", "optional"].contains($0) })
      else { continue }
      if reference["optional"] == nil, let known = find(kind, name),
        let object = index.entries[known.place]?.object,
        object.at("data", key) != nil || object.at("stringData", key) != nil
      {
        return SourceText.isName(key) ? "\(known.text).data.\(key)" : "\(known.text).data[\(SourceText.quoted(key))]"
      }
      let optional = reference["optional"]?.bool.map { ", optional: \($0)" } ?? ""
      return "external.\(module)(\(literal(name)), \(SourceText.quoted(key))\(optional))"
    }
    return nil
  }

  private func environmentSource(_ source: Value) -> String? {
    if let prefix = source["prefix"]?.string {
      var plain = source
      plain["prefix"] = nil
      if prefix.isEmpty { return environmentSource(plain) }
      return environmentSource(plain).map { "EnvGroup(from: \($0), prefix: \(SourceText.quoted(prefix)))" }
    }
    for (field, kind, module) in [("configMapRef", "ConfigMap", "config"), ("secretRef", "Secret", "secret")] {
      guard source.object?.count == 1, let reference = source[field]?.object, let name = reference["name"]?.string,
        reference.keys.allSatisfy({ ["name", "optional"].contains($0) })
      else { continue }
      if reference["optional"] == nil, let known = find(kind, name) { return known.text }
      let optional = reference["optional"]?.bool.map { ", optional: \($0)" } ?? ""
      return "external.\(module)(\(literal(name))\(optional))"
    }
    return nil
  }

  // MARK: Resources

  private func addResources(_ part: inout Remainder, to body: inout [SourceLine]) {
    part.dropEmpty("resources")
    for (name, key) in [("cpu", "cpu"), ("memory", "memory"), ("disk", "ephemeral-storage")] {
      let low = part.peek("resources", "requests", key)
      let high = part.peek("resources", "limits", key)
      let texts = (low.flatMap(SourceText.amount), high.flatMap(SourceText.amount))
      guard (low == nil) == (texts.0 == nil), (high == nil) == (texts.1 == nil) else { continue }
      if let low = texts.0.flatMap({ Quantity($0) }), let high = texts.1.flatMap({ Quantity($0) }), high < low {
        continue
      }
      let range: String
      switch texts {
      case (nil, nil): continue
      case (let low?, nil): range = "\(low)..."
      case (nil, let high?): range = "...\(high)"
      case (let low?, let high?): range = low == high ? low : "\(low)...\(high)"
      }
      part.take("resources", "requests", key)
      part.take("resources", "limits", key)
      let path = part.path("resources")
      body.append(
        SourceLine(
          .text("\(name) = \(range)"),
          [path.field("limits").field(key), path.field("requests").field(key)]))
    }
    addDevices(&part, to: &body)
  }

  /// `devices = { "nvidia.com/gpu": 1 }`
  private func addDevices(_ part: inout Remainder, to body: inout [SourceLine]) {
    for (name, field) in [("devices", "limits"), ("deviceRequests", "requests")] {
      guard let amounts = part.peek("resources", field)?.object, !amounts.isEmpty else { continue }
      let pairs = amounts.compactMap { key, value in SourceText.amount(value).map { (key: key, text: $0) } }
      let own: Set<String> = ["cpu", "memory", "ephemeral-storage"]
      guard pairs.count == amounts.count, own.isDisjoint(with: amounts.keys) else { continue }
      let path = part.path("resources", field)
      for key in amounts.keys { part.take("resources", field, key) }
      body.append(.text("\(name) = \(SourceText.record(pairs))", path))
    }
  }

  // MARK: Mounts

  private mutating func addMounts(_ part: inout Remainder, _ volumes: Set<String>, to body: inout [SourceLine]) {
    part.dropEmpty("volumeMounts")
    guard let mounts = part.peek("volumeMounts")?.array else { return }
    var written: [SourceLine] = []
    var taken: Set<String> = []
    let outer = rawLeaves
    for (number, mount) in mounts.enumerated() {
      var mount = Remainder(mount, part.path("volumeMounts").index(number))
      guard let name = mount.text("name"), volumes.contains(name), let target = mount.text("mountPath"),
        target.first == "/", !target.contains(":"), taken.insert(target).inserted, SourceText.isBare(name)
      else {
        rawLeaves = outer
        return
      }
      let volume = index.isHidden(name, from: place) ? "workload.\(name)" : name
      var details: [SourceLine] = []
      mount.drop(false, "readOnly")
      if mount.bool("readOnly") == true { details.append(.text("readOnly = true")) }
      if let path = mount.text("subPath") { details.append(.text("path = \(literal(path))")) }
      if let shared = mount.text("mountPropagation") {
        details.append(.text("propagation = \(SourceText.quoted(shared))"))
      }
      addRaw(mount, "VolumeMount", to: &details)
      let head = "mount \(SourceText.quoted(target))"
      if details.isEmpty {
        written.append(.text("\(head) = \(volume)", mount.path))
      } else {
        written.append(.block(head, [.text("volume = \(volume)")] + details, mount.path))
      }
    }
    part.take("volumeMounts")
    body += written
  }

  // MARK: Security

  private func addSecurity(_ part: inout Remainder, to body: inout [SourceLine]) {
    let path = part.path("securityContext")
    var parts: [SourceLine] = []
    for (name, key) in [("user", "runAsUser"), ("group", "runAsGroup")] {
      if let number = part.int("securityContext", key) {
        parts.append(.text("\(name) = \(number)", path.field(key)))
      }
    }
    for (name, key) in [
      ("nonRoot", "runAsNonRoot"), ("readOnlyRoot", "readOnlyRootFilesystem"), ("privileged", "privileged"),
      ("escalation", "allowPrivilegeEscalation"),
    ] {
      if let truth = part.bool("securityContext", key) { parts.append(.text("\(name) = \(truth)", path.field(key))) }
    }
    for key in ["drop", "add"] {
      guard let names = part.peek("securityContext", "capabilities", key)?.array, !names.isEmpty,
        let texts = part.texts("securityContext", "capabilities", key)
      else { continue }
      parts.append(.text("\(key) = \(list(texts))", path.field("capabilities").field(key)))
    }
    if let seccomp = Self.seccomp(&part) { parts.append(.text(seccomp, path.field("seccompProfile"))) }
    if let label = Self.seLinux(&part) { parts.append(label) }
    if let mount = part.text("securityContext", "procMount") {
      parts.append(.text("procMount = \(SourceText.quoted(mount))", path.field("procMount")))
    }
    if !parts.isEmpty { body.append(.block("security", parts, path)) }
  }
}
