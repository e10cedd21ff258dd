import KCClient
import KCData
import KCKube
import KCPlan
import Testing

@testable import KCApply

/// What is read of a target for a plan.
@Suite struct LiveReaderTests {
  private func with(_ body: (LiveServer, LiveReader) async throws -> Void) async throws {
    let server = try await LiveServer()
    defer { server.remove() }
    try await body(server, LiveReader(client: server.client(), target: "test"))
  }

  private func read(_ reader: LiveReader, _ objects: Value...) async throws -> LiveState {
    let desired = objects.map { object in
      DesiredObject(
        address: "object.\(object.name ?? "")", sourceKind: "object", object: object,
        origin: Origin(file: "main.kc", line: 1))
    }
    return try await reader.read(project: "shop", namespace: "shop", desired: desired)
  }

  private func service(_ port: Int64) -> Value {
    [
      "apiVersion": "v1", "kind": "Service", "metadata": ["name": "web", "namespace": "shop"],
      "spec": ["ports": [["port": .int(port)]]],
    ]
  }

  /// The namespace is as new as the object, so that the target cannot be asked.
  @Test func newObjectsThatWouldBeRefusedAreTold() async throws {
    try await with { _, reader async throws in
      #expect(try await read(reader, service(80)).refused.isEmpty)
      #expect(try await read(reader, service(99999)).refused.values.first?.code == 422)
    }
  }

