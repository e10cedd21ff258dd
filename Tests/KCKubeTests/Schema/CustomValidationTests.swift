import KCData
import KCKube
import Testing

@Suite struct CustomValidationTests {
  static func schema(_ spec: Value) -> KubeSchema {
    var schema = KubeSchema.builtin
    schema.insert(
      apiVersion: "x.io/v1", kind: "Thing", openAPI: ["type": "object", "properties": ["spec": spec]])
    return schema
  }

  /// What is wrong, as `field: message`.
  static func wrong(_ spec: Value, _ value: Value, old: Value? = nil) -> [String] {
    let found = schema(spec).violations(
      of: ["apiVersion": "x.io/v1", "kind": "Thing", "metadata": ["name": "t"], "spec": value],
      old: old.map { ["spec": $0] }, apiVersion: "x.io/v1", kind: "Thing")
    return found.map { "\($0.field): \($0.message)" }
  }

  static let cases: [(schema: Value, value: Value, wrong: [String])] = [
    (["type": "integer", "minimum": 0, "maximum": 9], 5, []),
    (
      ["type": "integer", "maximum": 9], 10, ["spec: Invalid value: 10: spec in body should be less than or equal to 9"]
    ),
    (
      ["type": "integer", "minimum": 1, "exclusiveMinimum": true], 1,
      ["spec: Invalid value: 1: spec in body should be greater than 1"]
    ),
    (["type": "integer"], "5", ["spec: Invalid value: \"string\": spec in body must be of type integer: \"string\""]),
    (
      ["type": "integer"], 5.5,
      [
        "<nil>: Invalid value: \"\": Checked value must be of type integer (default format) in spec",
        "spec: Invalid value: \"number\": spec in body must be of type integer: \"number\"",
      ]
    ),
    (["type": "string", "nullable": true], .null, []),
    (["type": "string", "maxLength": 2], "abc", ["spec: Too long: may not be more than 2 bytes"]),
    (
      ["type": "string", "pattern": "^[a-z]+$"], "A",
      ["spec: Invalid value: \"A\": spec in body should match '^[a-z]+$'"]
    ),
    (["type": "string", "enum": ["a", "b"]], "c", ["spec: Unsupported value: \"c\": supported values: \"a\", \"b\""]),
    (
      ["type": "string", "format": "date-time"], "noon",
      ["spec: Invalid value: \"noon\": spec in body must be of type date-time: \"noon\""]
    ),
    (
      ["type": "array", "maxItems": 1, "items": ["type": "string"]], ["a", "b"],
      ["spec: Too many: 2: must have at most 1 items"]
    ),
    (
      ["type": "array", "x-kubernetes-list-type": "set", "items": ["type": "string"]], ["a", "a"],
      ["spec[1]: Duplicate value: \"a\""]
    ),
    (
      ["type": "object", "required": ["a"], "properties": ["b": ["type": "boolean"]]], ["b": 1],
      [
        "spec.a: Required value",
        "spec.b: Invalid value: \"integer\": spec.b in body must be of type boolean: \"integer\"",
      ]
    ),
    (["x-kubernetes-int-or-string": true, "anyOf": [["type": "integer"], ["type": "string"]]], "5%", []),
    (["type": "object", "oneOf": [["required": ["a"]], ["required": ["b"]]]], ["a": 1], []),
  ]

  @Test(arguments: cases)
  func checks(schema: Value, value: Value, wrong: [String]) {
    #expect(Self.wrong(schema, value) == wrong)
  }

  static let rules: [(rule: String, value: Value, holds: Bool)] = [
    ("self.replicas != 13", ["replicas": 13], false), ("!has(self.replicas) || self.replicas != 13", [:], true),
    ("self.min <= self.max", ["min": 1, "max": 2], true), ("self.a + self.b == 'xy'", ["a": "x", "b": "y"], true),
    ("self.list.all(x, x > 0) && size(self.list) < 3", ["list": [1, 2]], true),
    ("self.list.exists(x, x == 9)", ["list": [1]], false),
    ("self.m.all(k, k.startsWith('a') && self.m[k] != '')", ["m": ["ab": "1"]], true),
    ("self.name in ['a', 'b']", ["name": "c"], false),
    ("self.list.filter(x, x % 2 == 0).map(x, x * 10) == [20]", ["list": [1, 2, 3]], true),
    ("self.x__dash__y == 1", ["x-y": 1], true),
    ("self.list.exists_one(x, x.name == 'a')", ["list": [["name": "a"], ["name": "b"]]], true),
    ("self.a ? self.b == 1 : self.c", ["a": true, "b": 1], true),
    ("self.name.matches('^[a-z]+$')", ["name": "abc"], true), ("self.name.split('-')[1] == 'b'", ["name": "a-b"], true),
    ("self.missing == 1", [:], false), ("self.missing == 1 || true", [:], true),
    ("self.name.substring(1, 3) == \"bc\"", ["name": "abcd"], true),
    ("9223372036854775807 + self.n > 0", ["n": 1], false), ("1.5 * 2.0 == 3.0 // comment", [:], true),
    ("-self.n == -4", ["n": 4], true),
    ("self.name.lastIndexOf('a') == 3 && self.name.indexOf('z') == -1", ["name": "abca"], true),
    ("self.list.max() == 7", ["list": [3, 7, 5]], true),
  ]

