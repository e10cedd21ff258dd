internal import KCData

extension Defaulting {
  static func pod(_ object: inout Value) {
    within(&object, "spec") { spec in
      podSpec(&spec)
      setDefault(&spec, true, "enableServiceLinks")
    }
  }

  /// The defaults that pods and pod templates have in common.
  static func podSpec(_ spec: inout Value) {
    setDefault(&spec, "Always", "restartPolicy")
    setDefault(&spec, 30, "terminationGracePeriodSeconds")
    setDefault(&spec, "ClusterFirst", "dnsPolicy")
    setDefault(&spec, [:], "securityContext")
    setDefault(&spec, "default-scheduler", "schedulerName")
    if let account = spec["serviceAccountName"], account != "" {
      spec["serviceAccount"] = account
    } else if let account = spec["serviceAccount"], account != "" {
      spec["serviceAccountName"] = account
    }
    let usesHostNetwork = spec["hostNetwork"]?.bool == true
    for field in ["initContainers", "containers"] {
      each(&spec, field) { container(&$0, usesHostNetwork: usesHostNetwork) }
    }
    each(&spec, "volumes", volume)
  }

  private static func container(_ container: inout Value, usesHostNetwork: Bool) {
    setDefault(&container, pullPolicy(container["image"]?.string ?? ""), "imagePullPolicy")
    setDefault(&container, "/dev/termination-log", "terminationMessagePath")
    setDefault(&container, "File", "terminationMessagePolicy")
    setDefault(&container, [:], "resources")
    each(&container, "ports") { port in
      setDefault(&port, "TCP", "protocol")
      if usesHostNetwork, let number = port["containerPort"] { setDefault(&port, number, "hostPort") }
    }
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] { within(&container, name, probe) }
    within(&container, "lifecycle") { lifecycle in
      for hook in ["postStart", "preStop"] { within(&lifecycle, hook) { within(&$0, "httpGet", httpGet) } }
    }
    within(&container, "resources") { resources in
      // A limit without a request is a request too.
      for (name, limit) in resources["limits"]?.object ?? [:] where resources.at("requests", name) == nil {
        resources.set(limit, at: "requests", name)
      }
    }
    each(&container, "env") { variable in
      within(&variable, "valueFrom") { source in
        within(&source, "fieldRef") { setDefault(&$0, "v1", "apiVersion") }
        within(&source, "resourceFieldRef") { setDefault(&$0, "0", "divisor") }
      }
    }
  }

  private static func pullPolicy(_ image: String) -> Value {
    if image.contains("@") { return "IfNotPresent" }
    let name = image.split(separator: "/").last ?? ""
    guard let tag = name.split(separator: ":").dropFirst().last else { return "Always" }
    return tag == "latest" ? "Always" : "IfNotPresent"
  }

  private static func httpGet(_ action: inout Value) {
    setDefault(&action, "/", "path")
    setDefault(&action, "HTTP", "scheme")
  }

  private static func probe(_ probe: inout Value) {
    within(&probe, "httpGet", httpGet)
    within(&probe, "grpc") { setDefault(&$0, "", "service") }
    for (field, value) in [
      ("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3),
    ] as [(String, Value)] where probe[field] == nil || probe[field] == 0 {
      probe[field] = value
    }
  }

  private static func volume(_ volume: inout Value) {
    let sources = volume.object?.keys.filter { $0 != "name" } ?? []
    if sources.isEmpty { volume["emptyDir"] = [:] }
    for name in ["configMap", "secret", "downwardAPI", "projected"] {
      within(&volume, name) { setDefault(&$0, 420, "defaultMode") }
    }
    within(&volume, "hostPath") { setDefault(&$0, "", "type") }
    within(&volume, "projected") { projected in
      each(&projected, "sources") { source in
        within(&source, "serviceAccountToken") { setDefault(&$0, 3600, "expirationSeconds") }
      }
    }
  }
}
