import KCData
import KCKube
import KCServer
import Testing

/// What the server takes from the object model: protobuf bodies, definitions, allocation, changes of subresources.
@Suite struct WireTests {
  private static let configMap: [UInt8] = {
    func field(_ number: UInt8, _ inner: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(inner.count)] + inner }
    let type = field(1, Array("v1".utf8)) + field(2, Array("ConfigMap".utf8))
    let data = field(2, field(1, Array("a".utf8)) + field(2, Array("b".utf8)))
    let raw = field(1, field(1, Array("c".utf8)) + [0x12, 0x00]) + data
    return [0x6b, 0x38, 0x73, 0] + field(1, type) + field(2, raw)
  }()

  private static func post(_ server: APIServer, _ path: String, _ bytes: [UInt8]) async -> (status: Int, body: Value) {
    let response = await server.handle(
      APIRequest(
        method: "POST", path: path, query: [(name: "fieldValidation", value: "Strict")],
        contentType: Protobuf.mediaType, accept: "\(Protobuf.mediaType),application/json", body: .bytes(bytes),
        user: .engine))
    if case .value(let value) = response.body { return (response.status, value) }
    return (response.status, .null)
  }

  /// `kubectl create configmap` sends protobuf, and reads JSON where that is the answer.
  @Test func protobufIsRead() async throws {
    let fixture = try ServerFixture()
    defer { fixture.remove() }
    try await fixture.server.bootstrap()
    let path = "/api/v1/namespaces/default/configmaps"
    let made = await Self.post(fixture.server, path, Self.configMap)
    #expect(made.status == 201)
    #expect(made.body["data"] == ["a": "b"])
    #expect(await fixture.call("GET", path + "/c").body["data"] == ["a": "b"])
    #expect(await Self.post(fixture.server, path, [1, 2, 3]).status == 400)
    #expect(await Self.post(fixture.server, "/api/v1/namespaces/default/secrets", Self.configMap).status == 400)
  }

  private static let definition: Value = [
    "metadata": ["name": "bulbs.example.com"],
    "spec": [
      "group": "example.com", "scope": "Namespaced", "names": ["plural": "bulbs", "kind": "Bulb"],
      "versions": [
        [
          "name": "v1", "served": true, "storage": true,
          "schema": [
            "openAPIV3Schema": [
              "type": "object",
              "properties": [
                "spec": [
                  "type": "object",
                  "x-kubernetes-validations": [["rule": "self.watts < 100 || self.tone == 'warm'"]],
                  "properties": [
                    "watts": ["type": "integer"], "tone": ["type": "string", "pattern": "^[a-z]+$", "default": "warm"],
                  ],
                ]
              ],
            ]
          ],
        ]
      ],
    ],
  ]

  @Test func customResourcesAreHeldAgainstTheirDefinition() async throws {
    let fixture = try ServerFixture()
    defer { fixture.remove() }
    try await fixture.server.bootstrap()
    let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    #expect(await fixture.call("POST", definitions, Self.definition).status == 201)
    let path = "/apis/example.com/v1/namespaces/default/bulbs"
    func bulb(_ name: String, _ spec: Value) -> Value { ["metadata": ["name": .string(name)], "spec": spec] }
    let made = await fixture.call("POST", path, bulb("a", ["watts": 10, "extra": 1]))
    #expect(made.status == 201)
    #expect(made.body["spec"] == ["watts": 10, "tone": "warm"])
    let pattern = await fixture.call("POST", path, bulb("b", ["watts": 10, "tone": "B1"]))
    #expect(pattern.status == 422)
    #expect(pattern.body.at("details", "causes")?[0]?["field"] == "spec.tone")
    #expect(await fixture.call("POST", path, bulb("c", ["watts": 200, "tone": "cold"])).status == 422)
    #expect(
      await fixture.call("PATCH", path + "/a", ["spec": ["tone": "9"]], contentType: "application/merge-patch+json")
        .status == 422)
    let strict = await fixture.call(
      "POST", path, bulb("d", ["lumen": 1]), query: [(name: "fieldValidation", value: "Strict")])
    #expect(strict.status == 400)
    #expect(strict.body["message"]?.string?.contains("unknown field \"spec.lumen\"") == true)
  }

  @Test func servicesGetWhatTheClusterHas() async throws {
    let fixture = try ServerFixture()
    defer { fixture.remove() }
    try await fixture.server.bootstrap()
    let path = "/api/v1/namespaces/default/services"
    func service(_ name: String, _ spec: Value) -> Value {
      var spec = spec
      spec["ports"] = [["port": 80]]
      return ["metadata": ["name": .string(name)], "spec": spec]
    }
    #expect(await fixture.call("POST", path, service("a", ["clusterIP": "10.96.200.10"])).status == 201)
    for spec in [
      ["clusterIP": "10.96.200.10"], ["clusterIP": "10.99.0.1"], ["clusterIP": "fd00::1"],
      ["ipFamilies": ["IPv6"], "ipFamilyPolicy": "SingleStack"], ["ipFamilyPolicy": "RequireDualStack"],
    ] as [Value] {
      #expect(await fixture.call("POST", path, service("b", spec)).status == 422, "\(spec)")
    }
  }

  /// A status that the API server would refuse is refused here too.
  @Test func statusesAreChecked() async throws {
    let fixture = try ServerFixture()
    defer { fixture.remove() }
    try await fixture.server.bootstrap()
    let path = "/api/v1/namespaces/default/pods"
    #expect(await fixture.call("POST", path, ServerFixture.pod("a")).status == 201)
    let wrong = await fixture.call(
      "PATCH", path + "/a/status", ["status": ["podIPs": [["ip": "300.1.1.1"]]]],
      contentType: "application/merge-patch+json")
    #expect(wrong.status == 422)
    for subresource in ["resize", "ephemeralcontainers"] {
      let answer = await fixture.call(
        "PATCH", "\(path)/a/\(subresource)", ["spec": [:]], contentType: "application/merge-patch+json")
      #expect(answer.status == 501)
      #expect(answer.body["message"]?.string?.contains(subresource) == true)
    }
  }
}
