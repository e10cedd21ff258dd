import KCData
import KCKube
import Testing

/// Answers of a recorded server that one would not guess.
@Suite struct RecordedRulesTests {
  private func causes(_ text: String) throws -> [String] {
    let (object, type) = try Objects.read(text)
    return Set(
      Objects.causes(object, type).map { "\($0.reason.replacing("FieldValue", with: "")) \($0.field)" }
    ).sorted()
  }

  @Test(
    arguments: [
      ("https://hooks.example.com/a", []),
      ("hooks.example.com", ["Invalid @.url"]),
      ("http://hooks.example.com", ["Invalid @.url"]),
      ("10.0.0.300:80", ["Required @.url"]),
      ("https://a b", ["Required @.url"]),
      ("https://a/%zz", ["Required @.url"]),
      ("https://u@a/", ["Invalid @.url"]),
    ] as [(String, [String])])
  func webhookAddresses(url: String, expected: [String]) throws {
    let found = try causes(
      """
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingWebhookConfiguration
      metadata: {name: a}
      webhooks:
      - {name: a.b.c, admissionReviewVersions: [v1], sideEffects: None, clientConfig: {url: '\(url)'}}
      """)
    #expect(found == expected.map { $0.replacing("@", with: "webhooks[0].clientConfig") })
  }

  /// The server says of one what it means of the other.
  @Test func webhookService() throws {
    let found = try causes(
      """
      apiVersion: admissionregistration.k8s.io/v1
      kind: MutatingWebhookConfiguration
      metadata: {name: a}
      webhooks:
      - {name: a.b.c, admissionReviewVersions: [v1], sideEffects: None, clientConfig: {service: {namespace: ns}}}
      """)
    #expect(found == ["Required webhooks[0].clientConfig.service.namespace"])
  }

  @Test(
    arguments: [
      ("[10.0.0.0/24, 'fd00::/64']", []),
      ("[10.0.0.0/24, 10.0.1.0/24]", ["Invalid spec.podCIDRs"]),
      ("[10.0.0.0/24, x]", ["InternalError spec.podCIDRs", "Invalid spec.podCIDRs", "Invalid spec.podCIDRs[1]"]),
    ] as [(String, [String])])
  func podRanges(ranges: String, expected: [String]) throws {
    let found = try causes(
      """
      apiVersion: v1
      kind: Node
      metadata: {name: a}
      spec: {podCIDRs: \(ranges)}
      """)
    #expect(found == expected)
  }

  @Test(
    arguments: [
      ("[]", []), ("[{}]", ["Duplicate allowedTopologies[0].matchLabelExpressions"]),
      ("[{matchLabelExpressions: [{key: zone, values: [a]}]}]", []),
    ] as [(String, [String])])
  func topologies(terms: String, expected: [String]) throws {
    let found = try causes(
      """
      apiVersion: storage.k8s.io/v1
      kind: StorageClass
      metadata: {name: a}
      provisioner: p
      allowedTopologies: \(terms)
      """)
    #expect(found == expected)
  }

  /// One metric source of another type than the one named is not held against it, two are.
  @Test(
    arguments: [
      ("{type: X, pods: {metric: {name: m}, target: {type: AverageValue, averageValue: 1}}}", ["NotSupported @.type"]),
      (
        "{type: X, pods: {metric: {name: m}, target: {type: AverageValue, averageValue: 1}}, resource: {name: cpu}}",
        ["Forbidden @.pods", "Forbidden @.resource", "NotSupported @.type"]
      ),
    ] as [(String, [String])])
  func metrics(metric: String, expected: [String]) throws {
    let found = try causes(
      """
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: a, namespace: b}
      spec: {maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}, metrics: [\(metric)]}
      """)
    #expect(found == expected.map { $0.replacing("@", with: "spec.metrics[0]") })
  }

  /// With a time an event's namespace is not compared with that of what it is about.
  @Test(arguments: [("eventTime: '2026-01-01T00:00:00.000000Z', ", 0), ("", 1)])
  func eventNamespace(time: String, count: Int) throws {
    let found = try causes(
      """
      {apiVersion: v1, kind: Event, metadata: {name: a, namespace: b}, involvedObject: {namespace: c}, \(time)
      reason: R, action: A, reportingComponent: c, reportingInstance: i}
      """)
    #expect(found == Array(repeating: "Invalid involvedObject.namespace", count: count))
  }

  @Test func administration() throws {
    let (object, type) = try Objects.read(
      """
      apiVersion: resource.k8s.io/v1
      kind: ResourceClaim
      metadata: {name: a, namespace: b}
      spec:
        devices: {requests: [{name: r, exactly: {deviceClassName: c, allocationMode: All, adminAccess: true}}]}
      """)
    let marked = ["resource.kubernetes.io/admin-access": "true"]
    #expect(Validation.create(object, type: type, namespaceLabels: marked).isEmpty)
    #expect(
      Validation.create(object, type: type, namespaceLabels: [:]).map(\.field)
        == ["spec.devices.requests[0].adminAccess"])
  }

  /// What is wrong deep in the schema of a definition makes it unreadable; what is odd where a schema or a list may
  /// stand does not.
  @Test(
    arguments: [
      ("items: {type: 1}", false), ("items: {required: {}}", false), ("items: [{type: object}]", true),
      ("items: 1", true), ("additionalProperties: x", false), ("additionalProperties: true", true),
      ("dependencies: {a: [1]}", false), ("items: {unknown: 1}", true),
    ])
  func schemas(part: String, isReadable: Bool) throws {
    let (object, type) = try Objects.read(
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: as.example.com}
      spec:
        group: example.com
        scope: Cluster
        names: {plural: as, kind: A}
        versions:
        - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, \(part)}}}
      """)
    #expect((Validation.decode(object, type: type) == nil) == isReadable)
  }

  /// Fields that the server takes and does not keep, and owners named twice.
  @Test(
    arguments: [
      ("Lease", "coordination.k8s.io/v1", "spec: {strategy: X, preferredHolder: a, holderIdentity: h}", "strategy"),
      ("Node", "v1", "spec: {configSource: {}}", "configSource"),
      ("CSIDriver", "storage.k8s.io/v1", "spec: {preventPodSchedulingIfMissing: true}", "preventPodScheduling"),
      ("ServiceAccount", "v1", "secrets: [{name: a, namespace: gone}]", "gone"),
    ])
  func dropped(kind: String, version: String, part: String, gone: String) throws {
    var (object, type) = try Objects.read("{apiVersion: \(version), kind: \(kind), metadata: {name: a}, \(part)}")
    Defaulting.apply(to: &object, type: type)
    Strategy.prepareForCreate(&object, type: type, now: Timestamp(seconds: 0))
    #expect(!"\(object)".contains(gone))
  }

  @Test func repeatedOwners() throws {
    let owner = "{apiVersion: v1, kind: Pod, name: p, uid: u, controller: true}"
    var (object, type) = try Objects.read(
      "{apiVersion: v1, kind: Secret, metadata: {name: a, ownerReferences: [\(owner), \(owner)]}}")
    Defaulting.apply(to: &object, type: type)
    #expect(object.at("metadata", "ownerReferences")?.array?.count == 1)
  }
}
