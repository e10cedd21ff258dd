internal import KCData

extension Defaulting {
  /// The pod template of a workload.
  private static func template(_ spec: inout Value) {
    within(&spec, "template") { template in
      setDefault(&template, [:], "metadata")
      within(&template, "spec", podSpec)
    }
  }

  static func deployment(_ object: inout Value) {
    within(&object, "spec") { spec in
      template(&spec)
      setDefault(&spec, 1, "replicas")
      setDefault(&spec, "RollingUpdate", "strategy", "type")
      if spec.at("strategy", "type") == "RollingUpdate" {
        setDefault(&spec, "25%", "strategy", "rollingUpdate", "maxUnavailable")
        setDefault(&spec, "25%", "strategy", "rollingUpdate", "maxSurge")
      }
      setDefault(&spec, 10, "revisionHistoryLimit")
      setDefault(&spec, 600, "progressDeadlineSeconds")
    }
  }

  static func replicated(_ object: inout Value) {
    within(&object, "spec") { spec in
      template(&spec)
      setDefault(&spec, 1, "replicas")
    }
  }

  static func statefulSet(_ object: inout Value) {
    within(&object, "spec") { spec in
      template(&spec)
      setDefault(&spec, 1, "replicas")
      setDefault(&spec, "OrderedReady", "podManagementPolicy")
      setDefault(&spec, "RollingUpdate", "updateStrategy", "type")
      if spec.at("updateStrategy", "type") == "RollingUpdate" {
        setDefault(&spec, 0, "updateStrategy", "rollingUpdate", "partition")
      }
      setDefault(&spec, 10, "revisionHistoryLimit")
      setDefault(&spec, "Retain", "persistentVolumeClaimRetentionPolicy", "whenDeleted")
      setDefault(&spec, "Retain", "persistentVolumeClaimRetentionPolicy", "whenScaled")
      each(&spec, "volumeClaimTemplates") { claim in
        setDefault(&claim, "v1", "apiVersion")
        setDefault(&claim, "PersistentVolumeClaim", "kind")
        setDefault(&claim, "Filesystem", "spec", "volumeMode")
        setDefault(&claim, "Pending", "status", "phase")
      }
    }
  }

  static func daemonSet(_ object: inout Value) {
    within(&object, "spec") { spec in
      template(&spec)
      setDefault(&spec, "RollingUpdate", "updateStrategy", "type")
      if spec.at("updateStrategy", "type") == "RollingUpdate" {
        setDefault(&spec, 1, "updateStrategy", "rollingUpdate", "maxUnavailable")
        setDefault(&spec, 0, "updateStrategy", "rollingUpdate", "maxSurge")
      }
      setDefault(&spec, 10, "revisionHistoryLimit")
    }
  }

  static func job(_ object: inout Value) { within(&object, "spec", jobSpec) }

  private static func jobSpec(_ spec: inout Value) {
    template(&spec)
    if spec["completions"] == nil, spec["parallelism"] == nil {
      spec["completions"] = 1
      spec["parallelism"] = 1
    }
    setDefault(&spec, 1, "parallelism")
    setDefault(&spec, spec["backoffLimitPerIndex"] == nil ? 6 : 2_147_483_647, "backoffLimit")
    setDefault(&spec, "NonIndexed", "completionMode")
    setDefault(&spec, false, "suspend")
    setDefault(
      &spec, spec["podFailurePolicy"] == nil ? "TerminatingOrFailed" : "Failed", "podReplacementPolicy")
  }

  static func cronJob(_ object: inout Value) {
    within(&object, "spec") { spec in
      setDefault(&spec, "Allow", "concurrencyPolicy")
      setDefault(&spec, false, "suspend")
      setDefault(&spec, 3, "successfulJobsHistoryLimit")
      setDefault(&spec, 1, "failedJobsHistoryLimit")
      within(&spec, "jobTemplate") { template in
        within(&template, "spec") { inner in self.template(&inner) }
      }
    }
  }

  static func service(_ object: inout Value) {
    within(&object, "spec") { spec in
      setDefault(&spec, "ClusterIP", "type")
      setDefault(&spec, "None", "sessionAffinity")
      if spec["sessionAffinity"] == "ClientIP" {
        setDefault(&spec, 10_800, "sessionAffinityConfig", "clientIP", "timeoutSeconds")
      }
      each(&spec, "ports") { port in
        setDefault(&port, "TCP", "protocol")
        if let number = port["port"], port["targetPort"] == nil || port["targetPort"] == 0 || port["targetPort"] == "" {
          port["targetPort"] = number
        }
      }
      let type = spec["type"]?.string
      if type == "NodePort" || type == "LoadBalancer" { setDefault(&spec, "Cluster", "externalTrafficPolicy") }
      if type == "LoadBalancer" { setDefault(&spec, true, "allocateLoadBalancerNodePorts") }
      if type != "ExternalName" {
        setDefault(&spec, "Cluster", "internalTrafficPolicy")
        setDefault(&spec, "SingleStack", "ipFamilyPolicy")
        setDefault(&spec, ["IPv4"], "ipFamilies")
        if let address = spec["clusterIP"], address != "" { setDefault(&spec, [address], "clusterIPs") }
      }
    }
  }
}
