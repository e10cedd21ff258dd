internal import KCData
internal import KCKube

/// The objects that a pod's containers and volumes take their content from, as fetched for it.
struct PodInputs: Sendable, Hashable {
  /// By name; what is missing does not exist.
  var configMaps: [String: Value] = [:]
  var secrets: [String: Value] = [:]
  /// The volumes that claims of the pod are bound to, by the claim's name.
  var volumes: [String: Value] = [:]
  /// The services of the pod's namespace, and the API's own.
  var services: [Value] = []

  /// What a pod refers to.
  struct References: Sendable, Hashable {
    var configMaps: Set<String> = []
    var secrets: Set<String> = []
    var claims: Set<String> = []

    var isEmpty: Bool { configMaps.isEmpty && secrets.isEmpty && claims.isEmpty }
  }

  /// The bytes of a key of a config map or secret.
  static func bytes(_ object: Value, _ key: String) -> [UInt8]? {
    if object.kind == "Secret" { return object.at("data", key)?.string.flatMap { Base64.decode($0) } }
    if let text = object.at("data", key)?.string { return Array(text.utf8) }
    return object.at("binaryData", key)?.string.flatMap { Base64.decode($0) }
  }

  /// The keys of a config map or secret, in order.
  static func keys(_ object: Value) -> [String] {
    Set((object["data"]?.object?.keys ?? []) + (object["binaryData"]?.object?.keys ?? [])).sorted()
  }
}

extension PodInputs.References {
  /// What the environment of a container refers to.
  init(environment container: Value) {
    for source in container["envFrom"]?.array ?? [] { add(source["configMapRef"], source["secretRef"]) }
    for variable in container["env"]?.array ?? [] {
      add(variable.at("valueFrom", "configMapKeyRef"), variable.at("valueFrom", "secretKeyRef"))
    }
  }

  /// What the volumes of a pod refer to.
  init(volumes spec: Value) {
    for volume in spec["volumes"]?.array ?? [] {
      if let secret = volume.at("secret", "secretName")?.string { secrets.insert(secret) }
      if let claim = volume.at("persistentVolumeClaim", "claimName")?.string { claims.insert(claim) }
      add(volume["configMap"], nil)
      for source in volume.at("projected", "sources")?.array ?? [] { add(source["configMap"], source["secret"]) }
    }
  }

  private mutating func add(_ configMap: Value?, _ secret: Value?) {
    if let name = configMap?["name"]?.string { configMaps.insert(name) }
    if let name = secret?["name"]?.string { secrets.insert(name) }
  }
}
