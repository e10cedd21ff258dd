import KCData
import KCKube
import Testing

@testable import KCPlan

/// That pods are made anew when the secrets change that they read, and only then.
@Suite struct SecretRevisionTests {
  private static func secret(_ name: String, _ password: String) -> DesiredObject {
    let object: Value = [
      "apiVersion": "v1", "kind": "Secret", "metadata": ["name": .string(name), "namespace": "shop"],
      "data": ["PASSWORD": .string(Base64.encode(Array(password.utf8)))],
    ]
    return Make.desired(object)
  }

  private static func web(restarts: Bool? = true, reads secret: String = "db") -> DesiredObject {
    var object = Make.deployment("web")
    object.set(
      [
        [
          "name": "app", "image": "shop/web:v1",
          "env": [
            ["name": "P", "valueFrom": ["secretKeyRef": ["name": .string(secret), "key": "PASSWORD"]]]
          ],
        ]
      ], at: "spec", "template", "spec", "containers")
    var item = Make.desired(object, dependencies: ["secret.\(secret)"])
    item.restartsWithSecrets = restarts
    return item
  }

  /// A target that takes what plans say, in part if told so.
  private struct Target {
    var live = LiveState(target: "test")

    mutating func apply(_ plan: Plan, only kind: String? = nil) throws {
      for step in plan.changes where kind == nil || step.key.kind == kind {
        guard let object = step.object else { continue }
        let type = try #require(ResourceTypes.builtin.find((object.apiVersion, object.kind)))
        var made = try ServerSideApply.apply(
          object, to: live.objects[step.key], manager: "kc", force: true, type: type, now: Timestamp(seconds: 0))
        Defaulting.apply(to: &made, type: type)
        made.set("uid", at: "metadata", "uid")
        live.objects[step.key] = made
      }
    }

    func marks(_ name: String = "web") -> String? {
      let object = live.objects.first { $0.key.kind == "Deployment" && $0.key.name == name }?.value
      return object?.at("spec", "template", "metadata", "annotations", SecretRevisions.consumerAnnotation)?.string
    }
  }

  @Test func nothingIsCountedBeforeTheFirstChange() throws {
    var target = Target()
    let desired = [Self.secret("db", "one"), Self.web()]
    try target.apply(Make.plan(desired, target.live))
    #expect(target.marks() == nil)
    #expect(target.live.objects.values.allSatisfy { $0.annotations.isEmpty })
    #expect(Make.plan(desired, target.live).isEmpty)
  }

  @Test func aChangedSecretMakesItsReadersAnew() throws {
    var target = Target()
    try target.apply(Make.plan([Self.secret("db", "one"), Self.web()], target.live))
    for (password, marks) in [("two", "db=1"), ("three", "db=2"), ("two", "db=3")] {
      let desired = [Self.secret("db", password), Self.web()]
      let plan = Make.plan(desired, target.live)
      let web = try #require(plan.changes.first { $0.key.kind == "Deployment" })
      #expect(web.effect == "restarts because secrets changed, 2 pods, none unavailable")
      #expect(plan.changes.count == 2)
      for text in [PlanText(plan, style: TextStyle()).render(), PlanMarkdown(plan).render(), PlanHTML(plan).render()] {
        #expect(!text.contains("secret-revision"), "\(text)")
      }
      try target.apply(plan)
      #expect(target.marks() == marks)
      #expect(Make.plan(desired, target.live).isEmpty)
    }
  }

  @Test func anApplyThatDiedBetweenTheTwoIsGoneOnWith() throws {
    var target = Target()
    try target.apply(Make.plan([Self.secret("db", "one"), Self.web()], target.live))
    let desired = [Self.secret("db", "two"), Self.web()]
    try target.apply(Make.plan(desired, target.live), only: "Secret")
    let rest = Make.plan(desired, target.live)
    #expect(rest.changes.map(\.key.kind) == ["Deployment"])
    try target.apply(rest)
    #expect(target.marks() == "db=1")
    #expect(Make.plan(desired, target.live).isEmpty)
  }

  @Test func whoSaysNoStaysAndOthersAreNotConcerned() throws {
    var target = Target()
    try target.apply(Make.plan([Self.secret("db", "one"), Self.web(restarts: false)], target.live))
    let plan = Make.plan([Self.secret("db", "two"), Self.web(restarts: false)], target.live)
    #expect(plan.changes.map(\.key.kind) == ["Secret"])

    target = Target()
    let before = [Self.secret("db", "one"), Self.secret("mail", "one"), Self.web()]
    try target.apply(Make.plan(before, target.live))
    let other = Make.plan([Self.secret("db", "one"), Self.secret("mail", "two"), Self.web()], target.live)
    #expect(other.changes.map(\.key.name) == ["mail"])
  }

  @Test func aSecretThatWasRemovedAndIsMadeAgainCounts() throws {
    var target = Target()
    let desired = [Self.secret("db", "one"), Self.web()]
    try target.apply(Make.plan(desired, target.live))
    target.live.objects[desired[0].key] = nil
    try target.apply(Make.plan(desired, target.live))
    #expect(target.marks() == "db=1")
    #expect(Make.plan(desired, target.live).isEmpty)
  }

  @Test func theHistoryKeepsTheCounts() throws {
    var target = Target()
    try target.apply(Make.plan([Self.secret("db", "one"), Self.web()], target.live))
    let desired = [Self.secret("db", "two"), Self.web()]
    try target.apply(Make.plan(desired, target.live))
    // As a rollback restores it: the secret's value of now, and a workload of which nobody says what it wants.
    let back = [Self.secret("db", "two"), Self.web(restarts: nil)]
    #expect(Make.plan(back, target.live).isEmpty)
  }

  @Test func aSecretOfOthersKeepsItsCount() throws {
    var target = Target()
    try target.apply(Make.plan([Self.secret("db", "one"), Self.web()], target.live))
    try target.apply(Make.plan([Self.secret("db", "two"), Self.web()], target.live))
    // The secret is no longer declared here, another one is.
    let plan = Make.plan([Self.secret("mail", "one"), Self.web()], target.live)
    #expect(plan.changes.map(\.key.kind) == ["Secret"])
  }
}
