import KCCodec
import KCData
import KCKube

@testable import KCServer

/// What happened at the recorder's server without a request that was recorded.
extension RestReplay {
  /// Brings about what an answer shows to have happened between the steps.
  mutating func prepare(_ step: Value, _ request: APIRequest) async {
    let expected = step["response"] ?? .null
    await removeReplaced(request, expected)
    await holdAddresses(step, expected)
    await startEvicted(request, expected)
  }

  /// An object that a PUT makes anew is gone.
  private func removeReplaced(_ request: APIRequest, _ expected: Value) async {
    guard request.method == "PUT", expected["status"] == 201, let uid = expected.at("body", "metadata", "uid")?.string,
      !placeholders.isKnown(String(uid.dropFirst().dropLast()))
    else { return }
    _ = await server.handle(Self.admin("DELETE", request.path, [:]))
  }

  /// Transcripts were recorded beside each other: what one of them holds, another cannot get.
  private func holdAddresses(_ step: Value, _ expected: Value) async {
    let message = expected.at("body", "message")?.string ?? ""
    guard message.contains("already allocated"), let spec = step.at("request", "body", "spec") else { return }
    var held: [Value] = []
    if let address = spec["clusterIP"] { held.append(["clusterIP": address, "ports": [["port": 80]]]) }
    for port in spec["ports"]?.array ?? [] {
      guard let number = port["nodePort"] else { continue }
      held.append([
        "type": "NodePort",
        "ports": [["port": 80, "nodePort": number, "protocol": port["protocol"] ?? "TCP"]],
      ])
    }
    for spec in held {
      let body: Value = ["metadata": ["generateName": "held-"], "spec": spec]
      _ = await server.handle(Self.admin("POST", "/api/v1/namespaces/oracle/services", body))
    }
  }

  /// Budgets guard pods that run: one that is refused its eviction does, ready or not as is told of it later.
  private func startEvicted(_ request: APIRequest, _ expected: Value) async {
    guard request.path.hasSuffix("/eviction"), [429, 500].contains(expected["status"]?.int ?? 0) else { return }
    let path = String(request.path.dropLast("/eviction".count))
    guard case .value(let pod) = await server.handle(Self.admin("GET", path, .null)).body,
      pod.at("status", "phase") == "Pending"
    else { return }
    var status = told("status", ofPod: pod.name ?? "") ?? ["phase": "Running"]
    status["conditions"] = .array((status["conditions"]?.array ?? []).filter { $0["type"] == "Ready" })
    var patch = Self.admin("PATCH", path + "/status", ["status": status])
    patch.contentType = "application/merge-patch+json"
    _ = await server.handle(patch)
  }

  private func told(_ field: String, ofPod name: String) -> Value? {
    for step in transcript["steps"]?.array ?? [] {
      let body = step.at("response", "body")
      if body?.kind == "Pod", body?.name == name, body?.at("status", "phase") == "Running" { return body?[field] }
    }
    return nil
  }
}
