import Glibc
import KCData
import KCTestSupport
import Testing

@testable import KCProxy

@Suite struct RuleSetTests {
  static func service(
    _ name: String, ip: String, ports: [Value] = [["name": "http", "port": 80, "protocol": "TCP"]],
    extra: [String: Value] = [:]
  ) -> Value {
    var spec: Value = ["clusterIP": .string(ip), "ports": .array(ports)]
    for (key, value) in extra { spec[key] = value }
    return [
      "apiVersion": "v1", "kind": "Service", "metadata": ["name": .string(name), "namespace": "ns"], "spec": spec,
    ]
  }

  static func endpoint(_ ip: String, ready: Bool = true, serving: Bool = true, terminating: Bool = false) -> Value {
    [
      "addresses": [.string(ip)], "targetRef": ["uid": .string("uid-\(ip)")],
      "conditions": ["ready": .bool(ready), "serving": .bool(serving), "terminating": .bool(terminating)],
    ]
  }

  static func slice(_ service: String, _ endpoints: [Value], port: Int = 8080, portName: String = "http") -> Value {
    [
      "metadata": [
        "name": .string("\(service)-x"), "namespace": "ns", "labels": ["kubernetes.io/service-name": .string(service)],
      ],
      "addressType": "IPv4", "ports": [["name": .string(portName), "protocol": "TCP", "port": Value(port)]],
      "endpoints": .array(endpoints),
    ]
  }

  @Test func aServiceLeadsToItsReadyPods() {
    let text = RuleSet.text(
      services: [Self.service("web", ip: "10.96.0.7")],
      endpointSlices: [Self.slice("web", [Self.endpoint("10.244.1.2"), Self.endpoint("10.244.2.2")])])
    #expect(text.contains("10.96.0.7 . tcp . 80 : goto svc-tcp-80-ns_web_http,"))
    #expect(
      text.contains(
        "meta l4proto tcp dnat ip addr . port to numgen random mod 2 map { 0 : 10.244.1.2 . 8080, 1 : 10.244.2.2 . 8080 }"
      ))
    #expect(text.contains("10.244.1.2 . 10.244.1.2,"))
  }

  @Test func theTextDoesNotDependOnTheOrderOfObjects() {
    let services = (1...9).map { Self.service("s\($0)", ip: "10.96.0.\($0)") }
    let slices = (1...9).map { index in
      Self.slice("s\(index)", (1...5).map { Self.endpoint("10.244.\(index).\($0)") })
    }
    let reversed = slices.reversed().map { slice in
      var slice = slice
      slice["endpoints"] = .array((slice["endpoints"]?.array ?? []).reversed())
      return slice
    }
    #expect(
      RuleSet.text(services: services, endpointSlices: slices)
        == RuleSet.text(services: services.reversed(), endpointSlices: reversed))
  }

  @Test func withoutPodsConnectionsAreReset() {
    let node: Value = ["name": "http", "port": 80, "nodePort": 30080]
    let text = RuleSet.text(
      services: [Self.service("web", ip: "10.96.0.7", ports: [node])], endpointSlices: [Self.slice("web", [])])
    #expect(text.contains("10.96.0.7 . tcp . 80,"))
    #expect(text.contains("tcp . 30080,"))
    #expect(!text.contains("chain svc-"))
  }

  @Test func endingPodsServeOnlyWhileNoOtherDoes() {
    let ending = Self.endpoint("10.244.1.2", ready: false, terminating: true)
    let services = [Self.service("web", ip: "10.96.0.7")]
    let alone = RuleSet.text(services: services, endpointSlices: [Self.slice("web", [ending])])
    #expect(alone.contains("dnat ip to 10.244.1.2:8080"))
    let both = RuleSet.text(
      services: services, endpointSlices: [Self.slice("web", [ending, Self.endpoint("10.244.1.3")])])
    #expect(!both.contains("10.244.1.2"))
    let unready = Self.endpoint("10.244.1.4", ready: false, serving: false)
    #expect(!RuleSet.text(services: services, endpointSlices: [Self.slice("web", [unready])]).contains("10.244.1.4"))
  }

  @Test func aPodThatIsLeavingGetsNothingNewEvenBeforeItsSliceSaysSo() {
    let text = RuleSet.text(
      services: [Self.service("web", ip: "10.96.0.7")],
      endpointSlices: [Self.slice("web", [Self.endpoint("10.244.1.2"), Self.endpoint("10.244.1.3")])],
      leaving: ["uid-10.244.1.2"])
    #expect(!text.contains("10.244.1.2"))
  }

  @Test func textOfObjectsCannotBecomeRules() {
    let text = RuleSet.text(
      services: [
        Self.service("web", ip: "10.96.0.7; drop"), Self.service("x", ip: "10.96.0.8", ports: [["port": 99999]]),
      ],
      endpointSlices: [Self.slice("web", [Self.endpoint("} flush ruleset {")])])
    #expect(!text.contains("drop") && !text.contains("flush ruleset") && !text.contains("99999"))
  }

  /// All there is, for the check by the packet filter itself.
  static func everything() -> String {
    let ports: [Value] = [
      ["name": "http", "port": 80, "protocol": "TCP", "nodePort": 30080],
      ["name": "dns", "port": 53, "protocol": "UDP"],
    ]
    let pod: Value = [
      "metadata": ["name": "p", "namespace": "ns", "uid": "u"], "status": ["podIP": "10.244.1.9", "phase": "Running"],
      "spec": [
        "containers": [
          [
            "ports": [
              ["containerPort": 80, "hostPort": 8081], ["containerPort": 81, "hostPort": 82, "hostIP": "127.0.0.1"],
            ]
          ]
        ]
      ],
    ]
    return RuleSet.text(
      services: [
        service("web", ip: "10.96.0.7", ports: ports),
        service("sticky", ip: "10.96.0.8", extra: ["sessionAffinity": "ClientIP"]),
        service("none", ip: "10.96.0.9"), service("one", ip: "10.96.0.10"),
        service("idle", ip: "10.96.0.11", ports: [["name": "http", "port": 80, "nodePort": 30081]]),
      ],
      endpointSlices: [
        slice("web", (1...3).map { endpoint("10.244.1.\($0)") }),
        slice("web", [endpoint("10.244.1.1")], port: 5353, portName: "dns"),
        slice("sticky", (1...3).map { endpoint("10.244.2.\($0)") }), slice("one", [endpoint("10.244.3.1")]),
      ], pods: [pod], table: "kctest")
  }

  @Test func thePacketFilterTakesTheText() throws {
    guard access("/usr/sbin/nft", X_OK) == 0, geteuid() == 0 else {
      print("skipped: no nft, or not root")
      return
    }
    let path = "/tmp/kc-rules-\(getpid()).nft"
    let file = try #require(fopen(path, "w"))
    for text in [Self.everything(), RuleSet.text(services: [], endpointSlices: [], table: "kctest")] {
      fputs(text, file)
    }
    fclose(file)
    defer { unlink(path) }
    let output = Oracle.run("/usr/sbin/nft -c -f \(path) 2>&1; echo $?") ?? []
    #expect(String(decoding: output, as: UTF8.self) == "0\n")
  }
}
