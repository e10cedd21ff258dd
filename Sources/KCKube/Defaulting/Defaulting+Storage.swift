internal import KCData

extension Defaulting {
  @Sendable static func storageClass(_ object: inout Value) {
    setDefault(&object, "Delete", "reclaimPolicy")
    setDefault(&object, "Immediate", "volumeBindingMode")
  }

  @Sendable static func csiDriver(_ object: inout Value) {
    making(&object, "spec") { spec in
      setDefault(&spec, true, "attachRequired")
      for field in ["podInfoOnMount", "storageCapacity", "requiresRepublish", "seLinuxMount"] {
        if isNil(spec[field]) { spec[field] = false }
      }
      setDefault(&spec, "ReadWriteOnceWithFSType", "fsGroupPolicy")
      setZero(&spec, ["Persistent"], "volumeLifecycleModes")
    }
  }
}
