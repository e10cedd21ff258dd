import KCApply
import KCClient
import KCData
import KCKube
import KCLang
import KCPlan

/// Makes plans of projects.
enum Planning {
  /// Where a project's record is kept.
  static func namespace(_ project: Project) -> String { project.compilation.project.namespace }

  /// - Parameter cluster: nodes, and what runs on them, to place pods on instead of the target's.
  static func plan(_ project: Project, on target: Target, cluster: LiveState.Cluster? = nil) async throws -> Plan {
    let desired = project.desired()
    do throws(ClientError) {
      var live = try await LiveReader(client: target.client, target: target.name).read(
        project: project.compilation.project.name, namespace: namespace(project), desired: desired)
      if let cluster { live.cluster = cluster }
      return Planner().plan(
        project: project.compilation.project.name, namespace: namespace(project), environment: project.environment,
        desired: desired, live: live,
        sources: project.fingerprint)
    } catch {
      throw Target.failure(error)
    }
  }

  /// A plan without a target: everything is new, and placed on the given nodes, or on those that `project.kc` declares.
  static func planOffline(_ project: Project, cluster: LiveState.Cluster?) -> Plan {
    let cluster = cluster ?? LiveState.Cluster(nodes: project.compilation.project.nodes)
    let count = cluster.nodes.count
    let nodes = count == 0 ? "no nodes declared" : "\(count) node\(count == 1 ? "" : "s")"
    return Planner().plan(
      project: project.compilation.project.name, namespace: namespace(project), environment: project.environment,
      desired: project.desired(), live: LiveState(cluster: cluster, target: "nothing, offline (\(nodes))"),
      sources: project.fingerprint)
  }

  static func planRemoval(_ project: Project, on target: Target) async throws -> Plan {
    do throws(ClientError) {
      let live = try await LiveReader(client: target.client, target: target.name).read(
        project: project.compilation.project.name, namespace: namespace(project), desired: [])
      return Planner().planRemoval(
        project: project.compilation.project.name, namespace: namespace(project), environment: project.environment,
        live: live)
    } catch {
      throw Target.failure(error)
    }
  }
}
