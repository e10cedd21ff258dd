import KCData
import KCKube
import Testing

@testable import KCServer

/// The cells that `kubectl get` shows.
@Suite struct TableTests {
  private static let now = Timestamp(seconds: 1_700_000_000)

  private func cells(_ kind: String, _ apiVersion: String, _ object: Value) throws -> [Value] {
    let type = try #require(ResourceTypes.builtin.find(apiVersion: apiVersion, kind: kind))
    return TableLayout.of(type).cells(object, Self.now)
  }

  @Test(arguments: [
    (0, "0s"), (119, "119s"), (120, "2m"), (190, "3m10s"), (600, "10m"), (7199, "119m"), (10800, "3h"),
    (11100, "3h5m"), (28800, "8h"), (172_799, "47h"), (172_800, "2d"), (187_200, "2d4h"), (691_200, "8d"),
    (63_072_000, "2y"), (66_000_000, "2y33d"),
  ])
  func agesReadAsInKubectl(_ seconds: Int64, _ text: String) {
    #expect(Tables.span(Timestamp(seconds: Self.now.seconds - seconds), Self.now) == text)
  }

  private static func pod(_ status: Value, spec: Value = ["containers": [["name": "c"]]]) -> Value {
    ["metadata": ["name": "p", "creationTimestamp": "2023-11-14T22:13:15Z"], "spec": spec, "status": status]
  }

  private static let podCases: [(Value, String, String, String)] = [
    (["phase": "Pending"], "0/1", "Pending", "0"),
    (
      [
        "phase": "Running", "conditions": [["type": "Ready", "status": "True"]],
        "containerStatuses": [["name": "c", "ready": true, "restartCount": 0, "state": ["running": [:]]]],
      ], "1/1", "Running", "0"
    ),
    (
      [
        "phase": "Running",
        "containerStatuses": [
          [
            "name": "c", "ready": false, "restartCount": 7, "state": ["waiting": ["reason": "CrashLoopBackOff"]],
            "lastState": ["terminated": ["finishedAt": "2023-11-14T22:13:10Z"]],
          ]
        ],
      ], "0/1", "CrashLoopBackOff", "7 (10s ago)"
    ),
    (
      [
        "phase": "Failed",
        "containerStatuses": [
          ["name": "c", "restartCount": 2, "state": ["terminated": ["signal": 9, "exitCode": 137]]]
        ],
      ], "0/1", "Signal:9", "2"
    ),
    (["phase": "Failed", "reason": "Evicted"], "0/1", "Evicted", "0"),
  ]

  @Test(arguments: podCases.indices)
  func podsInOneWord(_ index: Int) throws {
    let (status, ready, word, restarts) = Self.podCases[index]
    let cells = try cells("Pod", "v1", Self.pod(status))
    #expect(cells[1...4] == [.string(ready), .string(word), .string(restarts), "5s"])
  }

  @Test func initContainersAndSidecars() throws {
    let spec: Value = [
      "containers": [["name": "c"]],
      "initContainers": [["name": "a"], ["name": "b"], ["name": "s", "restartPolicy": "Always"]],
    ]
    let status: Value = [
      "phase": "Pending",
      "initContainerStatuses": [
        ["name": "a", "state": ["terminated": ["exitCode": 0]]], ["name": "b", "state": ["running": [:]]],
      ],
    ]
    #expect(try cells("Pod", "v1", Self.pod(status, spec: spec))[1...2] == ["0/2", "Init:1/3"])
  }

  @Test func servicesAndNodes() throws {
    let service: Value = [
      "metadata": ["name": "lb"],
      "spec": [
        "type": "LoadBalancer", "clusterIP": "10.96.0.9", "selector": ["b": "2", "a": "1"],
        "ports": [["port": 443, "nodePort": 30443, "protocol": "TCP"], ["port": 53, "protocol": "UDP"]],
      ],
    ]
    #expect(
      try cells("Service", "v1", service) == [
        "lb", "LoadBalancer", "10.96.0.9", "<pending>", "443:30443/TCP,53/UDP", "<unknown>", "a=1,b=2",
      ])
    let node: Value = [
      "metadata": ["name": "n", "labels": ["node-role.kubernetes.io/worker": ""]], "spec": ["unschedulable": true],
      "status": ["conditions": [["type": "Ready", "status": "False"]]],
    ]
    #expect(try cells("Node", "v1", node)[1...2] == ["NotReady,SchedulingDisabled", "worker"])
  }
}
