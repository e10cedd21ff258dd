internal import KCData
internal import KCKube

enum StorageTables {
  private static func modes(_ modes: Value?) -> Value {
    let short = [
      "ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP",
    ]
    return .string((modes?.array ?? []).compactMap { $0.string.flatMap { short[$0] } }.joined(separator: ","))
  }

  static let claim = TableLayout(
    .named("Status,Volume,Capacity,Access Modes,StorageClass,VolumeAttributesClass,Age,|,VolumeMode")
  ) { claim, now in
    let isBound = !(claim.at("spec", "volumeName")?.string ?? "").isEmpty
    return [
      claim.isBeingDeleted ? "Terminating" : claim.cell("status", "phase"), claim.cell("spec", "volumeName"),
      isBound ? claim.cell("status", "capacity", "storage") : "",
      isBound ? modes(claim.at("status", "accessModes")) : "", claim.cell("spec", "storageClassName"),
      claim.cell("spec", "volumeAttributesClassName", or: "<unset>"), claim.age(now),
      claim.cell("spec", "volumeMode", or: "<unset>"),
    ]
  }

  static let volume = TableLayout(
    .named(
      "Capacity,Access Modes,Reclaim Policy,Status,Claim,StorageClass,VolumeAttributesClass,Reason,Age,|,VolumeMode")
  ) { volume, now in
    let claim = volume.at("spec", "claimRef")
    return [
      volume.cell("spec", "capacity", "storage"), modes(volume.at("spec", "accessModes")),
      volume.cell("spec", "persistentVolumeReclaimPolicy"),
      volume.isBeingDeleted ? "Terminating" : volume.cell("status", "phase"),
      .string(claim.map { "\($0["namespace"]?.string ?? "")/\($0["name"]?.string ?? "")" } ?? ""),
      volume.cell("spec", "storageClassName"), volume.cell("spec", "volumeAttributesClassName", or: "<unset>"),
      volume.cell("status", "reason"), volume.age(now), volume.cell("spec", "volumeMode", or: "<unset>"),
    ]
  }

  static let storageClass: TableLayout = {
    let plain = TableLayout(
      .named("Provisioner,ReclaimPolicy,VolumeBindingMode,AllowVolumeExpansion,Age")
    ) { object, now in
      [
        object.cell("provisioner"), object.cell("reclaimPolicy", or: "Delete"),
        object.cell("volumeBindingMode", or: "Immediate"), .bool(object["allowVolumeExpansion"]?.bool ?? false),
        object.age(now),
      ]
    }
    return TableLayout(plain: plain.columns) { object, now in
      var cells = plain.cells(object, now)
      let isDefault = object.annotations["storageclass.kubernetes.io/is-default-class"] == "true"
      if isDefault { cells[0] = .string("\(object.name ?? "") (default)") }
      return cells
    }
  }()

  static let driver = TableLayout(
    .named(
      "AttachRequired:boolean,PodInfoOnMount:boolean,StorageCapacity:boolean,TokenRequests,"
        + "RequiresRepublish:boolean,Modes,Age")
  ) { object, now in
    func flag(_ name: String, _ fallback: Bool) -> Value { .bool(object.at("spec", name)?.bool ?? fallback) }
    let audiences = (object.at("spec", "tokenRequests")?.array ?? []).compactMap { $0["audience"]?.string }
    let modes = (object.at("spec", "volumeLifecycleModes")?.array ?? []).compactMap(\.string)
    return [
      flag("attachRequired", true), flag("podInfoOnMount", false), flag("storageCapacity", false),
      .string(audiences.isEmpty ? "<unset>" : audiences.joined(separator: ",")), flag("requiresRepublish", false),
      .string(modes.isEmpty ? "<none>" : modes.joined(separator: ",")), object.age(now),
    ]
  }
}
