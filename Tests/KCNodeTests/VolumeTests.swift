import Glibc
import KCData
import Testing

@testable import KCNode

@Suite struct VolumeTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = "/tmp/kc-volume-test-\(newUID())"
    try Files.makeFolder(folder)
    defer { Files.remove(folder) }
    try body(folder)
  }

  private func text(_ path: String) -> String? { Files.read(path).map { String(decoding: $0, as: UTF8.self) } }

  private func mounter(_ folder: String, _ inputs: PodInputs, _ volumes: [Value], _ mounts: [Value]) -> VolumeMounter {
    let pod = makePod(spec: { $0["volumes"] = .array(volumes) }, container: { $0["volumeMounts"] = .array(mounts) })
    return VolumeMounter(
      pod: PodSpec(pod), paths: NodePaths(state: folder, logs: folder), inputs: inputs, facts: PodFacts())
  }

  @Test func aConfigMapIsMountedAndChangesAtOnce() throws {
    try withFolder { folder in
      var inputs = PodInputs()
      inputs.configMaps["c"] = ["kind": "ConfigMap", "data": ["a": "1", "b": "2"]]
      let volumes: [Value] = [["name": "v", "configMap": ["name": "c", "defaultMode": 256]]]
      let mounts: [Value] = [["name": "v", "mountPath": "/v"], ["name": "v", "mountPath": "/a", "subPath": "a"]]
      let first = mounter(folder, inputs, volumes, mounts)
      try first.prepare()
      let path = "\(folder)/pods/uid-1/volumes/v"
      #expect(text("\(path)/a") == "1")
      var info = stat()
      #expect(stat("\(path)/a", &info) == 0 && info.st_mode & 0o777 == 0o400)
      let made = try first.mounts(first.pod.containers[0], values: [:])
      #expect(made.map(\.containerPath) == ["/v", "/a"])
      #expect(made.filter { !$0.readOnly }.isEmpty)
      #expect(text(made[1].hostPath) == "1")
      inputs.configMaps["c"] = ["kind": "ConfigMap", "data": ["a": "9", "c": "3"]]
      try mounter(folder, inputs, volumes, mounts).prepare()
      #expect(text("\(path)/a") == "9" && text("\(path)/c") == "3")
      #expect(!Files.exists("\(path)/b"))
      #expect(Files.names(path).filter { $0.hasPrefix("..") && $0 != "..data" }.count == 1)
    }
  }

  @Test func pathsStayInside() throws {
    try withFolder { folder in
      let volumes: [Value] = [["name": "v", "emptyDir": [:]]]
      let bad = mounter(folder, PodInputs(), volumes, [["name": "v", "mountPath": "/v", "subPath": "../x"]])
      try bad.prepare()
      #expect(throws: ConfigurationError("the path \"../x\" leads out of its volume")) {
        try bad.mounts(bad.pod.containers[0], values: [:])
      }
      symlink("/etc", "\(folder)/pods/uid-1/volumes/v/link")
      let link = mounter(folder, PodInputs(), volumes, [["name": "v", "mountPath": "/v", "subPath": "link"]])
      #expect(throws: ConfigurationError("the path \"link\" leads out of its volume")) {
        try link.mounts(link.pod.containers[0], values: [:])
      }
    }
  }

  @Test func otherKindsAreRefused() throws {
    try withFolder { folder in
      let volumes: [Value] = [["name": "v", "nfs": ["server": "x", "path": "/"]]]
      #expect(throws: ConfigurationError("volumes of the kind nfs are not supported by this node")) {
        try mounter(folder, PodInputs(), volumes, []).prepare()
      }
      let missing: [Value] = [["name": "v", "secret": ["secretName": "s"]]]
      #expect(throws: ConfigurationError("secret \"s\" not found")) {
        try mounter(folder, PodInputs(), missing, []).prepare()
      }
      let file: [Value] = [["name": "v", "hostPath": ["path": "/etc/hostname", "type": "Directory"]]]
      #expect(throws: ConfigurationError("hostPath type check failed: /etc/hostname is not a directory")) {
        try mounter(folder, PodInputs(), file, []).prepare()
      }
    }
  }

  @Test func projectedSourcesMeetInOneVolume() throws {
    var inputs = PodInputs()
    inputs.configMaps["c"] = ["kind": "ConfigMap", "data": ["a": "1"]]
    inputs.secrets["s"] = ["kind": "Secret", "data": ["k": "Mg=="]]
    let pod = PodSpec(makePod())
    let plan = try VolumePlanner(pod: pod, inputs: inputs, facts: PodFacts()).plan([
      "name": "v",
      "projected": [
        "sources": [
          ["configMap": ["name": "c"]], ["secret": ["name": "s", "items": [["key": "k", "path": "deep/k"]]]],
          ["downwardAPI": ["items": [["path": "labels", "fieldRef": ["fieldPath": "metadata.labels"]]]]],
        ]
      ],
    ])
    #expect(
      plan
        == .files(
          [
            VolumeFile(path: "a", bytes: Array("1".utf8), mode: 0o644),
            VolumeFile(path: "deep/k", bytes: Array("2".utf8), mode: 0o644),
            VolumeFile(path: "labels", bytes: Array("app=\"web\"".utf8), mode: 0o644),
          ], inMemory: true))
  }

  @Test func namesAreResolvedAsThePodAsks() throws {
    var node = NodeConfiguration(
      name: "n", address: "1.2.3.4", podCIDR: "", capacity: [:], stateDirectory: "/s", logDirectory: "/l")
    node.clusterDNS = ["10.96.0.10"]
    func dns(_ change: (inout Value) -> Void = { _ in }) -> DNSConfig? {
      SandboxBuilder(pod: PodSpec(makePod(spec: change)), node: node, paths: NodePaths(state: "/s", logs: "/l"))
        .config(attempt: 0).dns
    }
    #expect(
      dns()
        == DNSConfig(
          servers: ["10.96.0.10"], searches: ["default.svc.cluster.local", "svc.cluster.local", "cluster.local"],
          options: ["ndots:5"]))
    #expect(dns { $0["dnsPolicy"] = "Default" } == nil)
    #expect(dns { $0["hostNetwork"] = true } == nil)
    #expect(
      dns {
        $0["dnsPolicy"] = "None"
        $0["dnsConfig"] = ["nameservers": ["9.9.9.9"], "options": [["name": "ndots", "value": "1"]]]
      } == DNSConfig(servers: ["9.9.9.9"], options: ["ndots:1"]))
    #expect(dns { $0["dnsConfig"] = ["options": [["name": "ndots", "value": "2"]]] }?.options == ["ndots:2"])
  }
}
