import KCData
import KCLang
import KCSyntax
import Testing

/// What `docs/reference/policies.md` and `docs/reference/resources.md` say of security: what kc adds to a container by
/// itself, and what it does not.
@Suite struct SafeDefaultsTests {
  private static func compile(_ text: String) -> Compilation {
    var options = CompileOptions()
    options.checksObjects = true
    return Compilation(entry: ["main.kc"], provider: MemorySources(["main.kc": text]), options: options)
  }

  private static let bare = "deployment web {\n  container app { image = \"shop/web:v1\" }\n}\n"

  @Test func containersGetNoSecurityContextButWhatTheySay() throws {
    let pod = try #require(Self.compile(Self.bare).resources.first?.object.at("spec", "template", "spec"))
    #expect(pod == ["containers": [["name": "app", "image": "shop/web:v1"]]])
  }

  @Test func policiesReportWhatIsMissing() {
    let found = Self.compile("import std.policy\n" + Self.bare).diagnostics.compactMap { $0.notes.first }
    let names = found.map { $0.split(separator: "`").dropFirst().first.map(String.init) ?? "" }
    #expect(
      Set(names) == [
        "run-as-non-root", "read-only-root", "drop-net-raw", "unset-cpu", "unset-memory", "no-liveness-probe",
        "default-service-account",
      ])
    #expect(names.count == 7)
  }

  /// The block in the reference keeps all of the library's policies, and is what `restricted` asks for.
  @Test func theDocumentedBlockIsRestricted() throws {
    let page = try #require(LanguageCase.read("\(LanguageCase.root)/docs/reference/resources.md"))
    let start = try #require(page.firstRange(of: "```kc\n")).upperBound
    let end = try #require(page[start...].firstRange(of: "```")).lowerBound
    let result = Self.compile("import std.policy\n" + page[start..<end])
    let ofSecurity = ["run-as", "root", "net-raw", "privilege", "capabilities", "host-", "proc-mount", "sysctls"]
    let notes: [String] = result.diagnostics.map { $0.notes.first ?? "" }
    let found = notes.filter { note in ofSecurity.contains { note.contains($0) } }
    #expect(found == [])
    let deployment = try #require(result.resources.first { $0.kind == "deployment" }).object
    let container = try #require(deployment.at("spec", "template", "spec", "containers")?.array?.first)
    let context = try #require(container.at("securityContext"))
    #expect(context.at("runAsNonRoot") == true)
    #expect(context.at("allowPrivilegeEscalation") == false)
    #expect(context.at("capabilities", "drop") == ["ALL"])
    #expect(context.at("seccompProfile", "type") == "RuntimeDefault")
  }
}
