internal import KCClient
internal import KCData
internal import KCKube

/// Whether something on the target gives addresses to objects of a kind: without an ingress controller or a load
/// balancer they will never have one, which is no failure of what was applied.
struct AddressGivers: Sendable {
  let client: APIClient

  /// The kinds that are given addresses.
  static let kinds: Set<String> = ["Service", "Ingress"]

  /// The beginnings of what nodes say that are machines of their own, or parts of one: kind's and those of kc's engine.
  /// No cloud gives their services addresses.
  private static let machines = ["kind://", "kc://"]

  func give(_ kind: String) async -> Bool {
    if kind == "Ingress" { return await !items("networking.k8s.io/v1", "IngressClass").isEmpty }
    let isCloud = await items("v1", "Node").contains { node in
      let provider = node.at("spec", "providerID")?.string ?? ""
      return !provider.isEmpty && !Self.machines.contains { provider.hasPrefix($0) }
    }
    if isCloud { return true }
    return await items("v1", "Service").contains { !($0.at("status", "loadBalancer", "ingress")?.array ?? []).isEmpty }
  }

  private func items(_ apiVersion: String, _ kind: String) async -> [Value] {
    guard let type = client.types.find(apiVersion: apiVersion, kind: kind) else { return [] }
    return (try? await client.list(type, limit: 500).items) ?? []
  }
}
