import KCData
import KCPlan
import Testing

@testable import KCApply

/// How long pods must stay ready, and what of probes is certain when.
@Suite struct SettlingTests {
  private func pod(_ container: Value, phase: String = "Running") -> Value {
    ["spec": ["containers": .array([container])], "status": ["phase": .string(phase)]]
  }

  @Test func whoIsAskedNeedsNoProof() {
    #expect(Settling.time([pod(["name": "a", "readinessProbe": [:]])]) == .zero)
    #expect(Settling.time([pod(["name": "a"])]) == Settling.unasked)
    #expect(Settling.time([pod(["name": "a"], phase: "Succeeded")]) == .zero)
    #expect(Settling.time([]) == .zero)
    let quick = pod(["name": "a", "readinessProbe": [:], "livenessProbe": ["periodSeconds": 1]])
    #expect(Settling.time([quick]) == .milliseconds(1500))
    // Nobody waits for a probe that takes its time.
    let slow = pod(["name": "a", "readinessProbe": [:], "livenessProbe": ["periodSeconds": 10]])
    #expect(Settling.time([slow]) == .zero)
  }

  /// A rollout places pods as something new does: it goes in its turn, and its pods have to settle.
  @Test func rolloutsPlacePods() {
    func step(_ path: FieldPath) -> Step {
      Step(
        action: .change, address: "deployment.web", title: "deployment web",
        key: ObjectKey(apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "web"),
        changes: [
          .init(field: FieldChange(path: path, position: path, old: "1", new: "2"), origin: nil)
        ])
    }
    #expect(Applier.placesPods(step(FieldPath("spec", "template", "spec").field("containers"))))
    #expect(Applier.placesPods(step(FieldPath("spec", "replicas"))))
    #expect(!Applier.placesPods(step(FieldPath("spec", "minReadySeconds"))))
    #expect(!Applier.placesPods(step(FieldPath("metadata", "labels"))))
  }

  @Test func placedPodsAreCountedByWhatIsMade() {
    #expect(Applier.wantedPods(["kind": "Deployment", "spec": [:]]) == 1)
    #expect(Applier.wantedPods(["kind": "Job", "spec": ["parallelism": 3, "completions": 2]]) == 2)
    #expect(Applier.wantedPods(["kind": "Job", "spec": ["suspend": true]]) == 0)
    let daemons: Value = ["kind": "DaemonSet", "metadata": ["generation": 2], "status": ["desiredNumberScheduled": 3]]
    #expect(Applier.wantedPods(daemons) == nil)
  }

  @Test func aReadinessProbeMayFailWhileAProgramStarts() throws {
    let pod: Value = [
      "spec": ["containers": [["name": "a", "readinessProbe": ["failureThreshold": 3]]]],
      "status": ["containerStatuses": [["name": "a", "state": ["running": ["startedAt": "2026-01-01T00:00:00Z"]]]]],
    ]
    let refused = try #require(ProbeTrouble(message: "Readiness probe failed: connection refused", count: 9))
    let missing = try #require(
      ProbeTrouble(message: "Readiness probe failed: HTTP probe failed with statuscode: 404", count: 9))
    func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1_767_225_600 + seconds) }
    #expect(!refused.isCertain(pod, now: at(30)))
    #expect(refused.isCertain(pod, now: at(61)))
    #expect(!missing.isCertain(pod, now: at(2)))
    #expect(missing.isCertain(pod, now: at(7)))
    let once = try #require(
      ProbeTrouble(message: "Readiness probe failed: HTTP probe failed with statuscode: 404", count: 1))
    #expect(!once.isCertain(pod, now: at(100)))
    #expect(ProbeTrouble(message: "Back-off restarting failed container", count: 1) == nil)
  }

  /// An operator, the definition of its kind, an object of that, and what the API server asks it: all in one program, and
  /// nothing waits for what only the operator makes healthy.
  @Test func whatNeedsAWorkloadIsNotWaitedForBeforeIt() throws {
    func object(_ apiVersion: String, _ kind: String, _ name: String, spec: Value = [:]) -> DesiredObject {
      DesiredObject(
        address: "\(kind).\(name)", sourceKind: kind,
        object: [
          "apiVersion": .string(apiVersion), "kind": .string(kind), "metadata": ["name": .string(name)], "spec": spec,
        ], origin: Origin(file: "main.kc", line: 1))
    }
    let definition = object(
      "apiextensions.k8s.io/v1", "CustomResourceDefinition", "widgets.example.com",
      spec: ["group": "example.com", "names": ["kind": "Widget"], "scope": "Cluster"])
    let widget = object("example.com/v1", "Widget", "one")
    let foreign = object("other.example.com/v1", "Thing", "two")
    let operatorObject = object("apps/v1", "Deployment", "operator")
    let apiService = object("apiregistration.k8s.io/v1", "APIService", "v1.metrics.example.com")
    let hook = object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "check")
    var user = object("v1", "Pod", "user")
    user.dependencies = [widget.address, foreign.address]
    let plan = Planner().plan(
      project: "shop", namespace: "shop", environment: nil,
      desired: [definition, widget, foreign, operatorObject, apiService, hook, user], live: LiveState(target: "test"))
    #expect(Applier.late(in: plan) == [widget.address, apiService.address], "the thing is needed, and made by others")
    let waves = Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.address, $0.wave) })
    let workload = try #require(waves[operatorObject.address])
    for later in [apiService, hook] { #expect(try #require(waves[later.address]) > workload) }
    #expect(try #require(waves[widget.address]) < workload, "pods may use what comes of it")
  }
}
