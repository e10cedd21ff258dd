import KCTestSupport
import Testing

/// What commands say where nothing runs: no root, no engine is needed for these.
@Suite struct CommandTests {
  @Test func theExampleIsRight() {
    let machine = Machine()
    defer { machine.discard() }
    let check = machine.expect("check")
    #expect(check.messages.contains("nothing wrong"))
    let first = machine.expect("render --env prod").out
    #expect(first == machine.expect("render --env prod").out)
    #expect(first.contains("kind: Deployment"))
    machine.expect("fmt --check")
  }

  @Test func aMistakeIsShownWithItsPlace() {
    let machine = Machine()
    defer { machine.discard() }
    machine.edit("shop.kc", "web.app.http$", "web.app.htp")
    let check = machine.expect("check", status: 1)
    #expect(check.messages.contains("htp"))
    #expect(check.messages.contains("shop.kc:"))
    machine.expect("plan", status: 1)
  }

  @Test func withoutAnEngineTheWayOutIsSaid() {
    let machine = Machine()
    defer { machine.discard() }
    let plan = machine.expect("plan", status: 3)
    #expect(plan.messages.contains("kc engine start"))
    let damaged = machine.shell("echo '{}' >\(machine.folder)/p; \(machine.kc) apply \(machine.folder)/p")
    #expect(damaged.status == 1)
    #expect(damaged.messages.contains("is no plan"))
    machine.expect("nonsense", status: 64)
    #expect(machine.expect("why web replicas --env prod").out.contains("env prod"))
    #expect(machine.expect("explain KC0001").out.contains("unterminated string"))
    #expect(machine.expect("explain deployment").out.contains("replicas"))
  }

  @Test func timesAreWrittenAsInTheLanguage() {
    let machine = Machine()
    defer { machine.discard() }
    for time in ["90", "90s", "1m30s", "1.5m"] { machine.expect("rollback --timeout \(time) --plan-only", status: 3) }
    for time in ["soon", "3 s", "0", "5y", "2d"] { machine.expect("rollback --timeout '\(time)'", status: 64) }
  }

  @Test func recordedSchedulesAreReplayed() {
    let machine = Machine()
    defer { machine.discard() }
    machine.expect("schedule what-if 'explode node-1'", status: 64)
    let file = "schedule/dev-resources.jsonl.gz"
    guard Oracle.isAvailable(file) else {
      return print("skipped: there is no \(file) in the oracle's folder (KC_ORACLE)")
    }
    let compared = machine.expect("schedule replay \(Oracle.folder)/\(file) --compare")
    #expect(compared.out.hasPrefix("resources: verdicts"))
    let damaged = machine.shell("head -c 500 \(Oracle.folder)/\(file) | \(machine.kc) schedule replay -")
    #expect(damaged.status == 1)
  }

  @Test func aNewProjectIsRight() {
    let machine = Machine()
    defer { machine.discard() }
    let made = machine.expect("init ../fresh")
    #expect(made.messages.contains("kc plan"))
    let project = "\(machine.folder)/fresh"
    machine.expect("check -C \(project)")
    machine.expect("fmt --check \(project)/project.kc \(project)/fresh.kc")
    #expect(machine.expect("plan --offline -C \(project)").out.contains("4 to add"))
    let again = machine.expect("init ../fresh", status: 1)
    #expect(again.messages.contains("already"))
    machine.expect("init --name Bad_Name ../other", status: 64)
  }

  @Test func declaredNodesAreEnoughToPlaceOn() {
    let machine = Machine()
    defer { machine.discard() }
    let project = "\(machine.folder)/placed"
    let source = """
      project placed {
        node big { zone = "a"; cpu = 4; memory = 16Gi; count = 2 }
        node small { zone = "b"; labels { disk = "ssd" }; cpu = 1 }
      }
      deployment web {
        replicas = 2
        container app { image = "example.com/web:1"; cpu = 600m; memory = 64Mi }
        affinity { require node disk == "ssd" }
      }
      """
    machine.shell("mkdir -p \(project) && cat >\(project)/project.kc <<'END'\n\(source)\nEND\ntrue")
    let plan = machine.expect("plan --offline -C \(project)", status: 1)
    #expect(plan.out.contains("small ×1"))
    #expect(plan.out.contains("1 fits nowhere"))
    #expect(plan.out.contains("200m cpu short"))
    #expect(plan.out.contains("require node disk == \"ssd\""))
    #expect(plan.out.contains("would fit:"))
  }
}
