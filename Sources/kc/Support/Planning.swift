import KCApply
import KCClient
import KCData
import KCKube
import KCLang
import KCPlan

/// Makes plans of projects.
enum Planning {
  /// Where a project's record is kept.
  static func namespace(_ project: Project) -> String { project.compilation.project.home }

  /// - Parameters:
  ///   - cluster: nodes, and what runs on them, to place pods on instead of the target's.
  ///   - allowDelete: addresses whose removal is allowed though they are protected or hold data.
  static func plan(
    _ project: Project, on target: Target, cluster: LiveState.Cluster? = nil, allowDelete: [String] = []
  ) async throws -> Plan {
    let desired = project.desired(types: target.client.types)
    do throws(ClientError) {
      var live = try await LiveReader(client: target.client, target: target.name).read(
        project: project.compilation.project.name, namespace: namespace(project), desired: desired)
      if let cluster { live.cluster = cluster }
      let planner = Planner(types: target.client.types, defining: desired, options: options(project, allowDelete))
      return planner.plan(
        project: project.compilation.project.name, namespace: namespace(project), environment: project.environment,
        desired: desired, live: live,
        sources: project.inputs.bytes)
    } catch {
      throw Target.failure(error)
    }
  }

  private static func options(_ project: Project, _ allowDelete: [String]) -> Planner.Options {
    let moves = Dictionary(project.compilation.moves.map { ($0.from, $0.to) }, uniquingKeysWith: { first, _ in first })
    return Planner.Options(moves: moves, allowDelete: Set(allowDelete))
  }

  /// A plan without a target: placed on the given nodes, or on those that `project.kc` declares.
  ///
  /// - Parameter objects: what is there; everything is new without.
  static func planOffline(
    _ project: Project, cluster: LiveState.Cluster?, objects: [Value]? = nil, allowDelete: [String] = []
  ) -> Plan {
    let info = project.compilation.project
    let cluster = cluster ?? LiveState.Cluster(nodes: info.nodes)
    let count = cluster.nodes.count
    let nodes = count == 0 ? "no nodes declared" : "\(count) node\(count == 1 ? "" : "s")"
    let record = Inventory.find(in: objects ?? [], project: info.name, namespace: namespace(project))
    let kinds = KnownKinds(definedBy: (objects ?? []) + project.compilation.resources.map(\.object))
    let desired = project.desired(types: kinds.types)
    let live = Offline.state(
      desired: desired, objects: objects ?? [], inventory: record?.entries ?? [], cluster: cluster, kinds: kinds,
      target: "\(objects == nil ? "nothing" : "a file"), offline (\(nodes))")
    return Planner(types: kinds.types, schema: kinds.schema, options: options(project, allowDelete)).plan(
      project: info.name, namespace: namespace(project), environment: project.environment, desired: desired,
      live: live, sources: project.inputs.bytes)
  }

  /// What has become of the nodes that a saved plan was made for.
  static func movedNodes(_ plan: Plan, on target: Target) async throws -> [String] {
    if plan.placements.isEmpty { return [] }
    do throws(ClientError) {
      guard let type = target.client.types.find(apiVersion: "v1", kind: "Node") else { return [] }
      return plan.movedNodes(LiveState.Cluster(nodes: try await target.client.list(type, limit: 500).items))
    } catch {
      // Who may not see nodes can still carry out what another has planned.
      if error.status?.code == 403 { return [] }
      throw Target.failure(error)
    }
  }

  static func planRemoval(
    _ project: Project, on target: Target, allowDelete: [String] = []
  ) async throws -> Plan {
    do throws(ClientError) {
      let reader = LiveReader(client: target.client, target: target.name)
      var live = try await reader.read(
        project: project.compilation.project.name, namespace: namespace(project), desired: [])
      let own = Set(live.inventory.map(\.key))
      for entry in live.inventory where entry.key.kind == "Namespace" && live.objects[entry.key] != nil {
        live.held[entry.key.name] = try await reader.held(
          in: entry.key.name, project: project.compilation.project.name, besides: own)
      }
      return Planner(types: target.client.types, options: options(project, allowDelete)).planRemoval(
        project: project.compilation.project.name, namespace: namespace(project), environment: project.environment,
        live: live)
    } catch {
      throw Target.failure(error)
    }
  }
}
