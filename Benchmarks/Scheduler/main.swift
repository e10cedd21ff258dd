import Glibc
import KCData
import KCScheduler

// How many pods a second the scheduling library places, on one core, from the pod's object to its place in the snapshot.
// Arguments: numbers of nodes, numbers of pods, kinds; each a list with commas. All by default.

/// What the pods ask for.
enum Workload: String, CaseIterable {
  case plain, apart, spread, mixed

  func pod(_ number: Int) -> Value {
    let app: Value = .string("app-\(number % 10)")
    var spec: Value = [
      "containers": [
        [
          "name": "main", "image": "registry.local/web:1",
          "resources": ["requests": ["cpu": "100m", "memory": "128Mi"]],
        ]
      ]
    ]
    let selector: Value = ["matchLabels": ["app": app]]
    switch self == .mixed ? [.plain, .apart, .spread, .mixed][number % 4] : self {
    case .plain: break
    case .apart:
      spec.set(
        [["topologyKey": "kubernetes.io/hostname", "labelSelector": selector]], at: "affinity", "podAntiAffinity",
        "requiredDuringSchedulingIgnoredDuringExecution")
    case .spread:
      spec["topologySpreadConstraints"] = [
        [
          "maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule",
          "labelSelector": selector,
        ]
      ]
    case .mixed:
      spec.set(
        [
          [
            "weight": 10,
            "podAffinityTerm": ["topologyKey": "topology.kubernetes.io/zone", "labelSelector": selector],
          ]
        ], at: "affinity", "podAffinity", "preferredDuringSchedulingIgnoredDuringExecution")
    }
    return [
      "kind": "Pod", "spec": spec,
      "metadata": ["name": .string("pod-\(number)"), "namespace": "default", "labels": ["app": app]],
    ]
  }
}

func node(_ number: Int) -> Value {
  let name: Value = .string("node-\(String(100_000 + number).dropFirst())")
  let amounts: Value = ["cpu": "32", "memory": "256Gi", "pods": "110"]
  return [
    "kind": "Node",
    "metadata": [
      "name": name,
      "labels": [
        "kubernetes.io/hostname": name, "topology.kubernetes.io/zone": .string("zone-\(number % 10)"),
      ],
    ], "status": ["allocatable": amounts, "capacity": amounts],
  ]
}

/// The processor's time that was used, in seconds.
func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// The memory that the process has, in bytes.
func resident() -> Int {
  guard let file = fopen("/proc/self/statm", "r") else { return 0 }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 128)
  guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
  let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
    separator: " ")
  return (words.count > 1 ? Int(words[1]) ?? 0 : 0) * sysconf(Int32(_SC_PAGESIZE))
}

func numbers(_ place: Int, _ fallback: [Int]) -> [Int] {
  guard CommandLine.arguments.count > place else { return fallback }
  return CommandLine.arguments[place].split(separator: ",").compactMap { Int($0) }
}

func measure(_ workload: Workload, nodes: Int, pods: Int) {
  var snapshot = Snapshot(nodes: (0..<nodes).map(node), pods: [])
  let objects = (0..<pods).map(workload.pod)
  let scheduler = Scheduler()
  var placed = 0
  let start = processorTime()
  for object in objects {
    let pod = PodInfo(object)
    guard let name = scheduler.schedule(pod, in: snapshot).node else { continue }
    snapshot.place(pod, on: name)
    placed += 1
  }
  let rate = Int(Double(pods) / (processorTime() - start))
  print("scheduler/\(workload.rawValue) nodes=\(nodes) pods=\(pods): \(rate) pods/s, \(placed) placed")
}

/// What a snapshot takes: objects come one by one, as from a watch, and are not kept.
func measureMemory(nodes: Int, pods: Int) {
  var snapshot = Snapshot()
  let start = resident()
  for number in 0..<nodes { snapshot.addNode(node(number)) }
  let withNodes = resident()
  for number in 0..<pods {
    let name = "node-\(String(100_000 + number % nodes).dropFirst())"
    snapshot.place(PodInfo(Workload.mixed.pod(number)), on: name)
  }
  let withPods = resident()
  print(
    "scheduler/memory nodes=\(nodes) pods=\(pods): \((withNodes - start) / nodes) B a node, "
      + "\((withPods - withNodes) / pods) B a pod")
}

if CommandLine.arguments.dropFirst().first == "memory" {
  measureMemory(nodes: 20_000, pods: 200_000)
  exit(0)
}
let workloads =
  CommandLine.arguments.count > 3
  ? CommandLine.arguments[3].split(separator: ",").compactMap { Workload(rawValue: String($0)) } : Workload.allCases
for nodes in numbers(1, [1000, 5000]) {
  for pods in numbers(2, [5000, 10_000]) {
    for workload in workloads { measure(workload, nodes: nodes, pods: pods) }
  }
}
