internal import KCData

/// What runs pods.
extension CrossChecks {
  mutating func checkPods(_ object: Object) {
    guard let pod = object.pod else { return }
    let containers = elements(pod, names.initContainers) + elements(pod, names.containers)
    let templates = elements(child(object.root, names.spec), names.volumeClaimTemplates)
    for claim in templates { checkSize(claim, title(object)) }
    let claims = templates.compactMap { claim in
      child(claim, names.metadata).flatMap { text($0, names.name) }
    }
    var volumes: [String: Node] = [:]
    for volume in elements(pod, names.volumes) {
      if let name = text(volume, names.name) { volumes[name] = volume }
      checkContent(volume, object)
      checkVolume(volume, object)
    }
    for container in elements(pod, names.initContainers) { checkInit(container, object) }
    var used: Set<String> = []
    var seen: [String: Int32] = [:]
    for container in containers {
      let name = text(container, names.name) ?? ""
      if let other = seen.updateValue(container.site, forKey: name) {
        report(
          "KC0404", "two containers of \(title(object)) are called `\(name)`", at: container.site,
          labels: [(other, "the other one")],
          help: "the names of all containers of a pod are different, those of `init` too")
      }
      checkMounts(container, name, object, volumes, claims, &used)
      checkContainer(container, name, object)
      checkStop(container, name, pod, object)
    }
    // A mount of a volume that is not there is likely meant for one that nothing mounts.
    let isMisnamed = used.contains { volumes[$0] == nil && !claims.contains($0) }
    for (name, volume) in volumes.sorted(by: { $0.key < $1.key }) where !isMisnamed && !used.contains(name) {
      report(
        "KC0403", "no container of \(title(object)) mounts the volume `\(name)`", at: volume.site, isWarning: true,
        help: "mount it: `mount \"/path\" = \(name)`, or remove it")
    }
    checkName(
      text(pod, names.serviceAccountName), "ServiceAccount", "service account", object,
      at: child(pod, names.serviceAccountName)?.site ?? pod.site)
    checkName(
      text(pod, names.priorityClassName), "PriorityClass", "priority class", object,
      at: child(pod, names.priorityClassName)?.site ?? pod.site, namespace: "", group: "scheduling.k8s.io")
    checkSelector(object)
    checkNodes(pod)
  }

  /// A workload's own selector against its pods' labels.
  private mutating func checkSelector(_ object: Object) {
    // What a custom resource makes of a template without containers, such as machines, is no pod.
    guard object.kind != "Pod", object.kind != "Job", let spec = child(object.root, names.spec),
      let pod = object.pod, !elements(pod, names.containers).isEmpty,
      let selector = child(spec, names.selector).flatMap({ child($0, names.matchLabels) })
    else { return }
    for (key, wanted) in fields(selector) {
      let label = object.podLabels.flatMap { child($0, key) }
      if let label, program.tree.equal(label.value, wanted.value) { continue }
      let name = program.text(Int32(key))
      report(
        "KC0483", "\(title(object)) selects pods by `\(name)`, and its own pods do not have that label so",
        at: wanted.site,
        labels: [(label?.site ?? object.podLabels?.site ?? object.root.site, "the pods' labels")],
        help: "the template's labels have all that the selector asks for")
      return
    }
  }

  private mutating func checkMounts(
    _ container: Node, _ name: String, _ object: Object, _ volumes: [String: Node], _ claims: [String],
    _ used: inout Set<String>
  ) {
    var paths: [String: Int32] = [:]
    for device in elements(container, names.volumeDevices) { used.insert(text(device, names.name) ?? "") }
    for mount in elements(container, names.volumeMounts) {
      let volume = text(mount, names.name) ?? ""
      used.insert(volume)
      let path = child(mount, names.mountPath)
      if volumes[volume] == nil, !claims.contains(volume) {
        let known = volumes.keys.sorted() + claims
        let guess = Program.nearest(to: volume, among: known)
        report(
          "KC0401", "the container `\(name)` mounts `\(volume)`, and \(title(object)) has no such volume",
          at: mount.site,
          notes: known.isEmpty ? [] : ["it has \(Program.enumerate(known))"],
          help: guess.map { "did you mean `\($0)`?" })
      }
      guard let path, let where_ = program.tree.text(of: path.value) else { continue }
      if let other = paths.updateValue(path.site, forKey: where_) {
        report(
          "KC0402", "the container `\(name)` mounts two volumes at `\(where_)`", at: path.site,
          labels: [(other, "the other one")], help: "one path holds one volume")
      }
    }
  }

