internal import KCData

extension Defaulting {
  @Sendable static func pod(_ object: inout Value) {
    making(&object, "spec") { spec in
      podSpec(&spec)
      setDefault(&spec, true, "enableServiceLinks")
      if spec["hostNetwork"]?.bool == true {
        for field in ["initContainers", "containers"] {
          each(&spec, field) { container in
            each(&container, "ports") { port in
              if let number = port["containerPort"] { setZero(&port, number, "hostPort") }
            }
          }
        }
      }
      for field in ["initContainers", "containers"] { each(&spec, field, requestsFromLimits) }
      podRequests(&spec)
    }
    within(&object, "status") { status in
      // The first address and the list of addresses say the same.
      let first = status.at("podIPs")?.array?.first?["ip"]
      if let address = status["podIP"], !isZero(address) {
        if first != address { status["podIPs"] = [["ip": address]] }
      } else if let first {
        status["podIP"] = first
      }
    }
  }

  @Sendable static func podTemplate(_ object: inout Value) { template(&object) }

  /// The pod template of a workload.
  static func template(_ spec: inout Value) { making(&spec, "template") { making(&$0, "spec", podSpec) } }

  /// The defaults that pods and pod templates have in common.
  static func podSpec(_ spec: inout Value) {
    setZero(&spec, "Always", "restartPolicy")
    setDefault(&spec, 30, "terminationGracePeriodSeconds")
    setZero(&spec, "ClusterFirst", "dnsPolicy")
    setDefault(&spec, [:], "securityContext")
    setZero(&spec, "default-scheduler", "schedulerName")
    // The old name of the field follows the new one.
    if isZero(spec["serviceAccountName"]) { spec["serviceAccountName"] = spec["serviceAccount"] }
    spec["serviceAccount"] = spec["serviceAccountName"]
    for field in ["initContainers", "containers", "ephemeralContainers"] { each(&spec, field, container) }
    each(&spec, "volumes", volume)
  }

  static func container(_ container: inout Value) {
    if isZero(container["imagePullPolicy"]) {
      container["imagePullPolicy"] = .string(ImageReference.pullPolicy(container["image"]?.string ?? ""))
    }
    setZero(&container, "/dev/termination-log", "terminationMessagePath")
    setZero(&container, "File", "terminationMessagePolicy")
    each(&container, "ports") { setZero(&$0, "TCP", "protocol") }
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] { within(&container, name, probe) }
    within(&container, "lifecycle") { lifecycle in
      for hook in ["postStart", "preStop"] { within(&lifecycle, hook) { within(&$0, "httpGet", httpGet) } }
    }
    each(&container, "env") { variable in
      within(&variable, "valueFrom") { source in
        within(&source, "fieldRef") { setZero(&$0, "v1", "apiVersion") }
        within(&source, "fileKeyRef") { setDefault(&$0, false, "optional") }
      }
    }
  }

  private static func httpGet(_ action: inout Value) {
    setZero(&action, "/", "path")
    setZero(&action, "HTTP", "scheme")
  }

  private static func probe(_ probe: inout Value) {
    within(&probe, "httpGet", httpGet)
    within(&probe, "grpc") { setDefault(&$0, "", "service") }
    setZero(&probe, 1, "timeoutSeconds")
    setZero(&probe, 10, "periodSeconds")
    setZero(&probe, 1, "successThreshold")
    setZero(&probe, 3, "failureThreshold")
  }

  /// A limit without a request is a request too.
  private static func requestsFromLimits(_ container: inout Value) {
    within(&container, "resources") { resources in
      for (name, limit) in resources["limits"]?.object ?? [:] where resources.at("requests", name) == nil {
        resources.set(limit, at: "requests", name)
      }
    }
  }
}
