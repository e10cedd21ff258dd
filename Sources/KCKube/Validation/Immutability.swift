public import KCData

/// Fields that cannot be changed once an object is there: changing one means replacing the object.
public enum Immutability {
  /// The fields that differ and must not.
  public static func changed(old: Value, new: Value, type: ResourceType) -> [FieldPath] {
    var paths: [FieldPath] = []
    for path in fixed(type, old) where !path.isEmpty {
      let before = old.at(path)
      let after = new.at(path)
      // What the server chose itself stays when it is left out.
      if before != nil, after == nil, type.kind == "Service" || type.kind == "PersistentVolumeClaim" { continue }
      if before != after { paths.append(FieldPath(path.map { .field($0) })) }
    }
    return paths
  }

  private static func fixed(_ type: ResourceType, _ old: Value) -> [[String]] {
    switch (type.group, type.kind) {
    case ("apps", "Deployment"), ("apps", "ReplicaSet"), ("apps", "DaemonSet"): [["spec", "selector"]]
    case ("apps", "StatefulSet"):
      [["spec", "selector"], ["spec", "serviceName"], ["spec", "podManagementPolicy"], ["spec", "volumeClaimTemplates"]]
    case ("batch", "Job"):
      [["spec", "selector"], ["spec", "template"], ["spec", "completions"], ["spec", "completionMode"]]
    case ("", "Service"):
      // An address can be given up by becoming an ExternalName, and only then.
      old.at("spec", "type") == "ExternalName" ? [] : [["spec", "clusterIP"]]
    case ("", "ConfigMap"): old["immutable"] == true ? [["data"], ["binaryData"], ["immutable"]] : []
    case ("", "Secret"): [["type"]] + (old["immutable"] == true ? [["data"], ["immutable"]] : [])
    case ("", "PersistentVolumeClaim"):
      [["spec", "storageClassName"], ["spec", "accessModes"], ["spec", "volumeName"], ["spec", "volumeMode"], ["spec", "selector"]]
    case ("storage.k8s.io", "StorageClass"):
      [["provisioner"], ["parameters"], ["reclaimPolicy"], ["volumeBindingMode"]]
    case ("rbac.authorization.k8s.io", "RoleBinding"), ("rbac.authorization.k8s.io", "ClusterRoleBinding"):
      [["roleRef"]]
    case ("scheduling.k8s.io", "PriorityClass"): [["value"], ["preemptionPolicy"]]
    default: []
    }
  }
}
