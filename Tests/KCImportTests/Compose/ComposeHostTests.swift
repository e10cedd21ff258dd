import KCImport
import Testing

/// The names that services reach each other by.
@Suite struct ComposeHostTests {
  private func checked(_ text: String) -> ComposeImport {
    let result = ComposeImport(files: ["compose.yaml"]) { $0 == "compose.yaml" ? Array(text.utf8) : nil }
    #expect(CorpusFiles.check(result.source, inputs: result.inputs) == nil, "\(result.source)")
    return result
  }

  private func expect(_ result: ComposeImport, _ lines: [String]) {
    for line in lines { #expect(result.source.contains(line), "\(line)\n\(result.source)") }
  }

  @Test func namesThatChangeLeadToTheSame() {
    let result = checked(
      """
      services:
        my_svc:
          image: a
          container_name: the-one
          environment: {OWN: "http://my_svc:9000/", OTHER: "http://lonely:81", DB_HOST: my_svc}
          networks: {default: {aliases: [api.internal]}}
        web:
          image: a
          command: ["--up", "my_svc:9000", "--own=http://api.internal/x", my_svc, "http://the-one:9000", "my_svc:${PORT:-1}"]
          environment: {A: "http://api.internal:9000/x", B: "my_svc", C: "x@my_svc"}
        lonely: {image: a}
      """)
    expect(
      result,
      [
        #"OWN = "http://my-svc:9000/""#, #"OTHER = "http://\(lonely.host):\(lonely.port.port-81.number)""#,
        #"DB_HOST = "my-svc""#,
        #""\(my-svc.host):\(my-svc.port.port-9000.number)""#, #""--own=http://\(api-internal.host)/x""#,
        "my-svc.host\n",
        #""http://\(my-svc.host):\(my-svc.port.port-9000.number)""#, #""\(my-svc.host):\(PORT)""#,
        #"A = "http://\(api-internal.host):\(api-internal.port.port-9000.number)/x""#,
        "env B = my-svc.host", #"C = "x@\(my-svc.host)""#, "service lonely {",
      ])
    let said = result.notes.map(\.message)
    #expect(
      said.contains { $0.contains("at most 63: `my_svc` is `my-svc` and `api.internal` is `api-internal`") }, "\(said)")
  }

  @Test func exactNamesAreKept() {
    let long = String(repeating: "a", count: 70)
    let result = checked(
      """
      services:
        my_api: {image: first, expose: [80]}
        my-api: {image: second, expose: [80]}
        \(long): {image: b, expose: [80]}
      """)
    let own = "deployment my-api {\n  serviceLinks = false\n\n  container app {\n    image = \"second\""
    expect(result, ["service my-api {\n  select = my-api\n", own])
    #expect(result.notes.contains { $0.message.contains("`\(long)` is `\(long.prefix(63))`") })
  }

  @Test func checksAskTheContainerItself() {
    let result = checked(
      """
      services:
        web: {image: a, expose: [8080], healthcheck: {test: "curl -f http://web:8080/up"}}
        api_one: {image: a, expose: [81], healthcheck: {test: ["CMD", "ask", "http://api_one:81/", "web:8080"]}}
      """)
    expect(
      result,
      [
        #"probe.http("/up", port: http"#, #""http://localhost:81/""#, #""\(web.host):\(web.port.http.number)""#,
      ])
  }
}
