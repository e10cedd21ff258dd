import KCData
import KCKube
import Testing

/// What the API server refuses in kinds that few write.
@Suite struct RarerKindsTests {
  private func causes(_ text: String) throws -> [String] {
    let (object, type) = try Objects.read(text)
    return Set(
      Objects.causes(object, type).map { "\($0.reason.dropFirst("FieldValue".count)) \($0.field)" }
    ).sorted()
  }

  @Test(
    arguments: [
      ("exactly: {deviceClassName: c}", []),
      ("exactly: {deviceClassName: c}, firstAvailable: [{name: A, deviceClassName: ''}]", ["Invalid @"]),
      ("exactly: {deviceClassName: c, tolerations: [{key: a, operator: Exists, effect: NoExecute}]}", []),
      (
        "exactly: {deviceClassName: c, tolerations: [{operator: Exists, value: a, effect: PreferNoSchedule}]}",
        ["Invalid @.exactly.tolerations[0].value", "NotSupported @.exactly.tolerations[0].effect"]
      ),
    ] as [(String, [String])])
  func deviceRequests(request: String, expected: [String]) throws {
    let found = try causes(
      """
      apiVersion: resource.k8s.io/v1
      kind: ResourceClaim
      metadata: {name: a, namespace: b}
      spec: {devices: {requests: [{name: r, \(request)}]}}
      """)
    #expect(found == expected.map { $0.replacing("@", with: "spec.devices.requests[0]") })
  }

  @Test(
    arguments: [
      ("{matchAttribute: gpu.example.com/numa}", []),
      ("{matchAttribute: numa}", ["Invalid @.matchAttribute"]),
      ("{matchAttribute: gpu.example.com/a-b}", ["Invalid @.matchAttribute"]),
      ("{matchAttribute: a/b/c}", ["Invalid @.matchAttribute"]),
      ("{}", ["Required @"]),
      ("{requests: [r, r], matchAttribute: a.b/c}", ["Duplicate @.requests[1]"]),
      ("{requests: [s], matchAttribute: a.b/c}", ["Invalid @.requests[0]"]),
    ] as [(String, [String])])
  func deviceConstraints(constraint: String, expected: [String]) throws {
    let found = try causes(
      """
      apiVersion: resource.k8s.io/v1
      kind: ResourceClaim
      metadata: {name: a, namespace: b}
      spec: {devices: {requests: [{name: r, exactly: {deviceClassName: c}}], constraints: [\(constraint)]}}
      """)
    #expect(found == expected.map { $0.replacing("@", with: "spec.devices.constraints[0]") })
  }

  @Test(
    arguments: [
      ("validations: [{expression: 'true', message: \"a\\nb\"}]", ["Invalid spec.validations[0].message"]),
      (
        "validations: [{expression: 'true', messageExpression: ' '}]", ["Invalid spec.validations[0].messageExpression"]
      ),
      (
        "validations: [{expression: 'true', messageExpression: 'authorizer.a()'}]",
        ["Invalid spec.validations[0].messageExpression"]
      ),
      ("validations: [{expression: 'true', reason: Unauthorized}]", ["NotSupported spec.validations[0].reason"]),
      (
        "auditAnnotations: [{key: a, valueExpression: \"'x'\"}, {key: a, valueExpression: \"'y'\"}]",
        ["Duplicate spec.auditAnnotations[1].key"]
      ),
      ("validations: [{expression: variables.a}]", ["Invalid spec.validations[0].expression"]),
      ("validations: [{expression: request.user == 'a'}]", ["Invalid spec.validations[0].expression"]),
      ("validations: [{expression: request.userInfo.username == 'a'}]", []),
      (
        "validations: [{expression: 'true'}], variables: [{name: while, expression: '1'}]",
        ["Invalid spec.variables[0].name"]
      ),
    ] as [(String, [String])])
  func policies(part: String, expected: [String]) throws {
    let found = try causes(
      """
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingAdmissionPolicy
      metadata: {name: a}
      spec:
        matchConstraints: {resourceRules: [{apiGroups: [a], apiVersions: [v1], operations: [CREATE], resources: [b]}]}
        \(part.replacing(", variables", with: "\n  variables"))
      """)
    #expect(found == expected)
  }

  @Test(
    arguments: [
      ("patchType: ApplyConfiguration, applyConfiguration: {expression: 'Object{spec: Object.spec{replicas: 1}}'}", []),
      ("patchType: JSONPatch, jsonPatch: {expression: '[JSONPatch{op: \"add\", path: \"/a\", value: object.a}]'}", []),
      ("patchType: ApplyConfiguration", ["Required @.applyConfiguration"]),
      ("patchType: JSONPatch, jsonPatch: {expression: 'thing.a'}", ["Invalid @.jsonPatch.expression"]),
      ("patchType: Merge", ["NotSupported @.patchType"]),
    ] as [(String, [String])])
  func mutations(mutation: String, expected: [String]) throws {
    let found = try causes(
      """
      apiVersion: admissionregistration.k8s.io/v1
      kind: MutatingAdmissionPolicy
      metadata: {name: a}
      spec:
        reinvocationPolicy: Never
        matchConstraints: {resourceRules: [{apiGroups: [a], apiVersions: [v1], operations: [CREATE], resources: [b]}]}
        mutations: [{\(mutation)}]
      """)
    #expect(found == expected.map { $0.replacing("@", with: "spec.mutations[0]") })
  }

