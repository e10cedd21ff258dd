internal import KCData

/// How far a rolling update may go beyond and below the wanted number of pods.
struct RollingBounds: Equatable {
  var surge = 0
  var unavailable = 0

  init(_ deployment: Value) {
    guard deployment.at("spec", "strategy", "type")?.string != "Recreate" else { return }
    let rolling = deployment.at("spec", "strategy", "rollingUpdate")
    let replicas = deployment.specReplicas
    surge = scaled(rolling?["maxSurge"] ?? "25%", of: replicas, roundingUp: true)
    unavailable = scaled(rolling?["maxUnavailable"] ?? "25%", of: replicas, roundingUp: false)
    // With neither, a percentage that rounds to nothing would stop the update for ever.
    if surge == 0 && unavailable == 0 { unavailable = 1 }
    unavailable = min(unavailable, replicas)
  }
}
