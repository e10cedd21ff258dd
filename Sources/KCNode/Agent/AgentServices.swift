internal import KCClient
internal import KCData
internal import KCKube
internal import Logging

/// What the workers of a node share.
struct AgentServices: Sendable {
  let node: NodeConfiguration
  let client: APIClient
  let types: AgentTypes
  let runtime: any ContainerRuntime
  let images: ImageManager
  let events: EventRecorder
  let probes: any ProbeIO
  let clock: any NodeClock
  let log: Logger
  /// Bounds how many sandboxes are made or removed at once.
  let gate: Gate
  let cgroups: Cgroups

  var paths: NodePaths { NodePaths(state: node.stateDirectory, logs: node.logDirectory) }

  /// Fetches what a pod refers to; what does not exist is left out.
  func inputs(_ references: PodInputs.References, namespace: String, services: Bool) async throws(ClientError)
    -> PodInputs
  {
    var out = PodInputs()
    for name in references.configMaps.sorted() {
      out.configMaps[name] = try await find(types.configMap, namespace, name)
    }
    for name in references.secrets.sorted() { out.secrets[name] = try await find(types.secret, namespace, name) }
    for name in references.claims.sorted() { out.volumes[name] = try await volume(of: name, namespace) }
    if services {
      out.services = try await client.list(types.service, namespace: namespace).items
      if namespace != "default", let api = try await find(types.service, "default", "kubernetes") {
        out.services.append(api)
      }
    }
    return out
  }

  /// The volume that a claim is bound to.
  private func volume(of claim: String, _ namespace: String) async throws(ClientError) -> Value? {
    guard let found = try await find(types.claim, namespace, claim), found.at("status", "phase")?.string == "Bound",
      let name = found.at("spec", "volumeName")?.string
    else { return nil }
    return try await find(types.volume, "", name)
  }

  private func find(_ type: ResourceType, _ namespace: String, _ name: String) async throws(ClientError) -> Value? {
    do throws(ClientError) {
      return try await client.get(type, namespace: namespace, name: name)
    } catch {
      if error.isNotFound { return nil }
      throw error
    }
  }
}

/// The resources that an agent works with.
struct AgentTypes: Sendable {
  let pod: ResourceType
  let node: ResourceType
  let lease: ResourceType
  let configMap: ResourceType
  let secret: ResourceType
  let service: ResourceType
  let claim: ResourceType
  let volume: ResourceType

  /// - Returns: nil where the API does not serve one of them.
  init?(_ types: ResourceTypes) {
    guard let pod = types.find(apiVersion: "v1", kind: "Pod"), let node = types.find(apiVersion: "v1", kind: "Node"),
      let lease = types.find(apiVersion: "coordination.k8s.io/v1", kind: "Lease"),
      let configMap = types.find(apiVersion: "v1", kind: "ConfigMap"),
      let secret = types.find(apiVersion: "v1", kind: "Secret"),
      let service = types.find(apiVersion: "v1", kind: "Service"),
      let claim = types.find(apiVersion: "v1", kind: "PersistentVolumeClaim"),
      let volume = types.find(apiVersion: "v1", kind: "PersistentVolume")
    else { return nil }
    self.pod = pod
    self.node = node
    self.lease = lease
    self.configMap = configMap
    self.secret = secret
    self.service = service
    self.claim = claim
    self.volume = volume
  }
}
