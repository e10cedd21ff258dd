import KCData
import KCKube
import KCTestSupport
import Testing

@Suite struct LabelSelectorTests {
  static let objects: [String: [String: String]] = [
    "a": ["app": "web", "tier": "1"], "b": ["app": "db", "tier": "2"], "c": ["app": "web"], "d": ["tier": "10"],
    "e": [:], "f": ["app": "", "tier": "x"],
  ]

  @Test(arguments: [
    ("app=web", "ac"), ("app==web", "ac"), ("app!=web", "bdef"), ("app", "abcf"), ("!app", "de"), ("! app", "de"),
    (" app = web ", "ac"), ("app in (web,db)", "abc"), ("app in (,web)", "acf"), ("app in ()", "f"),
    ("app notin (db,)", "acde"), ("app=", "f"), ("tier>1", "bd"), ("tier<10", "ab"), ("tier>5,tier<11", "d"),
    ("", "abcdef"), ("in in (in)", ""), ("app,!tier", "c"),
  ])
  func selects(text: String, names: String) throws {
    let selector = try LabelSelector(parsing: text)
    #expect(Self.objects.filter { selector.matches($0.value) }.keys.sorted().joined() == names)
    let again = try LabelSelector(parsing: selector.description)
    #expect(again == selector)
  }

  @Test(arguments: [
    ("=web", "found '=', expected: !, identifier, or 'end of string'"),
    ("app=web,", "found '', expected: identifier after ','"),
    ("app=we b", "found 'b', expected: ',' or 'end of string'"),
    ("app!", "unable to parse requirement: found '!', expected: in, notin, =, ==, !=, gt, lt"),
    ("app in web", "unable to parse requirement: found 'web' expected: '('"),
    ("!!", "unable to parse requirement: found '!', expected: identifier"),
    ("app>=1", "unable to parse requirement: found '=', expected: identifier"),
  ])
  func refuses(text: String, message: String) {
    #expect { try LabelSelector(parsing: text) } throws: { ($0 as? APIStatus)?.message == message }
  }

  @Test func readsObjects() throws {
    let selector = try LabelSelector([
      "matchLabels": ["a": "1"], "matchExpressions": [["key": "b", "operator": "NotIn", "values": ["2"]]],
    ])
    #expect(selector.matches(["a": "1"]) && !selector.matches(["a": "1", "b": "2"]))
    #expect(try !LabelSelector(nil).matches([:]) && LabelSelector([:]).matches([:]))
    #expect(throws: APIStatus.self) { try LabelSelector(["matchExpressions": [["key": "b", "operator": "Is"]]]) }
  }
}

@Suite struct FieldSelectorTests {
  static let pod: Value = [
    "kind": "Pod", "metadata": ["name": "p", "namespace": "n"], "spec": ["nodeName": "n1"],
    "status": ["phase": "Running"],
  ]

  @Test(arguments: [
    ("metadata.name=p", true), ("metadata.name!=p", false), ("spec.nodeName==n1,status.phase=Running", true),
    ("spec.nodeName=n1,", true), ("spec.hostNetwork=false", true), ("status.podIP=", true),
    ("metadata.name=a\\,b", false),
  ])
  func matches(text: String, expected: Bool) throws {
    #expect(try FieldSelector(parsing: text, kind: "Pod").matches(Self.pod) == expected)
  }

  @Test(arguments: [
    ("Pod", "nope=1", "field label not supported: nope"),
    ("Job", "status.succeeded=0", "field label \"status.succeeded\" not supported for Job"),
    (
      "Deployment", "status.replicas=0",
      "\"status.replicas\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
    ),
    ("Pod", "metadata.name", "invalid selector: 'metadata.name'; can't understand 'metadata.name'"),
    ("Pod", "metadata.name=a=b", "invalid field selector: unescaped character in value: 61"),
  ])
  func refuses(kind: String, text: String, message: String) {
    #expect { try FieldSelector(parsing: text, kind: kind) } throws: { ($0 as? APIStatus)?.message == message }
  }
}

@Suite struct SelectorOracleTests {
  /// Every selector that the recordings of the interface ask with: refused or not, as the server did.
  @Test func selectors() throws {
    guard let records = Oracle.records("api/rest.jsonl.gz") else { return }
    var agreement = Agreement()
    for step in records.flatMap({ $0["steps"]?.array ?? [] }) {
      let request = step["request"]
      guard let path = request?["path"]?.string, let status = step.at("response", "status")?.int,
        status == 200 || status == 400
      else { continue }
      if let text = request?.at("query", "labelSelector")?.string {
        let message = failure { _ = try LabelSelector(parsing: text) }
        note(message, text, step, &agreement)
      }
      guard let text = request?.at("query", "fieldSelector")?.string, let type = type(path) else { continue }
      let message = failure { _ = try FieldSelector(parsing: text, type: type, selectable: [".spec.color"]) }
      note(message, "\(type.plural) \(text)", step, &agreement)
    }
    agreement.report("selectors")
    #expect(agreement.reaches(1))
  }

  private func note(_ message: String?, _ text: String, _ step: Value, _ agreement: inout Agreement) {
    let expected = step.at("response", "body", "message")?.string
    let isRefused = step.at("response", "status") == 400
    // How a key or value must look is said in our words.
    let isOurWords = expected?.contains("must consist of") == true
    agreement.note(
      isRefused ? message == expected || (message != nil && isOurWords) : message == nil,
      "\(text): \(message ?? "taken"), not \(expected ?? "taken")")
  }

  private func failure(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch { return (error as? APIStatus)?.message ?? "\(error)" }
  }

  private func type(_ path: String) -> ResourceType? {
    let parts = path.split(separator: "/").map(String.init)
    let group = parts.first == "api" ? "" : parts[1]
    if parts.last == "widgets" {
      return ResourceType(group: group, version: "v1", kind: "Widget", plural: "widgets", namespaced: true)
    }
    return ResourceTypes.builtin.all.first { $0.group == group && $0.plural == parts.last }
  }
}
