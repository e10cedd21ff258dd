internal import KCData
internal import KCKube

/// What services have that no two of them can have, and that goes from one to another in a plan: who gives it up is changed
/// first. In a circle nobody can be.
struct HandedOver {
  /// The services that must have given something up before another one is changed, by the addresses.
  private(set) var waits: [String: [String]] = [:]
  /// Why a service can have nothing of what it wants, by its address.
  private var circles: [String: String] = [:]

  init(_ steps: [Step], live: LiveState) {
    let services = steps.filter { [.add, .change, .replace].contains($0.action) && $0.key.kind == "Service" }
    let wanting = services.filter { $0.action == .add || Self.isTaken($0.refusal) }
    if wanting.isEmpty || services.count < 2 { return }
    var holders: [String: Step] = [:]
    for step in services {
      for claim in Self.givenUp(by: step, live) { holders[claim.key] = step }
    }
    if holders.isEmpty { return }
    var wants: [String: [(holder: Step, words: String)]] = [:]
    for step in wanting {
      for (claim, words) in ServiceClaims(step.object).all.sorted(by: { $0.key < $1.key }) {
        guard let holder = holders[claim], holder.address != step.address else { continue }
        wants[step.address, default: []].append((holder, words))
      }
    }
    settle(wants)
  }

  /// Tells what can be put in an order from what stands in a circle, or waits for one.
  private mutating func settle(_ wants: [String: [(holder: Step, words: String)]]) {
    var open = wants
    while true {
      let ready = open.filter { $0.value.allSatisfy { open[$0.holder.address] == nil } }.map(\.key)
      if ready.isEmpty { break }
      for address in ready {
        waits[address] = Set((wants[address] ?? []).map(\.holder.address)).sorted()
        open[address] = nil
      }
    }
    for (address, claims) in open {
      guard let first = claims.first(where: { open[$0.holder.address] != nil }) else { continue }
      let back = wants[first.holder.address]?.first.map { ", which takes \($0.words) of \($0.holder.title)" } ?? ""
      circles[address] =
        "\(first.words) is that of \(first.holder.title)\(back): no order does that. Give one of them another one, apply, "
        + "and then say what they are to be"
    }
  }

  /// Takes back that the target refuses what is free when its turn comes, and says why what is not cannot be.
  func relieve(_ steps: inout [Step]) {
    for index in steps.indices where Self.isTaken(steps[index].refusal) {
      let address = steps[index].address
      if waits[address] != nil { steps[index].refusal = nil }
      if let words = circles[address] { steps[index].refusal = APIStatus(code: 422, reason: "Invalid", message: words) }
    }
  }

  private static func isTaken(_ refusal: APIStatus?) -> Bool {
    let causes = refusal?.details?.causes ?? []
    return !causes.isEmpty && causes.allSatisfy { $0.message.contains("already allocated") }
  }

  /// What a service has and will not have.
  private static func givenUp(by step: Step, _ live: LiveState) -> [String: String] {
    guard let current = live.objects[step.key], step.action != .add else { return [:] }
    var result = step.object
    if case .success(let foretold)? = live.predicted[step.key] { result = foretold }
    let kept = ServiceClaims(result).all
    let had = ServiceClaims(current).all.filter { kept[$0.key] == nil }
    // A port that is not said stays what it was, as long as the service has ports of the nodes.
    let isOpen = ["NodePort", "LoadBalancer"].contains(result?.at("spec", "type")?.string ?? "")
    let isSaid = (result?.at("spec", "ports")?.array ?? []).allSatisfy { ($0["nodePort"]?.int ?? 0) > 0 }
    return isOpen && !isSaid && step.action == .change ? [:] : had
  }
}
