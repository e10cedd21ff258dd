import KCData
import KCTestSupport
import Testing

@testable import KCEngine

/// What an engine finds on the machine before it starts.
@Suite struct HomeTests {
  private func inHome(_ body: (EngineHome) async throws -> Void) async throws {
    let home = EngineHome(path: "/tmp/kc-home-test-\(newUID().prefix(8))")
    _ = Oracle.run("mkdir -p '\(home.path)'")
    defer { _ = Oracle.run("rm -rf '\(home.path)'") }
    try await body(home)
  }

  /// Devices of engines that are gone are known by their routes; nothing else of the machine is touched.
  @Test func devicesThatNobodyKnowsAreFound() async throws {
    try await inHome { home in
      _ = Oracle.run(
        "mkdir -p '\(home.cni)/addresses/kc-node-1' && touch '\(home.cni)/addresses/kc-node-1/10.244.1.9'")
      let routes = """
        default via 192.0.2.1 dev eth0
        10.96.0.0/16 dev kc0 scope link src 10.244.0.1
        10.244.1.2 dev veth1c743cd4 scope host
        10.244.1.9 dev veth70f9a1e8 scope host
        10.244.7.0/24 dev eth1 scope link
        172.17.0.2 dev veth0000aaaa scope host
        unreachable 10.9.0.0/16

        """
      #expect(StaleDevices(home: home).found(in: routes) == ["veth1c743cd4"])
      #expect(StaleDevices(home: home).found(in: "").isEmpty)
    }
  }

  /// An engine that was stopped leaves nothing; one that died is known by what it started.
  @Test func whatADeadEngineLeftIsKnown() async throws {
    try await inHome { home async throws in
      #expect(!EngineRemains(home: home).areThere)
      #expect(try await EngineLauncher.stop(home: home) == .nothing)
      _ = Oracle.run("mkdir -p '\(home.containerd)' && echo 1 > '\(home.containerd)/containerd.pid'")
      #expect(EngineRemains(home: home).areThere)
    }
  }

  /// Taints are one value: those of others stay when a node is marked and when it comes back.
  @Test func aNodeThatComesBackIsMarkedNoMore() {
    let other: Value = ["key": "mine", "effect": "NoSchedule"]
    let marked = OutOfService.taints([other], isOut: true)
    #expect(marked == [other, OutOfService.taint])
    #expect(OutOfService.taints(marked, isOut: true) == marked)
    #expect(OutOfService.taints(marked, isOut: false) == [other])
    #expect(OutOfService.taints([other], isOut: false) == [other])
  }

  @Test func howItWasStartedIsKept() async throws {
    try await inHome { home in
      #expect(home.readLaunch() == nil)
      try home.writeLaunch(.init(nodes: 4, port: 7443))
      #expect(home.readLaunch() == .init(nodes: 4, port: 7443))
      _ = Oracle.run("echo '{\"nodes\":' > '\(home.path)/launch.json'")
      #expect(home.readLaunch() == nil)
    }
  }

  /// One engine at a time has the machine's network, and another is told whose it is.
  @Test func anotherEngineIsToldWhoRuns() async throws {
    try await inHome { home in
      let path = "\(home.path)/lock"
      let other = EngineHome(path: "\(home.path)/other")
      do {
        let first = try await MachineLock(home: home, path: path)
        defer { withExtendedLifetime(first) {} }
        do throws(EngineError) {
          _ = try await MachineLock(home: other, path: path, attempts: 1)
          Issue.record("two engines have the machine")
        } catch {
          #expect(error.message.contains(home.path))
          #expect(error.help == "stop it first: KC_HOME=\(home.path) kc engine stop")
        }
      }
      // Nothing has to be cleaned up after an engine that ended in any way. A process that another test is about to start
      // may have the file for a moment.
      let second = try await MachineLock(home: other, path: path, attempts: 20)
      withExtendedLifetime(second) {}
    }
  }
}