  private mutating func checkVolume(_ volume: Node, _ object: Object) {
    if let config = child(volume, names.configMap) {
      checkItems(config, named: names.name, "ConfigMap", "config", object)
    } else if let secret = child(volume, names.secret) {
      checkItems(secret, named: names.secretName, "Secret", "secret", object)
    } else if let claim = child(volume, names.persistentVolumeClaim) {
      checkName(
        text(claim, names.claimName), "PersistentVolumeClaim", "claim", object,
        at: child(claim, names.claimName)?.site ?? claim.site)
    } else if let projected = child(volume, names.projected) {
      for source in elements(projected, names.sources) {
        if let config = child(source, names.configMap) {
          checkItems(config, named: names.name, "ConfigMap", "config", object)
        } else if let secret = child(source, names.secret) {
          checkItems(secret, named: names.name, "Secret", "secret", object)
        }
      }
    }
  }

  private mutating func checkItems(
    _ source: Node, named key: UInt32, _ kind: String, _ word: String, _ object: Object
  ) {
    let name = text(source, key)
    checkName(name, kind, word, object, at: child(source, key)?.site ?? source.site)
    for item in elements(source, names.items) {
      checkKey(
        text(item, names.key), of: name, kind, word, object, at: child(item, names.key)?.site ?? item.site, source)
    }
  }

  /// A key of a config or secret that the program declares.
  mutating func checkKey(
    _ key: String?, of name: String?, _ kind: String, _ word: String, _ object: Object, at site: Int32,
    _ reference: Node
  ) {
    guard let key, let name, let owner = self.object(kind, object.namespace, name),
      child(reference, names.optional).map({ !$0.value.isTrue }) ?? true
    else { return }
    let parts = [names.data, names.stringData, names.binaryData].compactMap { child(owner.root, $0) }
    if let wanted = program.tree.keys.find(key),
      parts.contains(where: { program.tree.field(wanted, of: $0.value).map { !$0.value.isNone } ?? false })
    {
      return
    }
    let known = parts.flatMap { fields($0) }.map { program.text(Int32($0.key)) }
    let guess = Program.nearest(to: key, among: known)
    report(
      "KC0411", "\(title(object)) reads the key `\(key)` of \(title(owner)), which has no such key", at: site,
      labels: [(owner.root.site, "declared here")],
      notes: known.isEmpty ? ["it has no keys"] : ["its keys: \(Program.enumerate(known))"],
      help: guess.map { "did you mean `\($0)`?" })
  }

  /// A container that takes longer to stop than it is given.
  private mutating func checkStop(_ container: Node, _ name: String, _ pod: Node, _ object: Object) {
    guard let hook = child(container, names.lifecycle).flatMap({ child($0, names.preStop) }) else { return }
    let given = int(pod, names.terminationGracePeriodSeconds) ?? 30
    var wait = child(hook, names.sleep).flatMap { int($0, names.seconds) }
    // The API server refuses that; of a command it knows nothing.
    let isRefused = wait.map { $0 > given } ?? false
    if let exec = child(hook, names.exec), let command = child(exec, names.command), command.value.tag == .list {
      let words = program.tree.items(of: command.value).compactMap { program.tree.text(of: $0) }
        .flatMap { $0.split(separator: " ").map(String.init) }
      if let place = words.lastIndex(of: "sleep"), place + 1 < words.count { wait = Int64(words[place + 1]) }
    }
    guard let wait, wait >= given else { return }
    report(
      "KC0407", "`\(name)` waits \(wait) s before it stops, and is killed after \(given) s", at: hook.site,
      isWarning: !isRefused,
      labels: [(child(pod, names.terminationGracePeriodSeconds)?.site ?? object.root.site, "the time it is given")],
      help: "give it longer: `grace = \(wait + 30)s`")
  }
}
