internal import KCData

extension Defaulting {
  @Sendable static func deployment(_ object: inout Value) {
    making(&object, "spec") { spec in
      template(&spec)
      setDefault(&spec, 1, "replicas")
      making(&spec, "strategy") { strategy in
        setZero(&strategy, "RollingUpdate", "type")
        guard strategy["type"] == "RollingUpdate" else { return }
        setDefault(&strategy, "25%", "rollingUpdate", "maxUnavailable")
        setDefault(&strategy, "25%", "rollingUpdate", "maxSurge")
      }
      setDefault(&spec, 10, "revisionHistoryLimit")
      setDefault(&spec, 600, "progressDeadlineSeconds")
    }
  }

  @Sendable static func replicaSet(_ object: inout Value) {
    making(&object, "spec") { spec in
      template(&spec)
      setDefault(&spec, 1, "replicas")
    }
  }

  /// Selector and labels follow the template's labels.
  @Sendable static func replicationController(_ object: inout Value) {
    making(&object, "spec") { spec in
      if !isNil(spec["template"]) { template(&spec) }
      setDefault(&spec, 1, "replicas")
    }
    guard let labels = object.at("spec", "template", "metadata", "labels"), !isZero(labels) else { return }
    setZero(&object, labels, "spec", "selector")
    setZero(&object, labels, "metadata", "labels")
  }

  @Sendable static func statefulSet(_ object: inout Value) {
    making(&object, "spec") { spec in
      template(&spec)
      setDefault(&spec, 1, "replicas")
      setZero(&spec, "OrderedReady", "podManagementPolicy")
      making(&spec, "updateStrategy") { strategy in
        // A strategy that is named but not detailed is left so.
        if isZero(strategy["type"]) {
          strategy["type"] = "RollingUpdate"
          setDefault(&strategy, 0, "rollingUpdate", "partition")
        } else if strategy["type"] == "RollingUpdate", strategy["rollingUpdate"]?.object != nil {
          setDefault(&strategy, 0, "rollingUpdate", "partition")
        }
      }
      setDefault(&spec, 10, "revisionHistoryLimit")
      setZero(&spec, "Retain", "persistentVolumeClaimRetentionPolicy", "whenDeleted")
      setZero(&spec, "Retain", "persistentVolumeClaimRetentionPolicy", "whenScaled")
      each(&spec, "volumeClaimTemplates") { claim in
        setZero(&claim, "v1", "apiVersion")
        setZero(&claim, "PersistentVolumeClaim", "kind")
        persistentVolumeClaim(&claim)
      }
    }
  }

  @Sendable static func daemonSet(_ object: inout Value) {
    making(&object, "spec") { spec in
      template(&spec)
      making(&spec, "updateStrategy") { strategy in
        setZero(&strategy, "RollingUpdate", "type")
        guard strategy["type"] == "RollingUpdate" else { return }
        setDefault(&strategy, 1, "rollingUpdate", "maxUnavailable")
        setDefault(&strategy, 0, "rollingUpdate", "maxSurge")
      }
      setDefault(&spec, 10, "revisionHistoryLimit")
    }
  }
}
