import KCCodec
import KCData
import KCKube
import KCTestSupport
import Testing

/// The example on a real engine, as a user meets it. One at a time: an engine has the machine's network to itself.
@Suite(.serialized, .enabled(if: engineIsPossible)) struct ShopTests {
  @Test func theWholeStory() throws {
    let machine = Machine()
    defer { machine.remove() }
    machine.expect("engine start --nodes 3 --port \(machine.port)")
    let images = machine.shell("\(machine.shop)/images/build \(machine.kc)")
    #expect(images.status == 0, "\(images.messages)")

    applyAndServe(machine)
    oneFieldChanges(machine)
    rollsWithoutAFailure(machine)
    theEngineDiesAndComesBack(machine)
    kubectlWorks(machine)
    theApplyDiesAndGoesOn(machine)
    aNodeFails(machine)

    machine.expect("destroy --auto-approve")
    let pods = machine.expect("get pods -n shop").messages
    #expect(pods.contains("There are no pods"))
    machine.expect("engine stop")
    #expect(machine.leftovers() == "")
  }

  private func applyAndServe(_ machine: Machine) {
    let plan = machine.expect("plan --env prod")
    #expect(plan.out.contains("+ deployment web"))
    #expect(plan.out.contains("Placement"))
    machine.expect("plan --env prod --detailed-exitcode", status: 2)
    machine.expect("apply --env prod --auto-approve")
    let empty = machine.expect("plan --env prod --detailed-exitcode")
    #expect(empty.out.contains("Nothing to change"))
    machine.expect("status")
    let page = machine.shell("curl -sf --max-time 5 http://\(address(machine))/cgi-bin/index.cgi")
    #expect(page.out.contains("Welcome to the shop"), "\(page)")
    #expect(page.out.contains("You are visitor"), "\(page)")
  }

  private func address(_ machine: Machine) -> String {
    let text = machine.kc("get svc web -n shop --format json").out
    return (try? JSON.parse(text))?.at("spec", "clusterIP")?.string ?? ""
  }

  private func pods(_ machine: Machine) -> [Value] {
    (try? JSON.parse(machine.kc("get pods -n shop --format json").out))?["items"]?.array ?? []
  }

  /// The plan shows the field that changed and no other, and foretells where its pods then are. What it calls certain is
  /// met; what it calls a forecast depends on the machine, and is met in one of several.
  private func oneFieldChanges(_ machine: Machine) {
    var differences: [String] = []
    for (before, after) in [("50m", "60m"), ("60m", "70m"), ("70m", "80m")] {
      differences = change(machine, from: "cpu = \(before)...500m", to: "cpu = \(after)...500m")
      machine.expect("plan --env prod --detailed-exitcode")
      if differences.isEmpty { return }
      print("a forecast that was not met: \(differences)")
    }
    #expect(differences.isEmpty)
  }

  /// Applies a change of the pods' requests.
  ///
  /// - Returns: where pods came up elsewhere than the plan foretold.
  private func change(_ machine: Machine, from before: String, to after: String) -> [String] {
    machine.edit("shop.kc", before, after)
    let text = machine.expect("plan --env prod --format json").out
    let plan = (try? JSON.parse(text)) ?? .null
    let changes = plan["changes"]?.array ?? []
    let fields = changes.flatMap { $0["fields"]?.array ?? [] }
    #expect(changes.count == 2, "\(text)")
    #expect(fields.allSatisfy { $0["path"]?.string?.contains("requests") == true }, "\(fields)")
    #expect(fields.allSatisfy { $0.at("origin", "file") == "shop.kc" }, "\(fields)")
    machine.expect("apply --env prod --auto-approve")
    let placements = plan["placements"]?.array ?? []
    #expect(!placements.isEmpty)
    return placements.compactMap { placement in
      let name = placement["address"]?.string?.split(separator: ".").last.map(String.init) ?? ""
      var actual: [String: Int64] = [:]
      for pod in pods(machine) where pod.at("metadata", "labels", "app.kubernetes.io/name")?.string == name {
        if pod.at("metadata", "deletionTimestamp") == nil {
          actual[pod.at("spec", "nodeName")?.string ?? "", default: 0] += 1
        }
      }
      var foretold: [String: Int64] = [:]
      for (node, count) in placement["nodes"]?.object ?? [:] { foretold[node] = count.int }
      if actual == foretold { return nil }
      let difference = "\(name): \(foretold) was foretold, \(actual) came"
      if placement["certain"] != false { Issue.record("called certain: \(difference)") }
      return difference
    }
  }

  /// A client that asks 50 times a second sees no failure while the pods are replaced.
  private func rollsWithoutAFailure(_ machine: Machine) {
    let client = """
      asked=0; failed=0; while [ ! -e \(machine.folder)/stop ]; do asked=$((asked+1)); \
      curl -sf --max-time 5 -o /dev/null http://\(address(machine))/healthz || failed=$((failed+1)); sleep 0.015; done; \
      echo $asked $failed >\(machine.folder)/result
      """
    machine.shell("rm -f \(machine.folder)/stop; (\(client)) >/dev/null 2>&1 & sleep 0.2")
    machine.expect("apply --env prod --set tag=v1.4.2 --auto-approve")
    let result = machine.shell("touch \(machine.folder)/stop; sleep 1; cat \(machine.folder)/result").out
    let numbers = result.split { $0 == " " || $0 == "\n" }.compactMap { Int($0) }
    print("rolling update: \(numbers.first ?? 0) requests, \(numbers.last ?? -1) failed")
    #expect(numbers.count == 2 && numbers[0] > 20 && numbers[1] == 0, "\(result)")
    machine.expect("plan --env prod --set tag=v1.4.2 --detailed-exitcode")
  }

  /// After `kill -9` the containers serve on, and a new engine takes up the same ones.
  private func theEngineDiesAndComesBack(_ machine: Machine) {
    func containers() -> Set<String> {
      Set(
        pods(machine).flatMap { $0.at("status", "containerStatuses")?.array ?? [] }.compactMap {
          $0["containerID"]?.string
        })
    }
    let before = containers()
    #expect(!before.isEmpty)
    let place = address(machine)
    machine.shell("kill -9 $(sed -n 's/.*\"process\":\\([0-9]*\\).*/\\1/p' \(machine.folder)/home/engine.json)")
    let page = machine.shell("sleep 0.3; curl -sf --max-time 5 http://\(place)/cgi-bin/index.cgi")
    #expect(page.out.contains("You are visitor"), "\(page)")
    machine.expect("plan --env prod", status: 3)
    // As it was started last.
    #expect(machine.expect("engine start").messages.contains("3 nodes, API at https://127.0.0.1:\(machine.port)"))
    machine.shell("sleep 2")
    #expect(containers() == before)
    machine.expect("plan --env prod --set tag=v1.4.2 --detailed-exitcode")
  }

  private func kubectlWorks(_ machine: Machine) {
    guard machine.shell("command -v kubectl").status == 0 else { return print("SKIPPED: there is no kubectl here") }
    let kubectl = "kubectl --kubeconfig \(machine.folder)/home/kubeconfig -n shop"
    for command in ["get pods,deploy,rs,svc -o wide", "get nodes -o wide", "describe pod"] {
      let outcome = machine.shell("\(kubectl) \(command)")
      #expect(outcome.status == 0, "\(command): \(outcome.messages)")
    }
    let pod = pods(machine).first { $0.at("metadata", "labels", "app.kubernetes.io/name") == "web" }
    let name = pod?.at("metadata", "name")?.string ?? ""
    let logs = machine.shell("\(kubectl) logs \(name)")
    #expect(logs.out.contains("listens on 8080"), "\(logs)")
    let deletion = machine.shell("\(kubectl) delete pod \(name)")
    #expect(deletion.status == 0, "\(deletion.messages)")
    machine.expect("apply --env prod --set tag=v1.4.2 --auto-approve")
    let status = waitUntilHealthy(machine)
    #expect(status.status == 0, "\(status.out)")
    #expect(!pods(machine).contains { $0.at("metadata", "name")?.string == name })
  }

  private func waitUntilHealthy(_ machine: Machine, tries: Int = 120) -> Outcome {
    for _ in 0..<tries {
      let outcome = machine.kc("status")
      if outcome.status == 0 { return outcome }
      machine.shell("sleep 0.5")
    }
    return machine.kc("status")
  }

  private func theApplyDiesAndGoesOn(_ machine: Machine) {
    for delay in [0.05, 0.4, 1.1] {
      machine.shell(
        "cd \(machine.shop) && (\(machine.kc) apply --env dev --auto-approve >/dev/null 2>&1 & p=$!; sleep \(delay); kill -9 $p)"
      )
      machine.expect("apply --env dev --auto-approve")
      machine.expect("plan --env dev --detailed-exitcode")
      machine.expect("apply --env prod --auto-approve")
    }
  }

  private func aNodeFails(_ machine: Machine) {
    machine.expect("engine node stop node-1")
    var isElsewhere = false
    for _ in 0..<120 where !isElsewhere {
      machine.shell("sleep 0.5")
      isElsewhere =
        machine.kc("status").status == 0
        && pods(machine).allSatisfy { $0.at("spec", "nodeName") != "node-1" || $0.isBeingDeleted }
    }
    #expect(isElsewhere, "\(machine.kc("status").out)")
    machine.expect("engine node start node-1")
  }
}
