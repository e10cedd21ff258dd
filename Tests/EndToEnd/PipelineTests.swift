import KCClient
import KCCodec
import KCData
import KCKube
import KCTestSupport
import Testing

/// The pipelines of docs/ci.md, run step by step as written there: with a real API, and stand-ins for what only the
/// services have (`gh`, and GitLab's own API behind `curl`).
@Suite(.serialized, .timeLimit(.minutes(3))) struct PipelineTests {
  private static let document = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined() + "/docs/ci.md"

  /// The pipeline of the page's section that starts with `title`.
  private static func pipeline(_ title: String) throws -> Value {
    let page = String(decoding: Oracle.run("cat \(document)") ?? [], as: UTF8.self)
    let section = try #require(page.firstRange(of: "## \(title)\n")).upperBound
    let start = try #require(page[section...].firstRange(of: "```yaml\n")).upperBound
    let end = try #require(page[start...].firstRange(of: "\n```\n")).lowerBound
    let documents = try YAML.parseAll(String(page[start..<end]))
    return try #require(documents.first)
  }

  private func with(_ body: (WireServer) async throws -> Void) async throws {
    let wire = try await WireServer()
    wire.write("project.kc", "project shop { namespace = \"shop\" }\n")
    wire.write("main.kc", Self.program("info"))
    do { try await body(wire) } catch { Issue.record(error) }
    await wire.remove()
  }

  private static func program(_ level: String) -> String {
    "config settings { data { LEVEL = \"\(level)\" } }\nenv prod { config settings { data { STAGE = \"prod\" } } }\n"
  }

  private func level(_ wire: WireServer) async throws -> String? {
    let maps = try #require(ResourceTypes.builtin.named("configmaps"))
    return try await wire.client().find(maps, namespace: "shop", name: "settings")?.at("data", "LEVEL")?.string
  }

  private static let key = "0123456789abcdef0123456789abcdef"

  /// Makes stand-ins for programs, first on the path, and says how a step's shell begins.
  private static func prepare(_ wire: WireServer, _ programs: [String: String]) async -> String {
    await wire.run("mkdir -p bin artifacts; ln -s \(WireServer.program) bin/kc")
    for (name, script) in programs { wire.write("bin/\(name)", "#!/bin/bash\nset -eu\n\(script)\n") }
    await wire.run("chmod +x bin/*")
    return "export PATH=\(wire.folder)/bin:$PATH\nexport KC_PLAN_KEY=\(key)\nset -eo pipefail\n"
  }

  // MARK: GitHub

  private static let gh = """
    case "$1 $2" in
      "pr comment") [ "$3" = 7 ]; [ "$4" = --body-file ]; cp "$5" comment.md ;;
      "pr list") [[ "$*" == *"--search abc123 "* ]]; echo head1 ;;
      "run list") [[ "$*" == *"--commit head1 --workflow deploy "* ]]; echo 42 ;;
      "run download") [ "$3 $4" = "42 --name" ]; cp artifacts/"$5"/* . ;;
      *) echo "gh $*: not known" >&2; exit 1 ;;
    esac
    """

  /// What GitHub puts in for its expressions; others fail the test.
  private static func expand(_ text: String, _ wire: WireServer) throws -> String {
    let known = [
      "secrets.KC_PLAN_KEY": key, "github.token": "token", "github.event.number": "7",
      "github.event.pull_request.head.sha": "head1",
    ]
    var out = text
    while let start = out.firstRange(of: "${{ ") {
      let end = try #require(out[start.upperBound...].firstRange(of: " }}"))
      let name = String(out[start.upperBound..<end.lowerBound])
      let value = try #require(known[name], "no value is known for \(name)")
      out.replaceSubrange(start.lowerBound..<end.upperBound, with: value)
    }
    return out
  }

  /// Runs the steps of a job until one fails; the result is that of the last.
  private func run(_ job: Value, _ wire: WireServer, _ shell: String) async throws -> Outcome {
    var last = Outcome(status: 0, out: "", messages: "")
    for step in job["steps"]?.array ?? [] {
      switch step["uses"]?.string?.prefix(while: { $0 != "@" }) {
      case "actions/checkout"?: continue
      case "actions/upload-artifact"?:
        let name = try Self.expand(try #require(step.at("with", "name")?.string), wire)
        let path = try #require(step.at("with", "path")?.string)
        last = await wire.run("mkdir -p artifacts/\(name) && mv \(path) artifacts/\(name)/")
      case let other?: Issue.record("no stand-in for \(other)")
      case nil:
        var script = shell + "export GITHUB_SHA=abc123\n"
        for (name, value) in step["env"]?.object ?? [:] {
          let text = try #require(value.string)
          // The secret that is a file's content is the test's own kubeconfig.
          script +=
            text == "${{ secrets.KUBECONFIG_DATA }}"
            ? "export \(name)=\"$(cat original)\"\n" : "export \(name)='\(try Self.expand(text, wire))'\n"
        }
        last = await wire.run(script + (try Self.expand(try #require(step["run"]?.string), wire)))
      }
      if last.status != 0 { return last }
    }
    return last
  }

  @Test func thePipelineForGitHubDoesWhatThePageSays() async throws {
    let pipeline = try Self.pipeline("GitHub Actions")
    let (plan, apply) = (try #require(pipeline.at("jobs", "plan")), try #require(pipeline.at("jobs", "apply")))
    try await with { wire async throws in
      let shell = await Self.prepare(wire, ["gh": Self.gh])
      await wire.run("mv kubeconfig original")
      let planned = try await run(plan, wire, shell)
      #expect(planned.status == 0, "\(planned)")
      let comment = await wire.run("cat comment.md")
      #expect(comment.out.contains("config settings") && comment.out.contains("to add"), "\(comment)")
      let applied = try await run(apply, wire, shell)
      #expect(applied.status == 0, "\(applied)")
      #expect(try await level(wire) == "info")

      // A change: the plan shows that; the target moves, and the apply refuses.
      wire.write("main.kc", Self.program("debug"))
      let second = try await run(plan, wire, shell)
      #expect(second.status == 0, "\(second)")
      let maps = try #require(ResourceTypes.builtin.named("configmaps"))
      _ = try await wire.client().patch(
        maps, namespace: "shop", name: "settings", ["data": ["LEVEL": "trace"]])
      let refused = try await run(apply, wire, shell)
      #expect(refused.status == 1 && refused.messages.contains("has been changed since"), "\(refused)")
      #expect(try await level(wire) == "trace")

      // What does not compile is told in GitHub's way, and nothing is planned.
      wire.write("main.kc", "config settings { data { LEVEL = lvl } }\n")
      let wrong = try await run(plan, wire, shell)
      #expect(wrong.status == 1 && wrong.out.contains("::error file=main.kc,line=1"), "\(wrong)")
    }
  }

  // MARK: GitLab

  private static let curl = """
    [[ "$*" == *"PRIVATE-TOKEN: api-token"* ]]
    case "$*" in
      *projects/5/repository/commits/abc123/merge_requests) echo '[{"iid": 9}]' ;;
      *projects/5/merge_requests/9/pipelines) echo '[{"id": 31}, {"id": 30}]' ;;
      *projects/5/pipelines/31/jobs) echo '[{"name": "lint", "id": 1}, {"name": "plan", "id": 2}]' ;;
      *"-o shop.plan "*projects/5/jobs/2/artifacts/shop.plan) cp artifacts/shop.plan shop.plan ;;
      *) echo "curl $*: not known" >&2; exit 22 ;;
    esac
    """

  @Test(.enabled(if: !(Oracle.run("command -v jq") ?? []).isEmpty, "needs jq"))
  func thePipelineForGitLabDoesWhatThePageSays() async throws {
    let pipeline = try Self.pipeline("GitLab")
    func script(_ job: String) throws -> String {
      let lines = try #require(pipeline.at(job, "script")?.array)
      return lines.compactMap(\.string).joined(separator: "\n")
    }
    let (plan, apply) = (try script("plan"), try script("apply"))
    try await with { wire async throws in
      let shell =
        await Self.prepare(wire, ["curl": Self.curl]) + "export KUBECONFIG_FILE=$PWD/kubeconfig API_TOKEN=api-token\n"
        + "export CI_API_V4_URL=https://gitlab.test/api/v4 CI_PROJECT_ID=5 CI_COMMIT_SHA=abc123\n"
      let planned = await wire.run(shell + plan)
      #expect(planned.status == 0 && planned.out.contains(" add=2 "), "\(planned)")
      let kept = await wire.run(
        "mv shop.plan artifacts/ && grep -c '<testsuite' check.xml && grep -c '</html>' plan.html")
      #expect(kept.status == 0, "\(kept)")
      let applied = await wire.run(shell + apply)
      #expect(applied.status == 0, "\(applied)")
      #expect(try await level(wire) == "info")
      let again = await wire.run(shell + apply)
      #expect(again.status == 1 && again.messages.contains("a plan is applied once"), "\(again)")
    }
  }
}
