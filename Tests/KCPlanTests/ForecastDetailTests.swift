import KCData
import KCKube
import KCScheduler
import Testing

@testable import KCPlan

/// What a forecast takes from the cluster besides nodes and pods, and what it tells.
@Suite struct ForecastDetailTests {
  private func running(_ name: String, on node: String, cpu: String) -> Value {
    [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": ["name": .string(name), "namespace": "shop", "uid": .string(name)],
      "spec": [
        "nodeName": .string(node), "priority": 0,
        "containers": [["name": "app", "image": "i", "resources": ["requests": ["cpu": .string(cpu)]]]],
      ], "status": ["phase": "Running"],
    ]
  }

  private func live(_ nodes: [Value], pods: [Value] = [], others: [Value] = []) -> LiveState {
    LiveState(cluster: .init(nodes: nodes, pods: pods, others: others), target: "test")
  }

  @Test func podsOfOneDeploymentAreSpreadThoughTheyAskForLittle() throws {
    let plan = Make.plan(
      [Make.desired(Make.deployment("web", replicas: 3, cpu: "1m"))],
      live(["n1", "n2", "n3"].map { Make.node($0) }))
    #expect(plan.placements.first?.nodes.map(\.pods) == [1, 1, 1])
  }

  @Test func aMoreImportantPodSaysWhomItEvicts() throws {
    let urgent: Value = [
      "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": ["name": "urgent"], "value": 1000,
    ]
    var object = Make.deployment("web", replicas: 1, cpu: "1500m")
    object.set("urgent", at: "spec", "template", "spec", "priorityClassName")
    let pods = [running("small", on: "n1", cpu: "900m"), running("other", on: "n2", cpu: "1900m")]
    let state = live([Make.node("n1"), Make.node("n2")], pods: pods, others: [urgent])
    let placement = try #require(Make.plan([Make.desired(object)], state).placements.first)
    #expect(placement.unplaced == 0)
    #expect(placement.evicts.count == 1)

    // A class that displaces nobody, and one that the plan itself brings.
    var polite = urgent
    polite["preemptionPolicy"] = "Never"
    let calm = Make.plan([Make.desired(object)], live([Make.node("n1")], pods: [pods[0]], others: [polite]))
    #expect(calm.placements.first?.unplaced == 1)
    let brought = Make.plan(
      [Make.desired(object), Make.desired(urgent)], live([Make.node("n1")], pods: [pods[0]]))
    #expect(brought.placements.first?.evicts == ["shop/small"])
  }

  @Test func theLeastThatWouldHelpIsTold() throws {
    let plan = Make.plan([Make.desired(Make.deployment("web", replicas: 1, cpu: "2150m"))], live([Make.node("n1")]))
    let placement = try #require(plan.placements.first)
    #expect(placement.remedies.first == "150m cpu less, on n1")
    #expect(PlanText(plan, style: TextStyle()).render().contains("would fit: 150m cpu less, on n1"))
  }

  @Test func theTargetsSchedulerIsFollowed() throws {
    var state = live([Make.node("n1")])
    state.scheduling = try SchedulerConfiguration([
      "apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration",
      "profiles": [["plugins": ["multiPoint": ["disabled": [["name": "NodeResourcesFit"]]]]]],
    ])
    let plan = Make.plan([Make.desired(Make.deployment("web", replicas: 1, cpu: "50"))], state)
    #expect(plan.placements.first?.unplaced == 0)
    // A scheduler that nobody here knows decides by itself.
    var foreign = Make.deployment("web", replicas: 1, cpu: "50")
    foreign.set("someone-else", at: "spec", "template", "spec", "schedulerName")
    #expect(Make.plan([Make.desired(foreign)], live([Make.node("n1")])).placements.isEmpty)
  }
}
