internal import KCData

extension Defaulting {
  @Sendable static func resourceClaim(_ object: inout Value) { within(&object, "spec", deviceClaim) }

  @Sendable static func resourceClaimTemplate(_ object: inout Value) {
    within(&object, "spec") { within(&$0, "spec", deviceClaim) }
  }

  private static func deviceClaim(_ spec: inout Value) {
    within(&spec, "devices") { devices in
      each(&devices, "requests") { request in
        within(&request, "exactly", deviceRequest)
        each(&request, "firstAvailable", deviceRequest)
      }
    }
  }

  private static func deviceRequest(_ request: inout Value) {
    setZero(&request, "ExactCount", "allocationMode")
    if request["allocationMode"] == "ExactCount" { setZero(&request, 1, "count") }
    each(&request, "tolerations") { setZero(&$0, "Equal", "operator") }
  }
}
