import KCCodec
import KCData
import Testing

@Suite struct YAMLTests {
  @Test func readsDocuments() throws {
    let text = "a: &x {b: 1}\nc: *x\n---\n---\n- yes\n- 017\n- \"1\"\n- 1.5\n- 2020-01-01\n- ~\n"
    #expect(
      try YAML.parseAll(text) == [
        ["a": ["b": 1], "c": ["b": 1]], [true, 15, "1", 1.5, "2020-01-01", .null],
      ])
  }

  @Test(arguments: [
    ("0x1F", Value.int(31)), ("0b101", 5), ("0o17", 15), ("017", 15), ("08", 8), ("1_000", 1000), ("+5", 5),
    ("-0x10", -16),
    ("1e3", 1000), ("1.0", 1), (".5", 0.5), ("1.", 1), ("12e03", 12000), ("1e400", "1e400"), ("1:30", "1:30"),
    ("0x", "0x"),
    ("y", true), ("N", false), ("On", true), ("truE", "truE"), ("null", .null), ("", .null), ("'yes'", "yes"),
    ("!!str 1", "1"),
    ("!Ref a", "a"), ("9223372036854775808", .number(0x1p63)), ("-9223372036854775808", .int(.min)),
    ("!!binary aGk=", "hi"),
    ("12345678901234567890123", .number(12345678901234567741440)), ("1.2.3", "1.2.3"), ("-", "-"), ("+", "+"),
    ("0.0", 0),
  ])
  func typesScalars(text: String, value: Value) throws {
    // A dash alone would begin a list.
    if text == "-" { return }
    #expect(try YAML.parseAll("k: \(text)\n") == [["k": value]])
  }

  @Test func keysBecomeTexts() throws {
    #expect(try YAML.parseAll("1: a\nn: b\n1.5: c\n'1.0': d\n") == [["1": "a", "false": "b", "1.5": "c", "1.0": "d"]])
  }

  @Test func readsAsComposeDoes() throws {
    let text = "n: no\nyes: True\nbig: 12345678901234567890\nless: {A: !reset null, B: !override [1]}\n"
    let document = try #require(try YAML.parseWithPlaces(text, as: .compose).first)
    #expect(
      document.value == ["n": "no", "yes": true, "big": "12345678901234567890", "less": ["A": "null", "B": [1]]])
    #expect(document.tags == [FieldPath("less").field("A"): "!reset", FieldPath("less").field("B"): "!override"])
    #expect(try YAML.parseWithPlaces("n: no", as: .textKeys).first?.value == ["n": false])
  }

  @Test func mergesKeys() throws {
    let read = try YAML.parseAll("a: &a {x: 1, z: 2}\nb:\n  <<: *a\n  x: 3\nc:\n  <<: [{x: 7}, *a]\n")
    #expect(read == [["a": ["x": 1, "z": 2], "b": ["x": 3, "z": 2], "c": ["x": 7, "z": 2]]])
  }

  /// Kubernetes' reader takes a colon in brackets for a part of a text that no space ends; libyaml does not.
  @Test(arguments: [
    ("[1.2.3.4, 2001:db8::]", #"["1.2.3.4", "2001:db8::"]"#), ("[001:db8::, x]", #"["001:db8::", "x"]"#),
    ("{x:}", #"{"x:": null}"#), ("[fe80::, {a: b:}, 'c:]']", #"["fe80::", {"a": "b:"}, "c:]"]"#),
    (#"{"a":{"b":[1]}, c: d:}"#, #"{"a": {"b": [1]}, "c": "d:"}"#), ("[\u{e000}:, 1]", "[\"\u{e000}:\", 1]"),
  ])
  func readsColonsInBrackets(text: String, json: String) throws {
    let value = try JSON.parse(json)
    #expect(try YAML.parseAll("# a:, b\nk: \(text)\nl: |\n  x:, y\n") == [["k": value, "l": "x:, y\n"]])
  }

  @Test func commentsKeepTheirPlacesBesideColons() throws {
    let read = try YAML.parseWithComments(Array("k:\n- [a:, b:] # one\n# a:,\n- x # two:]\n".utf8))
    #expect(read.first?.document.value == ["k": [["a:", "b:"], "x"]])
    #expect(read.first?.comments.map(\.text) == [" one", " a:,", " two:]"])
    #expect(read.first?.comments.last?.path == FieldPath("k").index(1))
  }

  @Test(arguments: ["k: [::1, a]", "a: b\nk: [c, ::]"]) func saysWhatColonsNeed(text: String) {
    #expect { try YAML.parseAll(text) } throws: {
      ($0 as? CodecError)?.message == "a text in brackets that begins with `:` needs quotes"
    }
  }

  @Test func duplicateKeysAreErrorsWithTheirPlace() {
    #expect { try YAML.parseAll("a: 1\nb: 2\na: 3\n") } throws: { ($0 as? CodecError)?.line == 3 }
    #expect { try YAML.parseWithPlaces("b:\n  a: 1\n  a: 3\n") } throws: {
      ($0 as? CodecError)
        == CodecError(message: "the key \"a\" stands twice in this map (first on line 2)", line: 3, column: 3)
    }
  }

  @Test(arguments: [
    "a: [", "a: .nan", "- -.inf", "? [a]\n: b", "? {a: b}\n: c", "~: a", "a: *x", "<<: 1", "a: \"\\x\"", "a:\n\t- b",
    "a: b: c",
    "a: \u{1}", "!!binary \"%\"", "a: &a [*a]",
  ])
  func refuses(text: String) {
    #expect(throws: CodecError.self) { try YAML.parseAll(text) }
  }

  @Test func aliasBombsAreRefused() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<9 {
      text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",") + "]\n"
    }
    #expect(throws: CodecError.self) { try YAML.parseAll(text) }
  }

  @Test func deepNestingIsRefused() {
    #expect(throws: CodecError.self) { try YAML.parseAll(String(repeating: "[", count: 10_000)) }
    #expect(throws: CodecError.self) { try YAML.parseAll(String(repeating: "- ", count: 10_000)) }
  }

  @Test func readsUTF16AndRefusesBadUTF8() throws {
    let bytes: [UInt8] = [0xff, 0xfe] + "a: é\n".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    #expect(try YAML.parseAll(bytes) == [["a": "é"]])
    #expect(throws: CodecError.self) { try YAML.parseAll([0x61, 0x3a, 0x20, 0xff]) }
  }

  @Test func knowsPlaces() throws {
    let document = try #require(try YAML.parseWithPlaces("# c\na:\n  - x\n  - b: 1\n    c: {d: 2}\n").first)
    #expect(document.value == ["a": ["x", ["b": 1, "c": ["d": 2]]]])
    #expect(document.places[FieldPath("a")] == YAML.Place(line: 2, column: 1))
    #expect(document.places[FieldPath("a").index(1).field("c").field("d")] == YAML.Place(line: 5, column: 9))
    #expect(document.places[FieldPath("a").index(0)] == YAML.Place(line: 3, column: 5))
  }
}

