internal import KCData

/// A pod's class for when memory runs out, by what its containers ask for.
enum QualityOfService: String, Sendable {
  case guaranteed = "Guaranteed"
  case burstable = "Burstable"
  case bestEffort = "BestEffort"

  init(_ pod: PodSpec) {
    var asks = false
    var isGuaranteed = true
    for container in pod.all {
      for resource in ["cpu", "memory"] {
        let request = Self.amount(container.value.at("resources", "requests", resource))
        let limit = Self.amount(container.value.at("resources", "limits", resource))
        if request?.isZero == false || limit?.isZero == false { asks = true }
        if limit == nil || limit?.isZero == true || (request ?? limit) != limit { isGuaranteed = false }
      }
    }
    self = !asks ? .bestEffort : isGuaranteed ? .guaranteed : .burstable
  }

  static func amount(_ value: Value?) -> Quantity? {
    value?.string.flatMap { Quantity($0) } ?? value?.int.map { Quantity($0) }
  }
}