  @Test(arguments: rules)
  func rulesAreAsked(rule: String, value: Value, holds: Bool) {
    let schema: Value = [
      "type": "object", "x-kubernetes-preserve-unknown-fields": true,
      "x-kubernetes-validations": [["rule": .string(rule), "message": "no"]],
    ]
    #expect(Self.wrong(schema, value).isEmpty == holds)
  }

  @Test func rulesOfChangesNeedBoth() {
    let schema: Value = [
      "type": "object",
      "properties": [
        "a": ["type": "string", "x-kubernetes-validations": [["rule": "self == oldSelf", "message": "is immutable"]]]
      ],
    ]
    #expect(Self.wrong(schema, ["a": "1"]) == [])
    #expect(Self.wrong(schema, ["a": "1"], old: ["a": "1"]) == [])
    #expect(Self.wrong(schema, ["a": "1"], old: ["a": "2"]) == ["spec.a: Invalid value: is immutable"])
  }

  @Test func messagesCanBeExpressions() {
    let schema: Value = [
      "type": "object", "properties": ["n": ["type": "integer"]],
      "x-kubernetes-validations": [
        [
          "rule": "self.n < 3", "messageExpression": "'n is ' + string(self.n)", "fieldPath": ".n",
          "reason": "FieldValueForbidden",
        ]
      ],
    ]
    #expect(Self.wrong(schema, ["n": 5]) == ["spec.n: Forbidden: n is 5"])
  }

  @Test func whatIsNotUnderstoodIsSaid() {
    let definition: Value = [
      "spec": [
        "versions": [
          [
            "schema": [
              "openAPIV3Schema": [
                "x-kubernetes-validations": [["rule": "quantity(self).isLessThan(1)"], ["rule": "self == 1"]]
              ]
            ]
          ]
        ]
      ]
    ]
    #expect(KubeSchema.unreadableRules(of: definition).map(\.why) == ["the function quantity is not known here"])
  }

  @Test func rulesAreBounded() {
    let list: Value = .array((0..<300).map { .int($0) })
    let schema: Value = [
      "type": "array", "items": ["type": "integer"],
      "x-kubernetes-validations": [["rule": "self.all(a, self.all(b, self.all(c, a + b + c >= 0)))"]],
    ]
    #expect(Self.wrong(schema, list).first?.contains("more than 200000 steps") == true)
    let deep = String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000)
    let definition: Value = [
      "spec": ["versions": [["schema": ["openAPIV3Schema": ["x-kubernetes-validations": [["rule": .string(deep)]]]]]]]
    ]
    #expect(KubeSchema.unreadableRules(of: definition).count == 1)
  }

  @Test func rulesOfEveryShape() {
    var random = Seeded(21)
    let pieces = [
      "self", "oldSelf", ".a", ".b", "[0]", "['k']", "(", ")", "[", "]", "{", "}", "?", ":", "&&", "||", "!", "-", "+",
      "*", "/",
      "%", "==", "<", ">=", " in ", "1", "2.5", "'x'", "true", "null", ".all(x, ", ".map(y, ", "has(", "size(",
      ".split('')", ",",
      ".substring(1)", "x", "9223372036854775807", "string(", "int(", ".max()", ".indexOf('x')", ".charAt(-1)",
    ]
    let values: [Value] = [["a": 1, "b": [1, "x", .null], "k": "text"], [1, 2, 3], "text", 5, .null, 0.5]
    var readable = 0
    for _ in 0..<6000 {
      let rule = (0..<Int.random(in: 1...9, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
        .joined()
      let spec: Value = [
        "x-kubernetes-preserve-unknown-fields": true, "x-kubernetes-validations": [["rule": .string(rule)]],
      ]
      let definition: Value = ["spec": ["versions": [["schema": ["openAPIV3Schema": spec]]]]]
      guard KubeSchema.unreadableRules(of: definition).isEmpty else { continue }
      readable += 1
      var schema = KubeSchema()
      schema.insert(apiVersion: "x.io/v1", kind: "Thing", openAPI: ["type": "object", "properties": ["spec": spec]])
      let value = values.randomElement(using: &random) ?? .null
      _ = schema.violations(
        of: ["spec": value], old: ["spec": value], apiVersion: "x.io/v1", kind: "Thing")
    }
    #expect(readable > 100)
  }

  @Test func unknownFieldsAreNamed() {
    let schema = Self.schema([
      "type": "object", "properties": ["a": ["type": "object", "properties": ["b": ["type": "string"]]]],
    ])
    let object: Value = ["apiVersion": "x.io/v1", "kind": "Thing", "spec": ["a": ["b": "1", "c": 1], "d": 2]]
    #expect(
      schema.unknownFields(of: object, apiVersion: "x.io/v1", kind: "Thing").map(\.field) == ["spec.a.c", "spec.d"])
  }
}
