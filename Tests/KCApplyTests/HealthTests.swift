import KCApply
import KCData
import Testing

@Suite struct HealthTests {
  private func deployment(updated: Int64, available: Int64, observed: Int64 = 2) -> Value {
    [
      "kind": "Deployment", "metadata": ["generation": 2], "spec": ["replicas": 3],
      "status": [
        "observedGeneration": .int(observed), "replicas": .int(available), "updatedReplicas": .int(updated),
        "readyReplicas": .int(available), "availableReplicas": .int(available),
      ],
    ]
  }

  @Test func deployments() {
    #expect(Health.of(deployment(updated: 3, available: 3), pods: []) == .healthy)
    #expect(Health.of(deployment(updated: 2, available: 3), pods: []) == .progressing("2 of 3 pods ready"))
    // What the controller has not seen yet says nothing.
    #expect(Health.of(deployment(updated: 3, available: 3, observed: 1), pods: []) == .progressing("0 of 3 pods ready"))
  }

  @Test func refusalsThatPassAreNoFailures() {
    func health(_ message: String) -> Health {
      var object = deployment(updated: 0, available: 0)
      object.set(
        [["type": "ReplicaFailure", "status": "True", "message": .string(message)]], at: "status", "conditions")
      return Health.of(object, pods: [])
    }
    let start = "pods \"web-1\" is forbidden: error looking up service account shop/"
    #expect(health(start + "default: serviceaccount \"default\" not found") == .progressing("0 of 3 pods ready"))
    let missing = start + "web: serviceaccount \"web\" not found"
    #expect(health(missing) == .failed(cause: "no pod can be made: " + missing, pod: nil))
  }

  private func pod(_ state: Value, restarts: Int64 = 0, last: Value = [:]) -> Value {
    [
      "kind": "Pod", "metadata": ["name": "web-1"],
      "status": [
        "containerStatuses": [
          ["name": "app", "image": "shop/web:v9", "restartCount": .int(restarts), "state": state, "lastState": last]
        ]
      ],
    ]
  }

  @Test func causesAreNamed() {
    func cause(_ pod: Value) -> String {
      if case .failed(let cause, _) = Health.of(deployment(updated: 0, available: 0), pods: [pod]) { cause } else { "" }
    }
    #expect(cause(pod(["waiting": ["reason": "ErrImagePull"]])).contains("image shop/web:v9 cannot be pulled"))
    let crash = pod(["waiting": ["reason": "CrashLoopBackOff"]], restarts: 3, last: ["terminated": ["exitCode": 2]])
    #expect(cause(crash) == "pod web-1: container app keeps ending with exit code 2")
    // Once is not yet a habit.
    #expect(cause(pod(["waiting": ["reason": "CrashLoopBackOff"]], restarts: 1)) == "")
    #expect(cause(pod(["waiting": ["reason": "ContainerCreating"]])) == "")
  }
}
