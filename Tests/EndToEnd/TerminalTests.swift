import KCClient
import KCData
import KCKube
import KCTestSupport
import Testing

/// Whether there is a program that makes terminals.
let terminalIsPossible: Bool = {
  let found = !(Oracle.run("command -v script") ?? []).isEmpty
  if !found { print("SKIPPED: terminals need the program `script`") }
  return found
}()

/// What a person meets at a terminal: kc in a real one (of `script`), and a key pressed at a moment.
@Suite(.serialized, .enabled(if: terminalIsPossible), .timeLimit(.minutes(3))) struct TerminalTests {
  private func with(_ body: (WireServer) async throws -> Void) async throws {
    let wire = try await WireServer()
    wire.write("project.kc", "project live { namespace = \"live\" }\n")
    wire.write(
      "main.kc",
      """
      config settings { data { A = "1" } }
      deployment web { container app { image = "a/b:1"; port http = 80 } }

      """)
    // Nothing makes pods here: the deployment stays on its way.
    do { try await body(wire) } catch { Issue.record(error) }
    await wire.remove()
  }

  /// Runs kc in a terminal and presses Ctrl-C as soon as the screen shows some words.
  private func pressing(_ wire: WireServer, after words: String, _ arguments: String) async -> Outcome {
    let keys =
      "for i in $(seq 600); do grep -q '\(words)' screen && break; [ -e ended ] && break; sleep 0.05; done; printf '\\003'; "
      + "for i in $(seq 600); do [ -e ended ] && break; sleep 0.05; done"
    // The key's signal reaches the shell around kc too: one that handles it lives to tell the code,
    // and what it starts does not inherit the handling.
    return await wire.run(
      "rm -f ended; : > screen; export TERM=xterm SHELL=/bin/sh; { \(keys); } | "
        + "script -qefc 'trap : INT; \(WireServer.program) \(arguments); echo code $?; touch ended' screen >/dev/null; cat screen"
    )
  }

  @Test func controlCStopsAndSaysWhatStands() async throws {
    try await with { wire async throws in
      let outcome = await pressing(
        wire, after: "has not seen it yet", "apply --kubeconfig kubeconfig -y --allow-unplaced")
      #expect(outcome.out.contains("code 4"), "\(outcome)")
      #expect(outcome.out.contains("Stopping after what is under way"), "\(outcome)")
      #expect(outcome.out.contains("stopped"))
      #expect(outcome.out.contains("applied, not seen healthy"))
      #expect(outcome.out.contains("deployment web"))
      // The live part is taken back before the last word.
      let last = outcome.out.components("\u{1B}[J").last ?? ""
      #expect(!last.contains("has not seen it yet"), "\(last)")
      #expect(last.contains("stands"), "\(last)")
      // The lock is given back, and what was done is on record.
      let leases = try #require(ResourceTypes.builtin.named("leases"))
      #expect(try await wire.client().find(leases, namespace: "live", name: "kc.live") == nil)
      let status = await wire.kc("history --kubeconfig kubeconfig")
      #expect(status.out.contains("failed") && status.out.contains("stopped"), "\(status)")
    }
  }

  @Test func theExitCodeOfAStopIsThatOfAnUnfinishedApply() async throws {
    try await with { wire async throws in
      let outcome = await wire.run(
        "\(WireServer.program) apply --kubeconfig kubeconfig -y --allow-unplaced >out 2>&1 & p=$!; "
          + "for i in $(seq 600); do grep -q 'not seen it yet' out && break; sleep 0.05; done; kill -TERM $p; wait $p; echo code $?; cat out"
      )
      #expect(outcome.out.contains("code 4"), "\(outcome)")
      #expect(outcome.out.contains("applied, not seen healthy: deployment web"), "\(outcome)")
    }
  }
}

extension String {
  fileprivate func components(_ separator: String) -> [String] {
    split(separator: separator, omittingEmptySubsequences: false).map(String.init)
  }
}
