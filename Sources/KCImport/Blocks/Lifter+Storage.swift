internal import KCData

/// Claims, and what they take.
extension Lifter {
  mutating func liftStorage() -> Bool {
    addMetadata()
    switch own.head.kind {
    case "claim": return liftClaim()
    case "persistentvolume": return liftVolume()
    default: return liftStorageClass()
    }
  }

  private mutating func liftClaim() -> Bool {
    guard let size = rest.peek("spec", "resources", "requests", "storage").flatMap(SourceText.amount) else {
      return false
    }
    rest.take("spec", "resources", "requests", "storage")
    add("size = \(size)", "spec", "resources", "requests", "storage")
    guard addClassAndModes() else { return false }
    if let volume = rest.text("spec", "volumeName") {
      let known = find("PersistentVolume", volume, namespace: .some(nil))?.text
      add("volume = \(known ?? literal(volume))", "spec", "volumeName")
    }
    if rest.peek("spec", "selector")?.object?.count == 1, rest.peek("spec", "selector", "matchLabels") != [:] {
      add("match", map: "spec", "selector", "matchLabels")
    }
    add("mode", text: "spec", "volumeMode")
    addDataSource()
    return true
  }

  /// `clone = data`, `snapshot = "before-the-upgrade"`
  private mutating func addDataSource() {
    let path = ["spec", "dataSource"]
    guard let source = rest.value.at(path), let name = source["name"]?.string else { return }
    if source == ["kind": "PersistentVolumeClaim", "name": .string(name)] {
      add("clone = \(find("PersistentVolumeClaim", name)?.text ?? literal(name))", "spec", "dataSource")
    } else if source
      == ["apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": .string(name)]
    {
      add("snapshot = \(literal(name))", "spec", "dataSource")
    } else {
      return
    }
    rest.take("spec", "dataSource")
  }

  private mutating func addClassAndModes() -> Bool {
    add("class", text: "spec", "storageClassName")
    guard let modes = rest.texts("spec", "accessModes") else { return false }
    if modes != ["ReadWriteOnce"] { add("modes = \(list(modes))", "spec", "accessModes") }
    rest.drop("Filesystem", "spec", "volumeMode")
    return true
  }

  private mutating func liftVolume() -> Bool {
    guard rest.peek("spec", "capacity")?.object?.count == 1,
      let size = rest.take("spec", "capacity", "storage").flatMap(SourceText.amount)
    else { return false }
    add("size = \(size)", "spec", "capacity", "storage")
    guard addClassAndModes() else { return false }
    rest.drop("Retain", "spec", "persistentVolumeReclaimPolicy")
    add("reclaim", text: "spec", "persistentVolumeReclaimPolicy")
    add("mode", text: "spec", "volumeMode")
    addMountOptions("spec", "mountOptions")
    if rest.peek("spec", "hostPath", "path") != nil {
      add("host", text: "spec", "hostPath", "path")
      rest.drop("", "spec", "hostPath", "type")
      add("hostType", text: "spec", "hostPath", "type")
    }
    if rest.peek("spec", "local")?.object?.count == 1 { add("local", text: "spec", "local", "path") }
    addPart("nfs", required: ["server", "path"], [("server", "server"), ("path", "path")])
    addPart(
      "csi", required: ["driver", "volumeHandle"],
      [("driver", "driver"), ("handle", "volumeHandle"), ("fileSystem", "fsType")],
      map: ("attributes", "volumeAttributes"))
    addNodes()
    return true
  }

  /// `nfs { server = "files", path = "/" }`, where the block has all of its fields.
  private mutating func addPart(
    _ key: String, required: [String], _ texts: [(name: String, key: String)], map: (name: String, key: String)? = nil
  ) {
    guard let given = rest.peek("spec", key), given.object != nil,
      required.allSatisfy({ given[$0]?.string?.isEmpty == false })
    else { return }
    let path = rest.path("spec", key)
    var part = Remainder(given, path)
    var body: [SourceLine] = []
    for (name, key) in texts {
      if let text = part.text(key) { body.append(.value(name, .string(text), path.field(key))) }
    }
    if let truth = part.bool("readOnly") { body.append(.text("readOnly = \(truth)", path.field("readOnly"))) }
    if let map, let fields = part.map(map.key), !fields.isEmpty {
      body.append(.value(map.name, .object(fields), path.field(map.key)))
    }
    guard part.isEmpty else { return }
    rest.take("spec", key)
    lines.append(.block(key, body, path))
  }

  /// `nodes { "kubernetes.io/hostname" = ["node-1"] }`
  private mutating func addNodes() {
    let path = rest.path("spec", "nodeAffinity")
    guard let affinity = rest.peek("spec", "nodeAffinity"), affinity.object?.count == 1,
      let terms = affinity.at("required", "nodeSelectorTerms")?.array, terms.count == 1, terms[0].object?.count == 1,
      let expressions = terms[0]["matchExpressions"]?.array, !expressions.isEmpty
    else { return }
    var taken: Set<String> = []
    var body: [SourceLine] = []
    for expression in expressions {
      guard expression.object?.count == 3, expression["operator"] == "In", let key = expression["key"]?.string,
        taken.insert(key).inserted, let values = expression["values"]?.array, !values.isEmpty,
        values.allSatisfy({ $0.string != nil })
      else { return }
      body.append(.value(SourceText.fieldName(key), .array(values), path))
    }
    rest.take("spec", "nodeAffinity")
    lines.append(.block("nodes", body, path))
  }

  private mutating func addMountOptions(_ keys: String...) {
    let path = rest.path(keys)
    guard let options = rest.value.at(keys)?.array, !options.isEmpty, options.allSatisfy({ $0.string != nil }) else {
      return
    }
    rest.remove(keys)
    lines.append(.list("mountOptions", options.compactMap { $0.string.map(literal) }, path))
  }

  private mutating func liftStorageClass() -> Bool {
    guard rest.peek("provisioner")?.string?.isEmpty == false else { return false }
    add("provisioner", text: "provisioner")
    rest.drop("Delete", "reclaimPolicy")
    add("reclaim", text: "reclaimPolicy")
    rest.drop("Immediate", "volumeBindingMode")
    add("binding", text: "volumeBindingMode")
    add("expand", bool: "allowVolumeExpansion")
    addMountOptions("mountOptions")
    if let parameters = rest.map("parameters"), !parameters.isEmpty {
      lines.append(SourceLine(.body("parameters", parameters, nil), [rest.path("parameters")]))
    }
    return true
  }
}
