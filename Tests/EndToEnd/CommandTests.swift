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

  @Test func recordedSchedulesAreReplayed() {
    let machine = Machine()
    defer { machine.discard() }
    machine.expect("schedule what-if 'explode node-1'", status: 64)
    let file = "schedule/dev-resources.jsonl.gz"
    guard Oracle.isAvailable(file) else {
      return print("skipped: there is no \(file) in the oracle's folder (KC_ORACLE)")
    }
    let compared = machine.shell("gzip -dc \(Oracle.folder)/\(file) | \(machine.kc) schedule replay - --compare")
    #expect(compared.status == 0, "\(compared.out)")
    #expect(compared.out.hasPrefix("resources: verdicts"))
    let refused = machine.expect("schedule replay \(Oracle.folder)/\(file)", status: 1)
    #expect(refused.messages.contains("gzip -dc"))
  }
}
