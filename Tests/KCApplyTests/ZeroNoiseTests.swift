import KCApply
import KCClient
import KCData
import KCKube
import KCPlan
import Testing

/// After an apply there is nothing to plan: for each kind of block, and against the API server itself.
@Suite struct ZeroNoiseTests {
  /// A block of each kind that the standard library has, with as many of its settings as go together.
  static let everything = """
    namespace shop {}

    priorityclass high { value = 1000; description = "first"; preempt = false }

    config settings { data { LOG_LEVEL = "info"; EMPTY = "" } }

    secret db { data { PASSWORD = input.env("PASSWORD") } }

    claim data { size = 1024Mi; class = "fast" }

    serviceaccount robot { token = false }

    role reader {
      allow pods { verbs = ["get", "list"]; resources = ["pods"] }
    }

    rolebinding readers { role = reader; accounts = [robot] }

    deployment web {
      replicas = 2
      grace = 5s
      account = robot
      priority = "high"
      minReady = 1s
      rollout { maxSurge = 1; maxUnavailable = 0 }
      container app {
        image = "registry.local/web:v1"
        port http = 8080
        cpu = 0.1...1000m
        memory = 64Mi...0.25Gi
        env LEVEL = settings.data.LOG_LEVEL
        env PASSWORD = db.data.PASSWORD
        ready = probe.http("/healthz", port: http, every: 5s)
        live = probe.tcp(http, every: 5s)
      }
      affinity {
        require node zone in ["a", "b"]
        require apart from self by hostname
        spread by zone maxSkew 1
        tolerate "node.kubernetes.io/unreachable" NoExecute for 2s
      }
    }

    statefulset store {
      replicas = 3
      container app { image = "registry.local/store:v1"; port client = 6379 }
      claim data = 1Gi
    }

    daemonset agent { container app { image = "registry.local/agent:v1" } }

    job migrate { retries = 2; timeout = 60s; container app { image = "registry.local/migrate:v1" } }

    cronjob sweep { schedule = "0 3 * * *"; overlap = "Forbid"; container app { image = "registry.local/sweep:v1" } }

    service web { select = web; type = "NodePort"; port http = 80 -> web.app.http }

    service peers { select = store; headless = true; port client = 6379 -> store.app.client }

    ingress front { host "shop.example.com" { route "/" = service.web.port.http } }

    networkpolicy inner { guard = store; from = [web] }

    disruptionbudget web { guard = web; keep = 1 }

    autoscaler stores { scale = web; replicas = 2...6; cpu = 60% }
    """

  private func read(_ server: LiveServer, _ desired: [DesiredObject]) async throws -> (LiveState, Plan) {
    let live = try await LiveReader(client: server.client(), target: "test").read(
      project: "shop", namespace: "shop", desired: desired)
    return (
      live,
      Planner().plan(project: "shop", namespace: "shop", environment: nil, desired: desired, live: live)
    )
  }

  private func apply(_ plan: Plan, _ client: APIClient) async throws {
    for step in plan.changes {
      let object = try #require(step.object)
      let type = try #require(client.types.find((object.apiVersion, object.kind)))
      _ = try await client.apply(object, type: type)
    }
  }

  @Test func afterAnApplyThereIsNothingToPlan() async throws {
    let server = try await LiveServer()
    defer { server.remove() }
    let desired = try Declared.objects(Self.everything)
    let (_, first) = try await read(server, desired)
    #expect(first.count(.add) == desired.count)
    try await apply(first, server.client())
    _ = server.requests()
    let (live, second) = try await read(server, desired)
    #expect(second.isEmpty, "\(second.changes.map { "\($0.address): \($0.changes.map(\.field))" })")
    // That nothing changes was mostly known without asking for a dry run.
    let requests = server.requests()
    #expect(requests["PATCH", default: 0] + live.settled.count == desired.count)
    #expect(live.settled.count > desired.count / 2, "asked about \(requests)")
  }

  @Test func whatSomebodyElseChangedIsDrift() async throws {
    let server = try await LiveServer()
    defer { server.remove() }
    let desired = try Declared.objects("namespace shop {}\nconfig settings { data { LEVEL = \"info\" } }")
    try await apply(try await read(server, desired).1, server.client())
    let type = try #require(ResourceTypes.builtin.find(apiVersion: "v1", kind: "ConfigMap"))
    _ = try await server.client("kubectl-edit").patch(
      type, namespace: "shop", name: "settings", ["data": ["LEVEL": "debug", "EXTRA": "x"]])
    let (_, plan) = try await read(server, desired)
    let step = try #require(plan.changes.first)
    #expect(plan.changes.count == 1)
    #expect(step.changes.map(\.driftedBy) == ["kubectl-edit"])
    #expect(step.leftAlone.map(\.path.description) == ["data.EXTRA"])
    #expect(step.leftAlone.first?.manager == "kubectl-edit")
  }

  @Test func anAutoscalersReplicasAreLeftAlone() async throws {
    let server = try await LiveServer()
    defer { server.remove() }
    let desired = try Declared.objects(Self.everything)
    try await apply(try await read(server, desired).1, server.client())
    let type = try #require(ResourceTypes.builtin.find(apiVersion: "apps/v1", kind: "Deployment"))
    _ = try await server.client("horizontal-pod-autoscaler").patch(
      type, namespace: "shop", name: "web", ["spec": ["replicas": 5]], subresource: "scale")
    let (_, plan) = try await read(server, desired)
    #expect(plan.isEmpty, "\(plan.changes.map { "\($0.address): \($0.changes.map(\.field))" })")
    let kept = try #require(plan.steps.first { $0.address == "deployment.web" })
    #expect(kept.leftAlone.map(\.path.description) == ["spec.replicas"])
    #expect(kept.leftAlone.first?.value == 5)
  }

  @Test func whatWasRemovedOnTheTargetIsMadeAgain() async throws {
    let server = try await LiveServer()
    defer { server.remove() }
    let desired = try Declared.objects("namespace shop {}\nconfig settings { data { LEVEL = \"info\" } }")
    var (live, plan) = try await read(server, desired)
    live.inventory = desired.map { InventoryEntry(address: $0.address, key: $0.key) }
    plan = Planner().plan(project: "shop", namespace: "shop", environment: nil, desired: desired, live: live)
    #expect(plan.changes.allSatisfy { $0.effect.hasPrefix("made again") })
  }
}
