import KCClient
import KCData
import KCKube
import KCPlan
import Testing

@testable import KCApply

/// Applies that cannot end well, against a server in this process with a kubelet that is played: each says why, at once
/// and not at the timeout.
@Suite(.timeLimit(.minutes(2))) struct FailureCauseTests {
  private static let pod: Value = [
    "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "one", "namespace": .string(Bench.namespace)],
    "spec": [
      "containers": [
        [
          "name": "app", "image": "shop/web:v9",
          "readinessProbe": ["httpGet": ["path": "/", "port": 80], "periodSeconds": 1],
        ]
      ]
    ],
  ]

  /// What the kubelet and the scheduler say of a pod, and what of that is to be told.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var status: Value = ["phase": "Pending"]
    var events: [(reason: String, message: String, count: Int64)] = []
    var cause: String

    var testDescription: String { name }

    static func container(_ name: String, _ state: Value, restarts: Int64 = 0, last: Value? = nil, cause: String)
      -> Case
    {
      var status: Value = [
        "name": "app", "image": "shop/web:v9", "imageID": "", "ready": false, "restartCount": .int(restarts),
        "state": state,
      ]
      status["lastState"] = last
      return Case(name: name, status: ["phase": "Pending", "containerStatuses": .array([status])], cause: cause)
    }
  }

  static let cases: [Case] = [
    .container(
      "image not found",
      ["waiting": ["reason": "ErrImagePull", "message": "failed to resolve \"shop/web:v9\": not found"]],
      cause: "pod one: image shop/web:v9 cannot be pulled: not found"),
    .container(
      "image pull needs credentials",
      [
        "waiting": [
          "reason": "ImagePullBackOff",
          "message":
            "Back-off pulling image \"shop/web:v9\": ErrImagePull: authorization failed: no basic auth credentials",
        ]
      ], cause: "authorization failed: no basic auth credentials"),
    .container(
      "crash loop", ["waiting": ["reason": "CrashLoopBackOff"]], restarts: 1,
      last: [
        "terminated": [
          "exitCode": 3, "startedAt": "2026-01-01T00:00:00Z", "finishedAt": "2026-01-01T00:00:01Z",
        ]
      ], cause: "pod one: container app keeps ending with exit code 3"),
    .container(
      "out of memory", ["waiting": ["reason": "CrashLoopBackOff"]], restarts: 4,
      last: [
        "terminated": [
          "exitCode": 137, "reason": "OOMKilled", "startedAt": "2026-01-01T00:00:00Z",
          "finishedAt": "2026-01-01T01:00:00Z",
        ]
      ], cause: "keeps ending with exit code 137 (out of memory)"),
    .container(
      "config key missing",
      [
        "waiting": [
          "reason": "CreateContainerConfigError", "message": "couldn't find key level in ConfigMap shop/settings",
        ]
      ], cause: "container app cannot be started: couldn't find key level in ConfigMap shop/settings"),
    Case(
      name: "unschedulable",
      status: [
        "phase": "Pending",
        "conditions": [
          [
            "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
            "message": "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available.",
          ]
        ],
      ], cause: "pod one fits nowhere: 0/1 nodes are available: 1 Insufficient cpu"),
    Case(
      name: "volume mount failed", events: [("FailedMount", "MountVolume.SetUp failed: secret \"tls\" not found", 4)],
      cause: "MountVolume.SetUp failed: secret \"tls\" not found"),
    Case(
      name: "readiness probe refused",
      status: [
        "phase": "Running",
        "containerStatuses": [
          [
            "name": "app", "image": "shop/web:v9", "imageID": "", "ready": false, "restartCount": 0,
            "state": ["running": ["startedAt": "2026-01-01T00:00:00Z"]],
          ]
        ],
      ], events: [("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 404", 5)],
      cause: "its readiness probe fails: HTTP probe failed with statuscode: 404"),
    Case(
      name: "readiness probe on another port",
      status: [
        "phase": "Running",
        "containerStatuses": [
          [
            "name": "app", "image": "shop/web:v9", "imageID": "", "ready": false, "restartCount": 0,
            "state": ["running": ["startedAt": "2026-01-01T00:00:00Z"]],
          ]
        ],
      ],
      events: [
        (
          "Unhealthy",
          "Readiness probe failed: dial tcp 10.0.0.1:81: connect: connection refused; the container listens on port 80",
          3
        )
      ],
      cause:
        "its readiness probe fails: dial tcp 10.0.0.1:81: connect: connection refused; the container listens on port 80"
    ),
    Case(
      name: "liveness probe failed twice",
      status: [
        "phase": "Running",
        "containerStatuses": [
          [
            "name": "app", "image": "shop/web:v9", "imageID": "", "ready": false, "restartCount": 1,
            "state": ["running": ["startedAt": "2026-01-01T00:00:00Z"]],
          ]
        ],
      ], events: [("Unhealthy", "Liveness probe failed: dial tcp 10.0.0.1:80: connect: connection refused", 4)],
      cause: "its liveness probe fails: dial tcp 10.0.0.1:80: connect: connection refused"),
    Case(
      name: "startup probe failed twice",
      status: [
        "phase": "Running",
        "containerStatuses": [
          [
            "name": "app", "image": "shop/web:v9", "imageID": "", "ready": false, "restartCount": 1,
            "state": ["waiting": ["reason": "CrashLoopBackOff"]],
            "lastState": [
              "terminated": [
                "exitCode": 0, "startedAt": "2026-01-01T00:00:00Z", "finishedAt": "2026-01-01T00:00:04Z",
              ]
            ],
          ]
        ],
      ], events: [("Unhealthy", "Startup probe failed: connection refused", 4)],
      cause: "its startup probe fails: connection refused"),
  ]

  private static var options: Applier.Options {
    var options = Applier.Options(timeout: .seconds(60))
    options.failureGrace = .milliseconds(20)
    options.eventPause = .milliseconds(20)
    options.retries = .init(patience: .seconds(5), first: .milliseconds(1), longest: .milliseconds(10))
    return options
  }

  private func desired(_ object: Value) -> DesiredObject {
    let kind = object.kind?.lowercased() ?? ""
    return DesiredObject(
      address: "\(kind).\(object.name ?? "")", sourceKind: kind, object: object, origin: Origin(file: "a.kc", line: 1))
  }

  /// Applies an object while `play` plays what happens to it; the failure of the apply.
  private func failure(
    _ object: Value, _ bench: Bench, client: APIClient? = nil, _ options: Applier.Options = Self.options,
    play: @escaping @Sendable (Value, APIClient) async throws -> Void
  ) async throws -> ApplyFailure? {
    let plan = try await bench.plan([desired(object)])
    let type = try #require(ResourceTypes.builtin.find((object.apiVersion, object.kind)))
    let kubelet = APIClient(transport: FaultyTransport(bench.server), fieldManager: "kubelet")
    let player = Task {
      while !Task.isCancelled {
        if let made = try await kubelet.find(type, namespace: Bench.namespace, name: object.name ?? "") {
          return try await play(made, kubelet)
        }
        await Task.yield()
      }
    }
    defer { player.cancel() }
    do throws(ApplyFailure) {
      try await Applier(client: client ?? bench.client(), options: options, report: { _ in })
        .apply(plan, namespace: Bench.namespace)
      return nil
    } catch {
      return error
    }
  }

  private static func play(_ one: Case, _ made: Value, _ kubelet: APIClient) async throws {
    guard let pods = ResourceTypes.builtin.named("pods"), let events = ResourceTypes.builtin.named("events") else {
      return
    }
    for (index, event) in one.events.enumerated() {
      let object: Value = [
        "apiVersion": "v1", "kind": "Event",
        "metadata": ["name": .string("e\(index)"), "namespace": .string(Bench.namespace)],
        "involvedObject": [
          "kind": "Pod", "namespace": .string(Bench.namespace), "name": "one",
          "uid": made.at("metadata", "uid") ?? .null,
        ],
        "type": "Warning", "reason": .string(event.reason), "message": .string(event.message),
        "count": .int(event.count), "lastTimestamp": "2026-01-01T00:00:05Z",
      ]
      _ = try await kubelet.create(object, type: events)
    }
    var object = made
    object["status"] = one.status
    _ = try await kubelet.patch(
      pods, namespace: Bench.namespace, name: "one", ["status": one.status], subresource: "status")
  }

  @Test(arguments: cases) func theCauseIsTold(_ one: Case) async throws {
    let bench = try await Bench()
    let failed = try await failure(Self.pod, bench) { made, kubelet in try await Self.play(one, made, kubelet) }
    guard case .unhealthy(_, let cause, _)? = failed else {
      Issue.record("\(one.name): \(failed?.brief ?? "done")")
      return
    }
    #expect(cause.contains(one.cause), "\(cause)")
  }

  /// The last lines are those of the container that fails.
  @Test func theLastLinesAreTold() async throws {
    let bench = try await Bench()
    let client = APIClient(transport: LogTransport(base: FaultyTransport(bench.server)), fieldManager: "kc")
    let crash = try #require(Self.cases.first { $0.name == "crash loop" })
    let failed = try await failure(Self.pod, bench, client: client) { made, kubelet in
      try await Self.play(crash, made, kubelet)
    }
    guard case .unhealthy(_, _, let logs)? = failed else {
      Issue.record("\(failed as Any)")
      return
    }
    #expect(logs == ["app ends", "for want of a database"])
  }

  private static func workload(_ kind: String, _ version: String, _ spec: Value) -> Value {
    var spec = spec
    spec["template"] = [
      "metadata": ["labels": ["app": "web"]],
      "spec": [
        "restartPolicy": .string(kind == "Job" ? "Never" : "Always"),
        "containers": [["name": "app", "image": "shop/web:v9"]],
      ],
    ]
    return [
      "apiVersion": .string(version), "kind": .string(kind),
      "metadata": ["name": "web", "namespace": .string(Bench.namespace)], "spec": spec,
    ]
  }

  @Test func aQuotaIsTold() async throws {
    let bench = try await Bench()
    let object = Self.workload("Deployment", "apps/v1", ["selector": ["matchLabels": ["app": "web"]]])
    let failed = try await failure(object, bench) { try await Self.refusePods($0, $1, limit: "0") }
    guard case .unhealthy(_, let cause, _)? = failed else {
      Issue.record("\(failed as Any)")
      return
    }
    #expect(cause.hasPrefix("no pod can be made: pods \"web-1\" is forbidden: exceeded quota: small"))
  }

  /// The quota has room again, and by now something else is in the way.
  @Test func theRefusalThatCountsIsTheLast() {
    let quota = #"pods "web-1" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2"#
    let again = #"pods "web-asked" is forbidden: exceeded quota: small, requested: pods=1, used: pods=3"#
    #expect(Applier.newer(quota, again) == quota)
    let security = #"pods "web-asked" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true"#
    #expect(Applier.newer(quota, security) == #"violates PodSecurity "restricted:latest": runAsNonRoot != true"#)
    #expect(Applier.newer(quota, "the API answered 500") == "the API answered 500")
  }

  @Test func aQuotaThatHasRoomAgainIsNoCause() async throws {
    let bench = try await Bench()
    let object = Self.workload("Deployment", "apps/v1", ["selector": ["matchLabels": ["app": "web"]]])
    var options = Self.options
    options.timeout = .seconds(1)
    let failed = try await failure(object, bench, options) { try await Self.refusePods($0, $1, limit: "9") }
    guard case .timedOut(_, let state)? = failed else {
      Issue.record("\(failed as Any)")
      return
    }
    #expect(state.contains("nothing is in the way any more"))
  }

  /// A quota, and a deployment that says that its pods were refused by it.
  private static func refusePods(_ made: Value, _ kubelet: APIClient, limit: String) async throws {
    guard let type = ResourceTypes.builtin.named("deployments"),
      let quotas = ResourceTypes.builtin.named("resourcequotas")
    else { return }
    let quota: Value = [
      "apiVersion": "v1", "kind": "ResourceQuota",
      "metadata": ["name": "small", "namespace": .string(Bench.namespace)], "spec": ["hard": ["pods": .string(limit)]],
    ]
    _ = try await kubelet.create(quota, type: quotas)
    let message = "pods \"web-1\" is forbidden: exceeded quota: small, requested: pods=1, used: pods=3, limited: pods=3"
    _ = try await kubelet.patch(
      type, namespace: Bench.namespace, name: "web",
      [
        "status": [
          "observedGeneration": made.at("metadata", "generation") ?? 1,
          "conditions": [
            [
              "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": .string(message),
              "lastUpdateTime": "2026-01-01T00:00:00Z", "lastTransitionTime": "2026-01-01T00:00:00Z",
            ]
          ],
        ]
      ], subresource: "status")
  }

  @Test func aJobThatGaveUpIsTold() async throws {
    let bench = try await Bench()
    let failed = try await failure(Self.workload("Job", "batch/v1", [:]), bench) { made, kubelet in
      guard let type = ResourceTypes.builtin.named("jobs") else { return }
      let condition: (Value) -> Value = { name in
        [
          "type": name, "status": "True", "reason": "BackoffLimitExceeded",
          "message": "Job has reached the specified backoff limit", "lastProbeTime": "2026-01-01T00:00:00Z",
          "lastTransitionTime": "2026-01-01T00:00:00Z",
        ]
      }
      _ = try await kubelet.patch(
        type, namespace: Bench.namespace, name: "web",
        [
          "status": [
            "startTime": "2026-01-01T00:00:00Z", "failed": 7,
            "conditions": .array([condition("FailureTarget"), condition("Failed")]),
          ]
        ], subresource: "status")
    }
    guard case .unhealthy(_, let cause, _)? = failed else {
      Issue.record("\(failed as Any)")
      return
    }
    #expect(cause.hasPrefix("Job has reached the specified backoff limit"))
  }

  /// It has tries left when the time is over: what is told is why they fail, and their last lines.
  @Test func aJobThatStillTriesIsNoSlowOne() async throws {
    let bench = try await Bench()
    var options = Self.options
    options.timeout = .milliseconds(600)
    let client = APIClient(transport: LogTransport(base: FaultyTransport(bench.server)), fieldManager: "kc")
    let job = Self.workload("Job", "batch/v1", [:])
    let failed = try await failure(job, bench, client: client, options) { made, kubelet in
      guard let pods = ResourceTypes.builtin.named("pods") else { return }
      let pod: Value = [
        "apiVersion": "v1", "kind": "Pod",
        "metadata": [
          "name": "one", "namespace": .string(Bench.namespace),
          "ownerReferences": [
            [
              "apiVersion": "batch/v1", "kind": "Job", "name": "web", "uid": made.at("metadata", "uid") ?? .null,
              "controller": true,
            ]
          ],
        ], "spec": ["restartPolicy": "Never", "containers": [["name": "app", "image": "shop/web:v9"]]],
      ]
      _ = try await kubelet.create(pod, type: pods)
      let status: Value = [
        "name": "app", "image": "shop/web:v9", "imageID": "", "ready": false, "restartCount": 0,
        "state": ["terminated": ["exitCode": 2]],
      ]
      _ = try await kubelet.patch(
        pods, namespace: Bench.namespace, name: "one",
        ["status": ["phase": "Failed", "containerStatuses": [status]]], subresource: "status")
    }
    guard case .unhealthy(_, let cause, let logs)? = failed else {
      Issue.record("\(failed as Any)")
      return
    }
    #expect(cause == "1 of 7 tries failed: pod one: container app ended with exit code 2")
    #expect(!logs.isEmpty)
  }

  @Test func aRefusalIsTold() async throws {
    let bench = try await Bench()
    var bad = Self.workload("Deployment", "apps/v1", ["selector": ["matchLabels": ["app": "web"]]])
    bad.set("other", at: "spec", "template", "metadata", "labels", "app")
    let failed = try await failure(bad, bench) { _, _ in }
    guard case .refused(let step, let status)? = failed else {
      Issue.record("\(failed as Any)")
      return
    }
    #expect(step.address == "deployment.web")
    #expect(status.message.contains("selector"))
  }
}
