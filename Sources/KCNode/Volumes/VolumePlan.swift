internal import KCData
internal import KCKube

/// What a volume of a pod is made of on this node.
enum VolumePlan: Sendable, Hashable {
  /// A folder that lives as long as the pod, in memory or on disk.
  case emptyDir(inMemory: Bool, bytes: Int64?)
  /// Files written by the agent; in memory where they are secret.
  case files([VolumeFile], inMemory: Bool)
  /// A path of the machine.
  case hostPath(String, type: String)

  /// Whether containers may only read it.
  var isReadOnly: Bool { if case .files = self { true } else { false } }
}

/// A file that the agent writes into a volume.
struct VolumeFile: Sendable, Hashable {
  /// Relative to the volume.
  var path: String
  var bytes: [UInt8]
  var mode: UInt32
}

/// Plans the volumes of a pod from its declaration and the objects it refers to. Pure.
struct VolumePlanner {
  let pod: PodSpec
  let inputs: PodInputs
  let facts: PodFacts

  /// - Throws: for a kind of volume that the node does not have, and for content that is missing.
  func plan(_ volume: Value) throws(ConfigurationError) -> VolumePlan {
    let kind = volume.object?.keys.first { $0 != "name" } ?? "emptyDir"
    let source = volume[kind] ?? [:]
    switch kind {
    case "emptyDir":
      return .emptyDir(
        inMemory: source["medium"]?.string == "Memory",
        bytes: QualityOfService.amount(source["sizeLimit"]).flatMap { $0.isZero ? nil : $0.value })
    case "hostPath":
      return .hostPath(source["path"]?.string ?? "", type: source["type"]?.string ?? "")
    case "persistentVolumeClaim":
      return try claimed(source["claimName"]?.string ?? "")
    case "configMap", "secret", "downwardAPI":
      let mode = Self.mode(source["defaultMode"]) ?? 0o644
      return .files(try files(kind, source, mode: mode), inMemory: kind == "secret")
    case "projected":
      let mode = Self.mode(source["defaultMode"]) ?? 0o644
      let all = source["sources"]?.array ?? []
      var byPath: [String: VolumeFile] = [:]
      for item in all {
        let kind = item.object?.keys.first ?? ""
        for file in try files(kind, item[kind] ?? [:], mode: mode) { byPath[file.path] = file }
      }
      return .files(
        byPath.values.sorted { $0.path < $1.path }, inMemory: all.contains { $0["secret"] != nil })
    default:
      throw ConfigurationError("volumes of the kind \(kind) are not supported by this node")
    }
  }

  /// The volume that a claim is bound to, where it is a folder of this machine.
  private func claimed(_ claim: String) throws(ConfigurationError) -> VolumePlan {
    guard let volume = inputs.volumes[claim] else {
      throw ConfigurationError("persistentvolumeclaim \"\(claim)\" is not bound to a volume")
    }
    if let path = volume.at("spec", "hostPath", "path")?.string {
      return .hostPath(path, type: volume.at("spec", "hostPath", "type")?.string ?? "")
    }
    if let path = volume.at("spec", "local", "path")?.string { return .hostPath(path, type: "Directory") }
    throw ConfigurationError("the volume \(volume.name ?? "") is of a kind that is not supported by this node")
  }

  private func files(_ kind: String, _ source: Value, mode: UInt32) throws(ConfigurationError) -> [VolumeFile] {
    switch kind {
    case "configMap":
      return try keys(source, source["name"]?.string ?? "", "configmap", inputs.configMaps, mode)
    case "secret":
      let name = source["secretName"]?.string ?? source["name"]?.string ?? ""
      return try keys(source, name, "secret", inputs.secrets, mode)
    case "downwardAPI":
      return try downward(source, mode)
    default:
      throw ConfigurationError("projected volumes of the kind \(kind) are not supported by this node")
    }
  }

  private func keys(
    _ source: Value, _ name: String, _ noun: String, _ objects: [String: Value], _ mode: UInt32
  ) throws(ConfigurationError) -> [VolumeFile] {
    let isOptional = source["optional"]?.bool == true
    guard let object = objects[name] else {
      if isOptional { return [] }
      throw ConfigurationError("\(noun) \"\(name)\" not found")
    }
    guard let items = source["items"]?.array, !items.isEmpty else {
      var all: [VolumeFile] = []
      for key in PodInputs.keys(object) {
        guard let bytes = PodInputs.bytes(object, key) else { continue }
        all.append(VolumeFile(path: try Self.checked(key), bytes: bytes, mode: mode))
      }
      return all
    }
    var out: [VolumeFile] = []
    for item in items {
      let key = item["key"]?.string ?? ""
      guard let bytes = PodInputs.bytes(object, key) else {
        if isOptional { continue }
        throw ConfigurationError("references non-existent \(noun) key: \(key)")
      }
      out.append(
        VolumeFile(
          path: try Self.checked(item["path"]?.string ?? key), bytes: bytes, mode: Self.mode(item["mode"]) ?? mode))
    }
    return out
  }

  private func downward(_ source: Value, _ mode: UInt32) throws(ConfigurationError) -> [VolumeFile] {
    let references = FieldReference(pod: pod, facts: facts)
    var out: [VolumeFile] = []
    for item in source["items"]?.array ?? [] {
      let text: String
      if let field = item["fieldRef"] {
        text = try references.field(field["fieldPath"]?.string ?? "")
      } else {
        text = try references.resource(item["resourceFieldRef"] ?? [:], container: nil)
      }
      out.append(
        VolumeFile(
          path: try Self.checked(item["path"]?.string ?? ""), bytes: Array(text.utf8),
          mode: Self.mode(item["mode"]) ?? mode))
    }
    return out
  }

  private static func mode(_ value: Value?) -> UInt32? { value?.int.map { UInt32(clamping: $0) & 0o777 } }

  /// A path that stays within its volume.
  static func checked(_ path: String) throws(ConfigurationError) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    if path.isEmpty || path.hasPrefix("/") || parts.contains("..") || path.hasPrefix("..") {
      throw ConfigurationError("the path \"\(path)\" leads out of its volume")
    }
    return path
  }
}

extension VolumePlanner {
  /// Whether a pod has volumes whose content may change while it runs.
  static func followsObjects(_ pod: PodSpec) -> Bool {
    (pod.spec["volumes"]?.array ?? []).contains { volume in
      ["configMap", "secret", "downwardAPI", "projected"].contains { volume[$0] != nil }
    }
  }
}
