import KCCodec
import KCData
import Testing

@Suite struct JSONTests {
  @Test func roundTrips() throws {
    let text = #"{"a":[1,-2.5,true,null,"x\n\u0001\"é"],"b":{}}"#
    #expect(JSON.text(try JSON.parse(text)) == #"{"a":[1,-2.5,true,null,"x\n\u0001\"é"],"b":{}}"#)
  }

  @Test(arguments: ["{", #"{"a":1,"a":2}"#, "nul", "", #"{"a":99999999999999999999}"#, "[1,]"])
  func refuses(text: String) {
    #expect(throws: CodecError.self) { try JSON.parse(text) }
  }

  @Test func deepNestingIsRefused() {
    #expect(throws: CodecError.self) { try JSON.parse(String(repeating: "[", count: 100_000)) }
  }

  @Test func sortsAndIndents() {
    let value: Value = ["b": 1, "a": [1, 2]]
    #expect(JSON.text(value, sorted: true) == #"{"a":[1,2],"b":1}"#)
    #expect(JSON.text(value, pretty: true, sorted: true) == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": 1\n}")
  }
}

@Suite struct YAMLTests {
  @Test func readsDocuments() throws {
    let text = "a: &x {b: 1}\nc: *x\n---\n---\n- yes\n- 017\n- \"1\"\n- 1.5\n- 2020-01-01\n- ~\n"
    #expect(
      try YAML.parseAll(text) == [
        ["a": ["b": 1], "c": ["b": 1]], [true, 15, "1", 1.5, "2020-01-01", .null],
      ])
  }

  @Test func mergesKeys() throws {
    let read = try YAML.parseAll("a: &a {x: 1, z: 2}\nb:\n  <<: *a\n  x: 3\n")
    #expect(read == [["a": ["x": 1, "z": 2], "b": ["x": 3, "z": 2]]])
  }

  @Test func duplicateKeysAreErrorsWithTheirPlace() {
    #expect { try YAML.parseAll("a: 1\nb: 2\na: 3\n") } throws: { ($0 as? CodecError)?.line == 3 }
  }

  @Test func aliasBombsAreRefused() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<9 {
      text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",") + "]\n"
    }
    #expect(throws: CodecError.self) { try YAML.parseAll(text) }
  }

  @Test(arguments: [
    "plain", "yes", "1", "0x1f", "a: b", "a #b", "- x", "", " lead", "trail ", "two\nlines", "two\nlines\n", "tab\there",
    "x:", "#c", "'q'", "2020-01-01", "~", "null", "1e3", "end\n\n", "\nstart", "=", "http://x:80/y",
  ])
  func stringsRoundTrip(text: String) throws {
    let value: Value = ["k": .string(text), "l": [.string(text), ["m": .string(text)]]]
    #expect(try YAML.parseAll(YAML.text(value)) == [value])
  }

  @Test func writesAsKubectlDoes() {
    let value: Value = ["spec": ["containers": [["name": "app", "ports": [["containerPort": 80]]]], "empty": [:]]]
    #expect(
      YAML.text(value)
        == "spec:\n  containers:\n  - name: app\n    ports:\n    - containerPort: 80\n  empty: {}\n")
  }
}
