internal import KCData

/// Turns requests and limits into what Linux' control groups take.
struct ResourceBuilder {
  let quality: QualityOfService
  /// What the node has for pods.
  let allocatable: [String: Quantity]

  func resources(_ container: ContainerSpec) -> ContainerResources {
    func amount(_ list: String, _ name: String) -> Quantity? {
      QualityOfService.amount(container.value.at("resources", list, name))
    }
    var out = ContainerResources()
    let cpuLimit = amount("limits", "cpu").flatMap { $0.isZero ? nil : $0 }
    let cpuRequest = amount("requests", "cpu") ?? cpuLimit
    let milli = cpuRequest?.milliValue ?? 0
    out.cpuShares = milli <= 0 ? 2 : min(max(Self.scaled(milli, 1024, 1000), 2), 262_144)
    if var limit = cpuLimit?.milliValue, limit > 0 {
      // A quota above that of the node's own group is refused.
      if let most = allocatable["cpu"]?.milliValue, most > 0 { limit = min(limit, most) }
      out.cpuQuota = max(Self.scaled(limit, out.cpuPeriod, 1000), 1000)
    }
    let memory = amount("limits", "memory").flatMap { $0.isZero ? nil : $0 }
    if let memory { out.memoryLimit = memory.value }
    out.oomScoreAdjustment = oomScore(request: amount("requests", "memory") ?? memory)
    return out
  }

  /// Who asks for much memory is killed later, by how much of the node it asks for.
  private func oomScore(request: Quantity?) -> Int64 {
    switch quality {
    case .guaranteed: return -997
    case .bestEffort: return 1000
    case .burstable:
      guard let capacity = allocatable["memory"]?.value, capacity > 0 else { return 999 }
      let share = Self.scaled(max(request?.value ?? 0, 0), 1000, capacity)
      return min(max(1000 - share, 3), 999)
    }
  }

  /// `number * factor / divisor` without overflow.
  private static func scaled(_ number: Int64, _ factor: Int64, _ divisor: Int64) -> Int64 {
    Int64(clamping: Int128(number) * Int128(factor) / Int128(divisor))
  }
}
