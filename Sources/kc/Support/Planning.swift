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

  static func plan(_ project: Project, on target: Target) async throws -> Plan {
    let desired = project.desired()
    do throws(ClientError) {
      let live = try await LiveReader(client: target.client, target: target.name).read(
        project: project.compilation.project.name, namespace: namespace(project), desired: desired)
      return Planner().plan(
        project: project.compilation.project.name, namespace: namespace(project), environment: project.environment,
        desired: desired, live: live,
        sources: project.fingerprint)
    } catch {
      throw Target.failure(error)
    }
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
