import KCData
import KCKube
import Synchronization
import Testing

@testable import KCControl

@Suite struct EndpointSliceTests {
  private let simulation = Simulation([EndpointSliceController()])

  private func service(_ spec: [String: Value]) {
    var object: Value = [
      "apiVersion": "v1", "kind": "Service", "metadata": ["name": "svc", "labels": ["team": "a"]],
      "spec": ["clusterIP": "10.96.0.9", "selector": ["app": "x"], "ports": [["port": 80, "targetPort": "web"]]],
    ]
    for (key, value) in spec { object.set(value, at: "spec", key) }
    _ = simulation.create(object)
  }

  private func pod(_ name: String, _ address: String, ports: [Value] = [["name": "web", "containerPort": 8080]]) {
    _ = simulation.create([
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name), "labels": ["app": "x"]],
      "spec": ["nodeName": "n1", "containers": [["name": "c", "image": "i", "ports": .array(ports)]]],
    ])
    change(name) { pod in
      pod.set("Running", at: "status", "phase")
      pod.set(.string(address), at: "status", "podIP")
    }
    ready(name, true)
  }

  private func change(_ name: String, _ change: (inout Value) -> Void) {
    let key = ObjectKey(.pod, namespace: "ns", name: name)
    guard var pod = simulation.cache.get(key) else { return }
    change(&pod)
    simulation.api.put(key, pod)
  }

  private func ready(_ name: String, _ isReady: Bool) {
    change(name) { $0.set([["type": "Ready", "status": isReady ? "True" : "False"]], at: "status", "conditions") }
  }

  private var slices: [Value] { simulation.cache.list(.endpointSlice, namespace: "ns").sorted(by: isOlder) }

  private func conditions(_ slice: Value?, _ index: Int = 0) -> Value? { slice?["endpoints"]?[index]?["conditions"] }

  @Test func endpointsFollowTheLifeOfAPod() async throws {
    service([:])
    await simulation.settle()
    #expect(slices.count == 1)
    #expect(slices.first?["endpoints"]?.array ?? [] == [])
    pod("a", "10.201.0.2")
    await simulation.settle()
    let slice = try #require(slices.first)
    #expect(slice["ports"] == [["name": "", "protocol": "TCP", "port": 8080]])
    #expect(slice["endpoints"]?[0]?["addresses"] == ["10.201.0.2"])
    #expect(slice["endpoints"]?[0]?["nodeName"] == "n1")
    #expect(conditions(slice) == ["ready": true, "serving": true, "terminating": false])
    #expect(
      slice.labels == [
        "team": "a", "kubernetes.io/service-name": "svc",
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
      ])
    _ = simulation.api.delete(ObjectKey(.pod, namespace: "ns", name: "a"), [:])
    await simulation.settle()
    #expect(conditions(slices.first) == ["ready": false, "serving": true, "terminating": true])
    simulation.api.remove(ObjectKey(.pod, namespace: "ns", name: "a"))
    await simulation.settle()
    #expect(slices.count == 1)
    #expect(slices.first?["endpoints"]?.array ?? [] == [])
    #expect(slices.first?.name == slice.name)
  }

  @Test func podsThatAreNotReadyCanBePublished() async {
    service(["publishNotReadyAddresses": true])
    pod("a", "10.201.0.2")
    ready("a", false)
    await simulation.settle()
    #expect(conditions(slices.first) == ["ready": true, "serving": false, "terminating": false])
  }

  @Test func podsThatNameTheirPortsDifferentlyDoNotShareASlice() async {
    service([
      "ports": [
        ["name": "http", "port": 80, "targetPort": "web"], ["name": "raw", "port": 81, "targetPort": 9000],
        ["name": "dns", "port": 53, "protocol": "UDP", "targetPort": "dns", "appProtocol": "dns"],
      ]
    ])
    pod("a", "10.201.0.2")
    pod(
      "b", "10.201.0.3",
      ports: [
        ["name": "web", "containerPort": 8081], ["name": "dns", "containerPort": 5353, "protocol": "UDP"],
      ])
    pod("c", "10.201.0.4", ports: [])
    await simulation.settle()
    let ports = Set(
      slices.map { slice in
        (slice["ports"]?.array ?? []).map { "\($0["name"]?.string ?? "")=\($0["port"]?.int ?? 0)" }.joined(
          separator: ",")
      })
    #expect(ports == ["http=8080,raw=9000", "dns=5353,http=8081,raw=9000", "raw=9000"])
  }

  @Test func aSliceHoldsAHundredAndEndpointsStayWhereTheyAre() async {
    service(["ports": [["port": 80, "targetPort": 8080]]])
    for index in 0..<105 { pod("p\(1000 + index)", "10.201.1.\(index)") }
    await simulation.settle()
    #expect(slices.map { $0["endpoints"]?.array?.count ?? 0 }.sorted() == [5, 100])
    for index in 0..<10 { simulation.api.remove(ObjectKey(.pod, namespace: "ns", name: "p\(1000 + index)")) }
    await simulation.settle()
    #expect(slices.map { $0["endpoints"]?.array?.count ?? 0 }.sorted() == [5, 90])
  }

  @Test func labelsAndSelectorsDecide() async {
    service([:])
    pod("a", "10.201.0.2")
    pod("b", "10.201.0.3")
    await simulation.settle()
    change("a") { $0.set(["app": "y"], at: "metadata", "labels") }
    await simulation.settle()
    #expect(slices.first?["endpoints"]?.array?.compactMap { $0["addresses"]?[0]?.string } == ["10.201.0.3"])
    let version = slices.first?.resourceVersion
    // A change that matters to nobody writes nothing.
    change("b") { $0.set("x", at: "status", "message") }
    await simulation.settle()
    #expect(slices.first?.resourceVersion == version)
  }
}
