import KCData
import KCKube
import Testing

@testable import KCNode

@Suite struct EnvironmentTests {
  private var facts: PodFacts {
    PodFacts(
      hostIP: "192.168.0.1", podIPs: ["10.0.0.9"],
      allocatable: ["cpu": Quantity(2), "memory": Quantity(1 << 30, format: .binarySI)])
  }

  private func environment(_ inputs: PodInputs = PodInputs(), _ change: (inout Value) -> Void) throws -> [String:
    String]
  {
    let pod = PodSpec(makePod(container: change))
    let all = try EnvironmentBuilder.environment(pod.containers[0], pod: pod, inputs: inputs, facts: facts)
    return Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0.value) })
  }

  @Test(arguments: [
    ("$(A)", "1"), ("x$(A)y$(B)", "x1y$(B)"), ("$$(A)", "$(A)"), ("$A $", "$A $"), ("$(A", "$(A"), ("$$$(A)", "$1"),
    ("é$(A)", "é1"), ("$(", "$("), ("", ""),
  ])
  func variablesAreExpanded(text: String, expected: String) {
    #expect(VariableExpansion.expand(text) { $0 == "A" ? "1" : nil } == expected)
  }

  @Test func valuesComeFromEverywhere() throws {
    var inputs = PodInputs()
    inputs.configMaps["c"] = ["kind": "ConfigMap", "data": ["colour": "blue", "size": "7"]]
    inputs.secrets["s"] = ["kind": "Secret", "data": ["key": "aGVsbG8="]]
    let found = try environment(inputs) { container in
      container["resources"] = ["limits": ["memory": "64Mi"], "requests": ["cpu": "250m"]]
      container["envFrom"] = [["prefix": "P_", "configMapRef": ["name": "c"]]]
      container["env"] = [
        ["name": "PLAIN", "value": "$(P_colour)!"],
        ["name": "SECRET", "valueFrom": ["secretKeyRef": ["name": "s", "key": "key"]]],
        ["name": "IP", "valueFrom": ["fieldRef": ["fieldPath": "status.podIP"]]],
        ["name": "APP", "valueFrom": ["fieldRef": ["fieldPath": "metadata.labels['app']"]]],
        ["name": "MEMORY", "valueFrom": ["resourceFieldRef": ["resource": "limits.memory", "divisor": "1Mi"]]],
        ["name": "CPU", "valueFrom": ["resourceFieldRef": ["resource": "requests.cpu"]]],
        ["name": "NODE_CPU", "valueFrom": ["resourceFieldRef": ["resource": "limits.cpu"]]],
        ["name": "NONE", "valueFrom": ["configMapKeyRef": ["name": "x", "key": "y", "optional": true]]],
      ]
    }
    let expected = [
      "P_colour": "blue", "P_size": "7", "PLAIN": "blue!", "SECRET": "hello", "IP": "10.0.0.9", "APP": "web",
      "MEMORY": "64", "CPU": "1", "NODE_CPU": "2",
    ]
    #expect(found == expected)
  }

  @Test func whatIsMissingIsNamed() {
    #expect(throws: ConfigurationError("secret \"s\" not found")) {
      try environment { $0["envFrom"] = [["secretRef": ["name": "s"]]] }
    }
    var inputs = PodInputs()
    inputs.configMaps["c"] = ["kind": "ConfigMap", "data": [:]]
    #expect(throws: ConfigurationError("couldn't find key k in configmap default/c")) {
      try environment(inputs) { container in
        container["env"] = [["name": "A", "valueFrom": ["configMapKeyRef": ["name": "c", "key": "k"]]]]
      }
    }
  }

  @Test func servicesAreLinked() throws {
    var inputs = PodInputs()
    inputs.services = [
      [
        "metadata": ["name": "my-api", "namespace": "default"],
        "spec": ["clusterIP": "10.96.0.5", "ports": [["name": "http", "port": 80]]],
      ],
      [
        "metadata": ["name": "headless", "namespace": "default"],
        "spec": ["clusterIP": "None", "ports": [["port": 80]]],
      ],
      [
        "metadata": ["name": "far", "namespace": "other"], "spec": ["clusterIP": "10.96.0.6", "ports": [["port": 1]]],
      ],
    ]
    let found = try environment(inputs) { $0["env"] = [["name": "URL", "value": "http://$(MY_API_SERVICE_HOST)"]] }
    #expect(found["MY_API_SERVICE_HOST"] == "10.96.0.5")
    #expect(found["MY_API_SERVICE_PORT_HTTP"] == "80")
    #expect(found["MY_API_PORT_80_TCP"] == "tcp://10.96.0.5:80")
    #expect(found["URL"] == "http://10.96.0.5")
    #expect(found.keys.allSatisfy { $0.hasPrefix("MY_API_") || $0 == "URL" })
  }

  @Test func resourcesAreThoseOfControlGroups() {
    func resources(_ value: Value) -> ContainerResources {
      let pod = PodSpec(makePod(container: { $0["resources"] = value }))
      return ResourceBuilder(quality: QualityOfService(pod), allocatable: facts.allocatable).resources(
        pod.containers[0])
    }
    let both = resources(["requests": ["cpu": "250m", "memory": "512Mi"], "limits": ["cpu": "500m", "memory": "1Gi"]])
    #expect(both.cpuShares == 256)
    #expect(both.cpuQuota == 50_000)
    #expect(both.memoryLimit == 1 << 30)
    #expect(both.oomScoreAdjustment == 500)
    let none = resources([:])
    #expect(none.cpuShares == 2 && none.cpuQuota == nil && none.memoryLimit == nil)
    #expect(none.oomScoreAdjustment == 1000)
    #expect(resources(["limits": ["cpu": "8"]]).cpuQuota == 200_000, "no more than the node has")
    #expect(resources(["limits": ["cpu": "1", "memory": "1Gi"]]).oomScoreAdjustment == -997)
    #expect(resources(["limits": ["cpu": "9000000000000000000"]]).cpuShares == 262_144)
  }

  private func configuration(
    spec: (inout Value) -> Void = { _ in }, container: (inout Value) -> Void = { _ in },
    image: ContainerImage = ContainerImage(id: "sha")
  ) throws -> ContainerConfig {
    let pod = PodSpec(makePod(spec: spec, container: container))
    let node = NodeConfiguration(
      name: "n", address: "", podCIDR: "", capacity: [:], stateDirectory: "/s", logDirectory: "/l")
    return try ContainerBuilder(
      pod: pod, spec: pod.containers[0], node: node, paths: NodePaths(state: "/s", logs: "/l")
    ).config(attempt: 2, image: image, environment: [EnvironmentVariable("A", "1")], mounts: [])
  }

  @Test func aContainerIsMadeAsDeclared() throws {
    let config = try configuration(
      container: { container in
        container["command"] = ["run", "$(A)"]
        container["args"] = ["$(B)"]
        container["securityContext"] = ["capabilities": ["drop": ["ALL"]], "allowPrivilegeEscalation": false]
      }, image: ContainerImage(id: "sha", uid: 7))
    #expect(config.command == ["run", "1"] && config.args == ["$(B)"])
    #expect(config.logPath == "main/2.log")
    #expect(config.labels["io.kubernetes.pod.uid"] == "uid-1")
    #expect(config.security.runAsUser == 7)
    #expect(config.security.dropCapabilities == ["ALL"] && config.security.noNewPrivileges)
    #expect(config.security.maskedPaths.contains("/proc/kcore"))
    let privileged = try configuration(container: { $0["securityContext"] = ["privileged": true] })
    #expect(privileged.security.privileged && privileged.security.maskedPaths.isEmpty)
  }

  @Test func rootIsRefusedWhereItIsNotWanted() throws {
    func make(_ user: Value, _ image: ContainerImage) throws -> ContainerConfig {
      try configuration(
        spec: { $0["securityContext"] = ["runAsNonRoot": true] }, container: { $0["securityContext"] = user },
        image: image)
    }
    #expect(throws: ConfigurationError.self) { try make([:], ContainerImage(id: "sha")) }
    #expect(throws: ConfigurationError.self) { try make([:], ContainerImage(id: "sha", userName: "www")) }
    #expect(throws: ConfigurationError.self) { try make(["runAsUser": 0], ContainerImage(id: "sha", uid: 5)) }
    #expect(try make([:], ContainerImage(id: "sha", uid: 5)).security.runAsUser == 5)
  }

  @Test func whatTheNodeDoesNotDoIsRefused() throws {
    func refused(spec: (inout Value) -> Void = { _ in }, container: (inout Value) -> Void = { _ in }) -> String? {
      do {
        _ = try configuration(spec: spec, container: container)
        return nil
      } catch {
        return "\(error)"
      }
    }
    #expect(refused() == nil)
    #expect(refused(spec: { $0["hostUsers"] = false })?.hasPrefix("user namespaces") == true)
    #expect(refused(spec: { $0["runtimeClassName"] = "kata" }) == "runtime classes are not supported by this node")
    #expect(
      refused(container: { $0["livenessProbe"] = ["grpc": ["port": 1]] })
        == "gRPC probes are not supported by this node")
    #expect(
      refused(container: { $0["securityContext"] = ["seccompProfile": ["type": "Localhost"]] })
        == "seccomp profiles of type Localhost are not supported by this node")
  }

  @Test func base64IsRead() {
    #expect(Base64.decode("aGVsbG8=").map { String(decoding: $0, as: UTF8.self) } == "hello")
    #expect(Base64.decode("") == [])
    #expect(Base64.decode("a*") == nil)
  }
}
