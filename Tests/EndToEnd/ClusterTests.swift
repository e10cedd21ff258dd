import Glibc
import KCTestSupport
import Testing

/// Whether a cluster was given to be tried; says how, once.
let clusterIsGiven: Bool = {
  if getenv("KC_CLUSTER") != nil { return true }
  print("SKIPPED: tests against a real cluster: `make test-cluster KC_CLUSTER=KUBECONFIG` runs them")
  return false
}()

/// The daily round against any Kubernetes cluster that `KC_CLUSTER` (a kubeconfig) leads to. What they make is in
/// namespaces of their own, and nothing of it is left.
///
/// `KC_CLUSTER_IMAGE` is an image that the cluster's nodes can pull and that runs until it is stopped.
@Suite(.serialized, .enabled(if: clusterIsGiven), .timeLimit(.minutes(10))) struct ClusterTests {
  private static let image = getenv("KC_CLUSTER_IMAGE").map { String(cString: $0) } ?? "registry.k8s.io/pause:3.10"
  private static let cluster = getenv("KC_CLUSTER").map { String(cString: $0) } ?? ""

  private static func program(_ level: String = "info", replicas: Int = 2, image: String = image) -> String {
    """
    config settings { data { LEVEL = "\(level)" } }

    secret db { data { PASSWORD = input.env("PASSWORD") } }

    priorityclass high { name = "kc-cluster-test"; value = 1000 }

    serviceaccount robot {}

    role reader { allow pods { verbs = ["get", "list"]; resources = ["pods"] } }

    rolebinding readers { role = reader; accounts = [robot] }

    deployment web {
      replicas = \(replicas)
      account = robot
      priority = "kc-cluster-test"
      grace = 1s
      container app {
        image = "\(image)"
        port http = 8080
        cpu = 10m
        memory = 16Mi
        env LEVEL = settings.data.LEVEL
        env PASSWORD = db.data.PASSWORD
      }
    }

    service web { select = web; port http = 80 -> web.app.http }

    statefulset store { grace = 1s; container app { image = "\(image)"; port client = 6379; cpu = 10m } }

    cronjob sweep { schedule = "0 3 1 1 *"; container app { image = "\(image)" } }

    disruptionbudget calm { guard = web; keep = 1 }

    autoscaler wide { scale = store; replicas = 1...2; cpu = 60% }

    """
  }

  /// A folder with a project of its own namespace.
  private func with(_ body: (Machine, String) throws -> Void) throws {
    let machine = Machine()
    let name = "kc-\(machine.folder.split(separator: "-").last ?? "test")"
    write(machine, "project.kc", "project \(name) { namespace = \"\(name)\" }\n")
    write(machine, "shop.kc", Self.program())
    machine.shell("rm -f \(machine.shop)/cache.kc")
    defer {
      run(machine, "destroy -y --allow-delete ALL")
      machine.discard()
    }
    try body(machine, name)
  }

  private func write(_ machine: Machine, _ file: String, _ text: String) {
    writeFile("\(machine.shop)/\(file)", text)
  }

  @discardableResult
  private func run(_ machine: Machine, _ arguments: String) -> Outcome {
    machine.shell(
      "cd \(machine.shop) && PASSWORD=hunter2 \(machine.kc) \(arguments) --kubeconfig '\(Self.cluster)'")
  }

  private func expect(
    _ machine: Machine, _ arguments: String, status: Int32 = 0, _ location: SourceLocation = #_sourceLocation
  ) -> String {
    let outcome = run(machine, arguments)
    #expect(
      outcome.status == status, "kc \(arguments)\n\(outcome.out)\n\(outcome.messages)", sourceLocation: location)
    return outcome.out + outcome.messages
  }

  @Test func theDailyRound() throws {
    try with { machine, name in
      _ = expect(machine, "apply -y")
      _ = expect(machine, "plan --detailed-exitcode")
      write(machine, "shop.kc", Self.program("debug", replicas: 3))
      let plan = expect(machine, "plan --summary")
      #expect(plan.contains("change=2") && plan.contains("add=0") && plan.contains("remove=0"), "\(plan)")
      _ = expect(machine, "plan -o saved.plan")
      _ = expect(machine, "apply saved.plan -y")
      _ = expect(machine, "plan --detailed-exitcode")
      #expect(expect(machine, "status").contains("healthy"))
      _ = expect(machine, "rollback -y")
      // The revision before is what the first program says.
      write(machine, "shop.kc", Self.program())
      _ = expect(machine, "plan --detailed-exitcode")
      _ = expect(machine, "destroy -y --allow-delete ALL")
      #expect(expect(machine, "get namespaces").split(separator: "\n").allSatisfy { !$0.hasPrefix(name + " ") })
    }
  }

  @Test func aFailureIsToldByItsCause() throws {
    try with { machine, _ in
      _ = expect(machine, "apply -y")
      let clock = ContinuousClock()
      let start = clock.now
      write(machine, "shop.kc", Self.program(image: "registry.invalid/missing:v1"))
      let told = expect(machine, "apply -y --timeout 90", status: 4)
      #expect(told.contains("cannot be pulled"), "\(told)")
      #expect(clock.now - start < .seconds(60), "the cause counts, not the timeout")
      write(machine, "shop.kc", Self.program())
      _ = expect(machine, "apply -y")
    }
  }

  @Test func killedAtAnyMoment() throws {
    try with { machine, _ in
      for (round, moment) in ["0.2", "0.5", "0.8", "1.2", "1.9"].enumerated() {
        write(machine, "shop.kc", Self.program("v\(round)", replicas: round % 2 + 2))
        machine.shell(
          "cd \(machine.shop) && PASSWORD=hunter2 timeout -s KILL \(moment) \(machine.kc) apply -y "
            + "--kubeconfig '\(Self.cluster)'")
        _ = expect(machine, "apply -y")
        _ = expect(machine, "plan --detailed-exitcode")
      }
    }
  }
}