  /// What cannot be changed in place goes first: for one that would be refused it must not.
  @Test func whatWouldBeRefusedAnewIsNotReplaced() async throws {
    try await with { server, reader async throws in
      let quota: Value = [
        "apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": "all", "namespace": "shop"],
        "spec": ["hard": ["pods": "10"]],
      ]
      for (object, name) in [(namespace, "namespaces"), (quota, "resourcequotas")] {
        _ = try await server.client("kc").apply(object, type: try #require(ResourceTypes.builtin.named(name)))
      }
      var scoped = quota
      scoped.set(["NotTerminating"], at: "spec", "scopes")
      let declared = DesiredObject(
        address: "resourcequota.all", sourceKind: "resourcequota", object: scoped,
        origin: Origin(file: "main.kc", line: 1))
      let live = try await reader.read(project: "shop", namespace: "shop", desired: [declared])
      let plan = Planner().plan(project: "shop", namespace: "shop", environment: nil, desired: [declared], live: live)
      #expect(plan.changes.map(\.action) == [.replace])
      #expect(
        plan.refusals.first?.refusal?.message
          == "resourcequotas \"all\" would have no effect on this server: it knows no scopes")
    }
  }

  private let namespace: Value = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "shop"]]

  /// Where it is there, the target is asked: its quotas and its policies are its own.
  @Test func theTargetIsAskedAboutNewObjectsToo() async throws {
    try await with { server, reader async throws in
      let config: Value = [
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a", "namespace": "shop"], "data": [:],
      ]
      let quota: Value = [
        "apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": "none", "namespace": "shop"],
        "spec": ["hard": ["count/configmaps": "0"]],
      ]
      for (object, name) in [(namespace, "namespaces"), (quota, "resourcequotas")] {
        _ = try await server.client("other").apply(object, type: try #require(ResourceTypes.builtin.named(name)))
      }
      let refused = try await read(reader, namespace, config).refused.values.first
      #expect(refused?.code == 403 && refused?.message.contains("exceeded quota: none") == true)
      // What a target does not do at all it says at once, and is not asked for a minute.
      let hook: Value = [
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": ["name": "hook"],
        "webhooks": [
          [
            "name": "a.example.com", "sideEffects": "None", "admissionReviewVersions": ["v1"],
            "clientConfig": ["url": "https://example.com/"],
          ]
        ],
      ]
      #expect(try await read(reader, hook).refused.values.first?.code == 501)
    }
  }

  @Test func limitsOfPodsAreAskedFor() async throws {
    try await with { server, reader async throws in
      let limits: Value = [
        "apiVersion": "v1", "kind": "LimitRange", "metadata": ["name": "l", "namespace": "shop"],
        "spec": ["limits": [["type": "Container", "max": ["memory": "64Mi"]]]],
      ]
      for (object, name) in [(namespace, "namespaces"), (limits, "limitranges")] {
        _ = try await server.client("other").apply(object, type: try #require(ResourceTypes.builtin.named(name)))
      }
      let container: Value = [
        "name": "a", "image": "i:1", "resources": ["limits": ["memory": "128Mi"], "requests": ["memory": "128Mi"]],
      ]
      let web: Value = [
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "namespace": "shop"],
        "spec": [
          "selector": ["matchLabels": ["app": "web"]],
          "template": ["metadata": ["labels": ["app": "web"]], "spec": ["containers": [container]]],
        ],
      ]
      let told = try await read(reader, namespace, web).refusedPods.values.first
      #expect(told?.hasPrefix("maximum memory usage per Container is 64Mi") == true, "\(told ?? "nothing")")
    }
  }

  @Test func whatPodsNeedAndIsNotThereIsFound() async throws {
    try await with { server, reader async throws in
      var pod: Value = [
        "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "p", "namespace": "shop"],
        "spec": ["priorityClassName": "gold", "containers": [["name": "a", "image": "i:1"]]],
      ]
      pod.set([["name": "v", "secret": ["secretName": "certificate"]]], at: "spec", "volumes")
      let secret: Value = [
        "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "certificate", "namespace": "shop"],
      ]
      #expect(try await read(reader, pod).lacking.map(\.name).sorted() == ["certificate", "gold"])
      #expect(try await read(reader, pod, secret).lacking.map(\.name) == ["gold"])
      for (object, name) in [(namespace, "namespaces"), (secret, "secrets")] {
        _ = try await server.client("other").apply(object, type: try #require(ResourceTypes.builtin.named(name)))
      }
      #expect(try await read(reader, pod).lacking.map(\.name) == ["gold"])
    }
  }

  @Test func kindsThatTheTargetDoesNotKnowAreTold() async throws {
    let thing: Value = [
      "apiVersion": "example.com/v1", "kind": "Thing", "metadata": ["name": "t", "namespace": "shop"],
    ]
    let definition: Value = [
      "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
      "metadata": ["name": "things.example.com"],
      "spec": [
        "group": "example.com", "names": ["kind": "Thing", "plural": "things"], "scope": "Namespaced",
        "versions": [
          ["name": "v1", "served": true, "storage": true, "schema": ["openAPIV3Schema": ["type": "object"]]]
        ],
      ],
    ]
    try await with { _, reader async throws in
      #expect(try await read(reader, thing).refused.values.first?.code == 404)
      #expect(try await read(reader, thing, definition).refused.isEmpty)
    }
  }

  @Test func whatOthersKeepInANamespaceIsFound() async throws {
    try await with { server, reader async throws in
      func post(_ path: String, _ object: Value) async throws {
        let answer = try await server.send(APIRequest(method: "POST", path: path, body: .value(object)))
        #expect(answer.status == 201)
      }
      let core = "/api/v1/namespaces/shop"
      try await post("/api/v1/namespaces", ["metadata": ["name": "shop"]])
      try await post(core + "/configmaps", ["metadata": ["name": "foreign"]])
      try await post(core + "/configmaps", ["metadata": ["name": "own"]])
      try await post(core + "/configmaps", ["metadata": ["name": "kube-root-ca.crt"]])
      for project in ["shop", "other"] {
        let labels: Value = ["app.kubernetes.io/managed-by": "kc", "kc.dev/inventory": .string(project)]
        try await post(core + "/configmaps", ["metadata": ["name": .string("kc.\(project)"), "labels": labels]])
      }
      try await post(
        core + "/persistentvolumeclaims",
        [
          "metadata": ["name": "data-db-0"],
          "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Mi"]]],
        ])
      let own = ObjectKey(apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: "own")
      let others = ["claim data-db-0", "configmap foreign", "the record of project other"]
      #expect(
        try await reader.held(in: "shop", project: "shop", besides: [own]) == .init(others: others))
      let set = ObjectKey(apiVersion: "apps/v1", kind: "StatefulSet", namespace: "shop", name: "db")
      let held = try await reader.held(in: "shop", project: "shop", besides: [own, set])
      #expect(held.left == ["claim data-db-0"] && held.others == Array(others.dropFirst()))
    }
  }
}
