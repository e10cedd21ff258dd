internal import KCData

extension Defaulting {
  @Sendable static func service(_ object: inout Value) {
    if object.at("spec", "type") == "LoadBalancer" {
      within(&object, "status") { status in
        within(&status, "loadBalancer") { balancer in
          each(&balancer, "ingress") { point in
            if !isZero(point["ip"]) { setDefault(&point, "VIP", "ipMode") }
          }
        }
      }
    }
    making(&object, "spec") { spec in
      setZero(&spec, "ClusterIP", "type")
      setZero(&spec, "None", "sessionAffinity")
      if spec["sessionAffinity"] == "ClientIP" {
        setDefault(&spec, 10_800, "sessionAffinityConfig", "clientIP", "timeoutSeconds")
      } else if spec["sessionAffinity"] == "None" {
        spec["sessionAffinityConfig"] = nil
      }
      each(&spec, "ports") { port in
        setZero(&port, "TCP", "protocol")
        if let number = port["port"] { setZero(&port, number, "targetPort") }
      }
      let type = spec["type"]?.string ?? ""
      let isExternal =
        type == "NodePort" || type == "LoadBalancer" || (type == "ClusterIP" && !isZero(spec["externalIPs"]))
      if isExternal { setZero(&spec, "Cluster", "externalTrafficPolicy") }
      if type == "LoadBalancer" { setDefault(&spec, true, "allocateLoadBalancerNodePorts") }
      if ["NodePort", "LoadBalancer", "ClusterIP"].contains(type) {
        setDefault(&spec, "Cluster", "internalTrafficPolicy")
      }
    }
  }

  @Sendable static func endpointSlice(_ object: inout Value) {
    each(&object, "ports") { port in
      setDefault(&port, "", "name")
      setDefault(&port, "TCP", "protocol")
    }
  }

  @Sendable static func networkPolicy(_ object: inout Value) {
    making(&object, "spec") { spec in
      setZero(&spec, isZero(spec["egress"]) ? ["Ingress"] : ["Ingress", "Egress"], "policyTypes")
      for side in ["ingress", "egress"] {
        each(&spec, side) { rule in each(&rule, "ports") { setDefault(&$0, "TCP", "protocol") } }
      }
    }
  }

  @Sendable static func ingressClass(_ object: inout Value) {
    within(&object, "spec") { spec in within(&spec, "parameters") { setDefault(&$0, "Cluster", "scope") } }
  }
}