  @Test(
    arguments: [
      ("[pods, pods/status]", []),
      ("['*', pods]", ["Invalid @.resources"]),
      // The server looks at the last of these alone.
      ("[pods, '*']", []),
      ("['pods/*', pods/status]", ["Invalid @.resources[1]"]),
      ("[pods/status, 'pods/*']", []),
      ("['*/status', pods/status]", ["Invalid @.resources[1]"]),
    ] as [(String, [String])])
  func resourcesOfWebhooks(resources: String, expected: [String]) throws {
    let found = try causes(
      """
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingWebhookConfiguration
      metadata: {name: a}
      webhooks:
      - name: a.example.com
        sideEffects: None
        admissionReviewVersions: [v1]
        clientConfig: {service: {name: a, namespace: b}}
        rules: [{apiGroups: [a], apiVersions: [v1], operations: [CREATE], resources: \(resources)}]
      """)
    #expect(found == expected.map { $0.replacing("@", with: "webhooks[0].rules[0]") })
  }

  /// The text in PEM of what is no more than the beginning of a request.
  private static let request =
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlJQgotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K"

  @Test(
    arguments: [
      ("request: \(request), signerName: example.com/a, usages: [client auth]", []),
      ("request: \(request), signerName: a, usages: []", ["Invalid spec.signerName", "Required spec.usages"]),
      (
        "request: YQ==, signerName: kubernetes.io/legacy-unknown, usages: [any, any]",
        ["Duplicate spec.usages[1]", "Invalid spec.request", "Invalid spec.signerName"]
      ),
      (
        "request: \(request), signerName: a/b, usages: [all], expirationSeconds: 60",
        ["Invalid spec.expirationSeconds", "Invalid spec.signerName", "NotSupported spec.usages[0]"]
      ),
    ] as [(String, [String])])
  func requestsForCertificates(spec: String, expected: [String]) throws {
    let found = try causes(
      """
      apiVersion: certificates.k8s.io/v1
      kind: CertificateSigningRequest
      metadata: {name: a}
      spec: {\(spec)}
      """)
    #expect(found == expected)
  }

  @Test(
    arguments: [
      ("nodeName: node-1, devices: [{name: a, attributes: {a: {int: 1}, b.c/d: {version: 1.2.3-rc.1}}}]", []),
      ("devices: []", ["Required @"]),
      ("nodeName: node-1, allNodes: true", ["Invalid @"]),
      ("perDeviceNodeSelection: true, devices: [{name: a, nodeName: node-1}, {name: b}]", ["Required @.devices[1]"]),
      ("allNodes: true, devices: [{name: a, nodeName: node-1}]", ["Invalid @.devices[0].nodeName"]),
      (
        "nodeName: node-1, devices: [{name: A}, {name: b}, {name: b}]",
        ["Duplicate @.devices[2]", "Invalid @.devices[0].name"]
      ),
      (
        "nodeName: node-1, devices: [{name: a, attributes: {a: {}, b-c: {int: 1}, d: {int: 1, bool: true}, e: {version: '1'}}}]",
        [
          "Invalid @.devices[0].attributes[b-c]", "Invalid @.devices[0].attributes[d]",
          "Invalid @.devices[0].attributes[e].version", "Required @.devices[0].attributes[a]",
        ]
      ),
      (
        "nodeName: node-1, devices: [{name: a, taints: [{key: '', effect: Never}]}]",
        ["Invalid @.devices[0].taints[0].key", "NotSupported @.devices[0].taints[0].effect"]
      ),
      ("nodeSelector: {nodeSelectorTerms: []}", ["Invalid @.nodeSelector.nodeSelectorTerms"]),
      (
        "nodeName: node-1, devices: [{name: a}], sharedCounters: [{name: c, counters: {m: {value: '1'}}}]",
        ["Invalid @"]
      ),
    ] as [(String, [String])])
  func slicesOfDevices(spec: String, expected: [String]) throws {
    let found = try causes(
      """
      apiVersion: resource.k8s.io/v1
      kind: ResourceSlice
      metadata: {name: a}
      spec: {driver: gpu.example.com, pool: {name: p, generation: 1, resourceSliceCount: 1}, \(spec)}
      """)
    #expect(found == expected.map { $0.replacing("@", with: "spec") })
  }

  @Test(
    arguments: [
      ("[/healthz, '/apis/*']", true), ("['*']", true), ("[healthz]", false), ("[/a//b]", false), ("['/a*']", false),
      ("['/*/b']", false), ("[/a b]", false),
    ])
  func pathsOfFlowSchemas(urls: String, isGood: Bool) throws {
    let found = try causes(
      """
      apiVersion: flowcontrol.apiserver.k8s.io/v1
      kind: FlowSchema
      metadata: {name: a}
      spec:
        priorityLevelConfiguration: {name: b}
        rules:
        - subjects: [{kind: Group, group: {name: g}}]
          nonResourceRules: [{verbs: [get], nonResourceURLs: \(urls)}]
      """)
    #expect(found == (isGood ? [] : ["Invalid spec.rules[0].nonResourceRules[0].nonResourceURLs[0]"]))
  }
}