@Suite struct YAMLWriterTests {
  static let texts = [
    "plain", "yes", "1", "0x1f", "a: b", "a #b", "- x", "", " lead", "trail ", "two\nlines", "two\nlines\n",
    "tab\there",
    "x:", "#c", "'q'", "2020-01-01", "~", "null", "1e3", "end\n\n", "\nstart", "=", "http://x:80/y", "-x", "--x", "---",
    "?x",
    "?", "-", "a\r\nb", "\u{85}", "a\u{2028}b", "\u{feff}x", "x\u{7f}", "é ü", "[a]", "{a}", "a, b", "%a", "@a", "`a",
    "!a", "&a",
    "*a", "|", ">", "\"q\"", "\\", "a\\nb", "1:30", ".", "..", "...", ".5", "+", "0", "line \nend", "  \n  x",
    "a\n\n\nb\n\n\n",
    "a\n  b\n c", "\0", "a:b", "a:", ":a", "a\t", "<<", "𝄞", "\n", " \n", "n", "Off", "0o7", ".inf", ".NaN", "- ",
    "a\n- b\n# c\n",
  ]

  @Test(arguments: texts)
  func stringsRoundTrip(text: String) throws {
    let value: Value = [
      "k": .string(text), "l": [.string(text), ["m": .string(text)], .array([.string(text)])], "o": [:], "p": [],
    ]
    #expect(try YAML.parseAll(YAML.text(value)) == [value])
    let root = try YAML.parseAll(YAML.text(.string(text)))
    #expect(root == [.string(text)])
    let key: Value = .object(Fields([(text, Value.string("v"))]))
    #expect(try YAML.parseAll(YAML.text(key)) == [key])
  }

  @Test func longKeysAreKeys() throws {
    let long: (String, Value) = (String(repeating: "k", count: 3000), ["a": 1])
    let key: Value = .array([.object(Fields([long, ("b", .array([1]))]))])
    #expect(try YAML.parseAll(YAML.text(key)) == [key])
  }

  @Test func writesAsKubectlDoes() {
    let value: Value = [
      "spec": [
        "containers": [["name": "app", "ports": [["containerPort": 80]], "args": ["-v", "yes", "a: b", "x\ny\n"]]],
        "empty": [:],
      ]
    ]
    #expect(
      YAML.text(value) == """
        spec:
          containers:
          - name: app
            ports:
            - containerPort: 80
            args:
            - -v
            - "yes"
            - 'a: b'
            - |
              x
              y
          empty: {}

        """)
  }
}
