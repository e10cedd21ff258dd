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
