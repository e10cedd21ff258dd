public import KCData
internal import KCKube

/// Volumes that are folders of this machine.
public struct LocalVolume: Sendable {
  static let madeBy = "pv.kubernetes.io/provisioned-by"
  /// The class of claims that name none.
  public static let className = "local"

  let folder: String

  /// The storage class that the engine brings: the default one, unless another is.
  public static var storageClass: Value {
    [
      "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
      "metadata": [
        "name": .string(className), "annotations": ["storageclass.kubernetes.io/is-default-class": "true"],
      ], "provisioner": .string(VolumeBinder.provisioner), "reclaimPolicy": "Delete", "volumeBindingMode": "Immediate",
    ]
  }

  /// The volume for a claim: always the same for the same claim.
  func volume(for claim: Value, of storageClass: Value) -> Value {
    let name = "pvc-\(claim.uid ?? "")"
    var reference: Value = ["apiVersion": "v1", "kind": "PersistentVolumeClaim"]
    reference["namespace"] = claim.namespace.map { .string($0) }
    reference["name"] = claim.name.map { .string($0) }
    reference["uid"] = claim.uid.map { .string($0) }
    var spec: Value = ["claimRef": reference]
    spec["capacity"] = ["storage": claim.at("spec", "resources", "requests", "storage") ?? "1Gi"]
    spec["accessModes"] = claim.at("spec", "accessModes") ?? ["ReadWriteOnce"]
    spec["persistentVolumeReclaimPolicy"] = storageClass["reclaimPolicy"] ?? "Delete"
    spec["storageClassName"] = storageClass.name.map { .string($0) }
    spec["hostPath"] = ["path": .string("\(folder)/\(name)"), "type": "DirectoryOrCreate"]
    return [
      "apiVersion": "v1", "kind": "PersistentVolume",
      "metadata": [
        "name": .string(name), "annotations": [Self.madeBy: .string(VolumeBinder.provisioner)],
      ], "spec": spec,
    ]
  }
}
