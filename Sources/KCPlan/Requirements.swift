public import KCData
internal import KCKube

/// What has to be there for the pods of an object to run, and is told when neither the program nor the target has it.
public enum Requirements {
  /// The objects that the pods of a workload cannot do without: service accounts, priority classes, and the configs and
  /// secrets that they do not call optional; and the classes and volumes that claims name.
  public static func of(_ object: Value) -> Set<ObjectKey> {
    let namespace = object.namespace ?? ""
    var found: Set<ObjectKey> = []
    func need(_ kind: String, _ name: Value?, unless optional: Value? = nil) {
      guard let name = name?.string, !name.isEmpty, optional != true else { return }
      found.insert(ObjectKey(apiVersion: "v1", kind: kind, namespace: namespace, name: name))
    }
    for claim in claims(of: object) {
      if let name = claim.storageClassName, !name.isEmpty {
        found.insert(ObjectKey(apiVersion: "storage.k8s.io/v1", kind: "StorageClass", namespace: "", name: name))
      }
      if let name = claim.at("spec", "volumeName")?.string, !name.isEmpty {
        found.insert(ObjectKey(apiVersion: "v1", kind: "PersistentVolume", namespace: "", name: name))
      }
    }
    guard let spec = podSpec(of: object) else { return found }
    if spec["serviceAccountName"] != "default" { need("ServiceAccount", spec["serviceAccountName"]) }
    if let name = spec["priorityClassName"]?.string, !name.isEmpty, !name.hasPrefix("system-") {
      found.insert(ObjectKey(apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", namespace: "", name: name))
    }
    for volume in spec["volumes"]?.array ?? [] {
      need("ConfigMap", volume.at("configMap", "name"), unless: volume.at("configMap", "optional"))
      need("Secret", volume.at("secret", "secretName"), unless: volume.at("secret", "optional"))
      for source in volume.at("projected", "sources")?.array ?? [] {
        need("ConfigMap", source.at("configMap", "name"), unless: source.at("configMap", "optional"))
        need("Secret", source.at("secret", "name"), unless: source.at("secret", "optional"))
      }
    }
    for container in (spec["containers"]?.array ?? []) + (spec["initContainers"]?.array ?? []) {
      for source in container["envFrom"]?.array ?? [] {
        need("ConfigMap", source.at("configMapRef", "name"), unless: source.at("configMapRef", "optional"))
        need("Secret", source.at("secretRef", "name"), unless: source.at("secretRef", "optional"))
      }
      for variable in container["env"]?.array ?? [] {
        for (field, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
          let reference = variable.at("valueFrom", field)
          need(kind, reference?["name"], unless: reference?["optional"])
        }
      }
    }
    return found
  }

  private static func podSpec(of object: Value) -> Value? {
    switch object.kind {
    case "Pod": object["spec"]
    case "CronJob": object.at("spec", "jobTemplate", "spec", "template", "spec")
    default: object.at("spec", "template", "spec")
    }
  }

  private static func claims(of object: Value) -> [Value] {
    object.kind == "PersistentVolumeClaim" ? [object] : object.at("spec", "volumeClaimTemplates")?.array ?? []
  }
}

extension Planner {
  /// What a step's pods would wait for, in words: `there is no secret db in shop`.
  ///
  /// - Parameter volumes: those that the plan makes.
  static func lacks(_ step: Step, _ live: LiveState, volumes: [Value]) -> [Risk] {
    guard step.action != .keep, let object = step.object, !live.lacking.isEmpty else { return [] }
    let classes = Set(
      (live.cluster.others.filter { $0.kind == "PersistentVolume" } + volumes).compactMap(
        \.storageClassName))
    return Requirements.of(object).intersection(live.lacking).sorted().compactMap { key in
      // Volumes that somebody has made may be of a class that there is no object of.
      if key.kind == "StorageClass", classes.contains(key.name) { return nil }
      let place = key.namespace.isEmpty ? "on the target" : "in \(key.namespace)"
      return Risk(.stuck, "there is no \(names[key.kind] ?? key.kind) \(key.name) \(place)")
    }
  }

  private static let names = [
    "ServiceAccount": "service account", "PriorityClass": "priority class", "StorageClass": "storage class",
    "ConfigMap": "config", "Secret": "secret", "PersistentVolume": "volume",
  ]
}
