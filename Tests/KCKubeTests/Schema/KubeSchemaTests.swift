import KCData
import KCKube
import Testing

@Suite struct KubeSchemaTests {
  let schema = KubeSchema.builtin

  @Test func everyServedKindHasAType() {
    // Kinds of requests that are answered and never stored have a type too.
    let missing = ResourceTypes.builtin.all.filter { schema.type(apiVersion: $0.apiVersion, kind: $0.kind) == nil }
    #expect(missing.map(\.kind) == [])
  }

  @Test func fieldsKnowTheirMergeAndPresence() throws {
    let pod = try #require(schema.type(apiVersion: "v1", kind: "Pod"))
    guard case .type(let spec)? = schema.types[pod].field("spec")?.shape else {
      Issue.record("a pod's spec is a struct")
      return
    }
    let containers = try #require(schema.types[spec].field("containers"))
    #expect(containers.listKind == .map && containers.keys == ["name"] && containers.mergeKey == "name")
    #expect(containers.isRequired && containers.presence == .always)
    #expect(schema.types[spec].field("hostNetwork")?.presence == .whenNotZero)
    #expect(schema.types[spec].field("enableServiceLinks")?.presence == .whenSet)
    #expect(schema.types[spec].field("nope") == nil)
    #expect(schema.types[spec].field("restartPolicy")?.allowed == ["Always", "Never", "OnFailure"])
  }

  @Test func canonicalFormIsWhatTheServerWrites() {
    let object: Value = [
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "p", "labels": [:], "creationTimestamp": .null],
      "spec": [
        "hostNetwork": false, "automountServiceAccountToken": false, "bogus": 1, "nodeName": "",
        "containers": [["name": "c", "args": []]],
      ],
    ]
    #expect(
      schema.canonical(object, apiVersion: "v1", kind: "Pod") == [
        "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "p"],
        "spec": ["automountServiceAccountToken": false, "containers": [["name": "c", "resources": [:]]]],
        "status": [:],
      ])
  }

  @Test func listsWithoutOmissionAreNull() {
    let role = schema.canonical(
      ["metadata": ["name": "r"], "rules": []], apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role")
    #expect(role == ["metadata": ["name": "r"], "rules": .null])
  }

  static let definition: Value = [
    "spec": [
      "group": "example.com", "names": ["kind": "Thing"],
      "versions": [
        [
          "name": "v1",
          "schema": [
            "openAPIV3Schema": [
              "type": "object",
              "properties": [
                "spec": [
                  "type": "object", "required": ["size"],
                  "properties": [
                    "size": ["type": "integer", "default": 3], "note": ["type": "string", "nullable": true],
                    "mode": [
                      "type": "object", "default": [:], "properties": ["fast": ["type": "boolean", "default": true]],
                    ],
                    "free": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
                    "parts": [
                      "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                      "items": [
                        "type": "object",
                        "properties": ["name": ["type": "string"], "n": ["type": "integer", "default": 1]],
                      ],
                    ],
                  ],
                ]
              ],
            ]
          ],
        ]
      ],
    ]
  ]

  @Test func customKindsHaveDefaultsAndLoseUnknownFields() {
    var schema = schema
    schema.insert(definition: Self.definition)
    let object: Value = [
      "apiVersion": "example.com/v1", "kind": "Thing", "metadata": ["name": "t"],
      "spec": [
        "note": .null, "size": .null, "bogus": 1, "free": ["a": [.null]],
        "parts": [["name": "x"], ["name": "y", "n": 2]],
      ],
    ]
    #expect(
      schema.completed(object, apiVersion: "example.com/v1", kind: "Thing") == [
        "apiVersion": "example.com/v1", "kind": "Thing", "metadata": ["name": "t"],
        "spec": [
          "note": .null, "size": 3, "mode": ["fast": true], "free": ["a": [.null]],
          "parts": [["name": "x", "n": 1], ["name": "y", "n": 2]],
        ],
      ])
  }

  @Test func insertingAgainReplaces() throws {
    var schema = schema
    schema.insert(definition: Self.definition)
    let count = schema.types.count
    schema.insert(definition: Self.definition)
    #expect(schema.types.count == count)
    #expect(schema.type(apiVersion: "example.com/v1", kind: "Thing") != nil)
  }
}
