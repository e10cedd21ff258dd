internal import KCData
internal import KCKube

/// What goes and is in the way of what the plan makes: it is removed before that, where all else is removed last.
///
/// Some things only one object can have at a time, as a port of the nodes; and quotas and limits hold for all that is made
/// in their namespace for as long as they are there.
struct GivingWay {
  /// A reason why a removal comes before steps.
  struct Claim {
    /// Their addresses.
    var before: [String]
    /// In words, after what the removal is for.
    var words: String
  }

  private let makes: [Step]

  init(_ steps: [Step]) { makes = steps.filter { [.add, .change, .replace].contains($0.action) } }

  /// - Parameter live: what is removed.
  func claim(of live: Value) -> Claim? {
    switch live.kind {
    case "ResourceQuota", "LimitRange":
      let before = makes.filter { $0.key.namespace == live.namespace && $0.key.kind != live.kind }.map(\.address)
      return before.isEmpty
        ? nil : Claim(before: before.sorted(), words: "goes first: it is not to hold for what is made")
    case "Service":
      for step in makes where step.key.kind == "Service" {
        guard let shared = ServiceClaims(step.object).shared(with: ServiceClaims(live)) else { continue }
        return Claim(before: [step.address], words: "goes before \(step.title), which takes its \(shared)")
      }
      return nil
    case "PriorityClass" where live["globalDefault"] == true:
      let next = makes.first { $0.key.kind == "PriorityClass" && $0.object?["globalDefault"] == true }
      return next.map { Claim(before: [$0.address], words: "goes before \($0.title), which is the default then") }
    default: return nil
    }
  }

  /// Marks removals that give way.
  func mark(_ removals: inout [Step], live: LiveState) {
    for index in removals.indices {
      guard let object = live.objects[removals[index].key], let claim = claim(of: object) else { continue }
      removals[index].goesBefore = claim.before
      let effect = removals[index].effect
      // A new name waits for nobody where it needs what the old one has.
      let reason = effect.hasPrefix("renamed") ? effect.prefix { $0 != ":" } : effect[...]
      removals[index].effect = "\(reason); \(claim.words)"
    }
  }

  /// Takes back that the target refuses steps for what is not there any more when their turn comes.
  static func relieve(_ steps: inout [Step], by removals: [Step]) {
    let freed = Set(removals.filter { $0.key.kind == "Service" }.flatMap(\.goesBefore))
    for index in steps.indices where freed.contains(steps[index].address) {
      let causes = steps[index].refusal?.details?.causes ?? []
      if !causes.isEmpty, causes.allSatisfy({ $0.message.contains("already allocated") }) { steps[index].refusal = nil }
    }
  }
}

/// What no two services can have.
struct ServiceClaims {
  /// Ports of the nodes, with their protocols.
  private let ports: [(number: Int64, protocol: String)]
  private let addresses: Set<String>

  init(_ service: Value?) {
    ports = (service?.at("spec", "ports")?.array ?? []).compactMap { port in
      guard let number = port["nodePort"]?.int, number > 0 else { return nil }
      return (number, port["protocol"]?.string ?? "TCP")
    }
    let all = (service?.at("spec", "clusterIPs")?.array ?? []) + [service?.at("spec", "clusterIP")].compactMap(\.self)
    addresses = Set(all.compactMap(\.string)).subtracting(["", "None"])
  }

  /// What it claims, each with the words for it.
  var all: [String: String] {
    var out = Dictionary(uniqueKeysWithValues: addresses.map { ($0, "address \($0)") })
    for port in ports { out["\(port.number)/\(port.protocol)"] = "port \(port.number) of the nodes" }
    return out
  }

  /// `port 30080 of the nodes`; nil where they can be side by side.
  func shared(with other: ServiceClaims) -> String? {
    if let port = ports.first(where: { own in other.ports.contains { $0 == own } }) {
      return "port \(port.number) of the nodes"
    }
    return addresses.intersection(other.addresses).min().map { "address \($0)" }
  }
}

extension GivingWay {
  private static let makers: Set = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod"]

  /// Lets workloads go before those that take their ports of the nodes and would fit nowhere beside them.
  ///
  /// - Returns: whether any does, and places are to be looked for anew.
  static func givePorts(_ steps: inout [Step], for placements: [Placement], live: LiveState) -> Bool {
    let stuck = Set(placements.filter { $0.unplaced > 0 }.map(\.address))
    if stuck.isEmpty { return false }
    var takers: [HostPort: Int] = [:]
    for (index, step) in steps.enumerated() where stuck.contains(step.address) {
      for port in HostPort.all(of: step.object) { takers[port] = index }
    }
    var found = false
    for index in steps.indices where steps[index].action == .remove && makers.contains(steps[index].key.kind) {
      let object = live.objects[steps[index].key]
      guard let port = HostPort.all(of: object).first(where: { takers[$0] != nil }), let taker = takers[port] else {
        continue
      }
      found = true
      steps[index].goesBefore.append(steps[taker].address)
      let effect = steps[index].effect
      let isRenamed = effect.hasPrefix("renamed")
      let reason = isRenamed ? effect.prefix { $0 != ":" } : effect[...]
      steps[index].effect = "\(reason); goes before \(steps[taker].title), which takes its \(port)"
      if isRenamed { steps[index].risks = Risks.of(steps[index], live: object) }
      if let former = steps[taker].movedFrom {
        steps[taker].effect = "renamed from \(former): made when that is gone, whose \(port) it takes"
      }
    }
    return found
  }
}

/// A port of the node that a container has.
private struct HostPort: Hashable, CustomStringConvertible {
  var number: Int64
  var name: String

  var description: String { "port \(number) of the nodes" }

  /// Those of a workload's pods.
  static func all(of workload: Value?) -> [HostPort] {
    let spec = workload?.kind == "Pod" ? workload?["spec"] : workload?.at("spec", "template", "spec")
    let containers = (spec?["containers"]?.array ?? []) + (spec?["initContainers"]?.array ?? [])
    return containers.flatMap { $0["ports"]?.array ?? [] }.compactMap { port in
      guard let number = port["hostPort"]?.int, number > 0 else { return nil }
      return HostPort(number: number, name: port["protocol"]?.string ?? "TCP")
    }
  }
}

extension Planner {
  /// Refuses new services that want what a service has which stays: the target is not always asked, and cannot be before
  /// their namespace is there.
  ///
  /// - Parameter leaving: what the plan removes.
  static func refuseTaken(_ steps: inout [Step], leaving: Set<ObjectKey>, live: LiveState) {
    let new = steps.indices.filter { steps[$0].action == .add && steps[$0].key.kind == "Service" }
    if new.isEmpty { return }
    // What changes may give up what it has.
    let own = Set(steps.filter { $0.action != .keep }.map(\.key))
    let others = live.cluster.others.filter { object in
      guard object.kind == "Service" else { return false }
      let key = ObjectKey(object)
      return !leaving.contains(key) && !own.contains(key)
    }
    for index in new where steps[index].refusal == nil {
      let claims = ServiceClaims(steps[index].object)
      for other in others {
        guard let shared = claims.shared(with: ServiceClaims(other)) else { continue }
        steps[index].refusal = APIStatus(
          code: 422, reason: "Invalid",
          message: "\(shared) is taken by service \(other.name ?? "") in \(other.namespace ?? "")")
        break
      }
    }
  }
}
