internal import KCData

extension Defaulting {
  static func volume(_ volume: inout Value) {
    let sources = volume.object?.filter { $0 != "name" && $1 != .null }
    if sources?.isEmpty ?? true { volume["emptyDir"] = [:] }
    for name in ["configMap", "secret", "downwardAPI", "projected"] {
      within(&volume, name) { setDefault(&$0, 420, "defaultMode") }
    }
    volumeSources(&volume)
    within(&volume, "downwardAPI", downwardItems)
    within(&volume, "image") { image in
      setZero(&image, .string(ImageReference.pullPolicy(image["reference"]?.string ?? "")), "pullPolicy")
    }
    within(&volume, "ephemeral") { ephemeral in
      within(&ephemeral, "volumeClaimTemplate") { making(&$0, "spec", claimSpec) }
    }
    within(&volume, "projected") { projected in
      each(&projected, "sources") { source in
        within(&source, "serviceAccountToken") { setDefault(&$0, 3600, "expirationSeconds") }
        within(&source, "podCertificate") { setDefault(&$0, 86400, "maxExpirationSeconds") }
        within(&source, "downwardAPI", downwardItems)
      }
    }
  }

  /// The sources that volumes of pods and persistent volumes share.
  static func volumeSources(_ holder: inout Value) {
    within(&holder, "hostPath") { setDefault(&$0, "", "type") }
    within(&holder, "iscsi") { setZero(&$0, "default", "iscsiInterface") }
    within(&holder, "rbd") { rbd in
      setZero(&rbd, "rbd", "pool")
      setZero(&rbd, "admin", "user")
      setZero(&rbd, "/etc/ceph/keyring", "keyring")
    }
    within(&holder, "azureDisk") { disk in
      setDefault(&disk, "ReadWrite", "cachingMode")
      setDefault(&disk, "Shared", "kind")
      setDefault(&disk, "ext4", "fsType")
      setDefault(&disk, false, "readOnly")
    }
    within(&holder, "scaleIO") { disk in
      setZero(&disk, "ThinProvisioned", "storageMode")
      setZero(&disk, "xfs", "fsType")
    }
  }

  private static func downwardItems(_ source: inout Value) {
    each(&source, "items") { item in within(&item, "fieldRef") { setZero(&$0, "v1", "apiVersion") } }
  }

  static func claimSpec(_ spec: inout Value) { setDefault(&spec, "Filesystem", "volumeMode") }

  @Sendable static func persistentVolumeClaim(_ object: inout Value) {
    making(&object, "spec", claimSpec)
    setZero(&object, "Pending", "status", "phase")
  }

  @Sendable static func persistentVolume(_ object: inout Value) {
    making(&object, "spec") { spec in
      setDefault(&spec, "Filesystem", "volumeMode")
      setZero(&spec, "Retain", "persistentVolumeReclaimPolicy")
      volumeSources(&spec)
    }
    setZero(&object, "Pending", "status", "phase")
  }
}
