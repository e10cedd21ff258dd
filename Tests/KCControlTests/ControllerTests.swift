import KCClient
import KCData
import KCKube
import Logging
import Synchronization
import Testing

@testable import KCControl

/// The runner with real informers over the fake API.
@Suite struct ControllerTests {
  @Test(.timeLimit(.minutes(1))) func aDeploymentBecomesPodsAndNoneTwice() async throws {
    let time = ManualTime()
    let api = FakeAPI(cache: nil, time: time)
    let plane = ControlPlane(
      transport: api, settings: ControlSettings(authority: "PEM"), time: time, log: Logger(label: "test"))
    let running = Task { await plane.run() }
    let client = APIClient(transport: api, fieldManager: "test")
    let types = ResourceTypes.builtin
    let deployments = try #require(types.named("deployments"))
    _ = try await client.create(Self.deployment(replicas: 7), type: deployments)
    let pods = try #require(types.named("pods"))
    var items: [Value] = []
    while items.count < 7 {
      await Task.yield()
      items = try await client.list(pods, namespace: "ns").items
    }
    while true {
      let status = try await client.get(deployments, namespace: "ns", name: "web")
      if status.at("status", "replicas") == 7 { break }
      await Task.yield()
    }
    items = try await client.list(pods, namespace: "ns").items
    #expect(items.count == 7)
    let created = api.state.withLock { state in state.log.filter { $0.key.kind == .pod && $0.old == nil }.count }
    #expect(created == 7)
    running.cancel()
    await running.value
  }

  /// Waits until the deployment says that it has `count` pods.
  private func converged(_ client: APIClient, _ time: ManualTime, _ count: Int) async throws {
    let deployments = try #require(ResourceTypes.builtin.named("deployments"))
    while true {
      let found = try await client.get(deployments, namespace: "ns", name: "web")
      if found.at("status", "replicas") == Value(count), found.at("status", "updatedReplicas") == Value(count) {
        return
      }
      time.advance(by: 0.05)
      await Task.yield()
    }
  }

  @Test(.timeLimit(.minutes(1))) func failuresAreTriedAgainAndARestartMakesNothingTwice() async throws {
    let time = ManualTime()
    let api = FakeAPI(cache: nil, time: time)
    let client = APIClient(transport: api, fieldManager: "test")
    let deployments = try #require(ResourceTypes.builtin.named("deployments"))
    _ = try await client.create(Self.deployment(replicas: 5), type: deployments)
    for failures in [25, 0] {
      api.state.withLock { $0.failures = failures }
      let plane = ControlPlane(
        transport: api, settings: ControlSettings(authority: "PEM"), time: time, log: Logger(label: "test"))
      let running = Task { await plane.run() }
      try await converged(client, time, 5)
      for _ in 0..<200 { await Task.yield() }
      running.cancel()
      await running.value
    }
    let created = api.state.withLock { state in state.log.filter { $0.key.kind == .pod && $0.old == nil }.count }
    #expect(created == 5)
  }

  static func deployment(replicas: Int) -> Value {
    [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "namespace": "ns"],
      "spec": [
        "replicas": Value(replicas), "selector": ["matchLabels": ["app": "web"]],
        "template": [
          "metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "c", "image": "img:1"]]],
        ],
      ],
    ]
  }
}
