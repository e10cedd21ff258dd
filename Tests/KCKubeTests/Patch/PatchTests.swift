import KCData
import KCKube
import Testing

@Suite struct PatchTests {
  static let pod = ResourceType(group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true)

  @Test func mergePatchRemovesNulls() {
    #expect(JSONMergePatch.apply(["a": .null, "b": ["c": 1, "d": .null]], to: ["a": 1]) == ["b": ["c": 1]])
    #expect(JSONMergePatch.apply([1], to: ["a": 1]) == [1])
    #expect(throws: APIStatus.self) { try JSONMergePatch.check([1]) }
  }

  static let cases: [(patch: Value, result: Value?)] = [
    ([["op": "add", "path": "/l/1", "value": 9]], ["l": [1, 9, 2, 3]]),
    ([["op": "add", "path": "/l/-", "value": 9]], ["l": [1, 2, 3, 9]]),
    ([["op": "remove", "path": "/l/-1"]], ["l": [1, 2]]),
    ([["op": "move", "from": "/l/0", "path": "/l/2"]], ["l": [2, 3, 1]]),
    ([["op": "copy", "from": "/l", "path": "/m~1n"]], ["l": [1, 2, 3], "m/n": [1, 2, 3]]),
    ([["op": "test", "path": "/l/0", "value": 1.0]], ["l": [1, 2, 3]]),
    ([["op": "test", "path": "/l/0", "value": 2]], nil),
    ([["op": "remove", "path": "/x"]], nil),
    ([["op": "add", "path": "/l/9", "value": 1]], nil),
    ([["op": "add", "path": "", "value": 1]], nil),
    ([["op": "nope", "path": "/l"]], nil),
    ([["op": "replace", "path": "/l/0/x", "value": 1]], nil),
  ]

  @Test(arguments: cases)
  func jsonPatch(patch: Value, result: Value?) throws {
    let target: Value = ["l": [1, 2, 3]]
    if let result {
      #expect(try JSONPatch.apply(patch, to: target) == result)
    } else {
      #expect(throws: APIStatus.self) { try JSONPatch.apply(patch, to: target) }
    }
  }

  @Test func copiesAreBounded() {
    let doubling = (0..<64).map { _ in ["op": "copy", "from": "/l", "path": "/l/-"] as Value }
    #expect(throws: APIStatus.self) { try JSONPatch.apply(.array(doubling), to: ["l": ["text"]]) }
    let nothing: Value = [["op": "copy", "from": "", "path": "/k"]]
    #expect(throws: APIStatus.self) { try JSONPatch.apply(nothing, to: ["l": []]) }
  }

  @Test func strategicMergeKnowsLists() throws {
    let live: Value = [
      "spec": ["containers": [["name": "a", "image": "1", "env": [["name": "X", "value": "1"]]], ["name": "b"]]]
    ]
    let patch: Value = [
      "spec": [
        "containers": [
          ["name": "a", "env": [["name": "Y", "value": "2"], ["name": "X", "$patch": "delete"]]], ["name": "c"],
        ],
        "$setElementOrder/containers": [["name": "a"], ["name": "c"], ["name": "b"]],
      ]
    ]
    #expect(
      try StrategicMergePatch.apply(patch, to: live, type: Self.pod) == [
        "spec": [
          "containers": [
            ["name": "a", "image": "1", "env": [["name": "Y", "value": "2"]]], ["name": "c"], ["name": "b"],
          ]
        ]
      ])
  }

  @Test func finalizersAreDeletedByValue() throws {
    let live: Value = ["metadata": ["finalizers": ["a", "b", "c"]]]
    let patch: Value = ["metadata": ["$deleteFromPrimitiveList/finalizers": ["b"]]]
    #expect(
      try StrategicMergePatch.apply(patch, to: live, type: Self.pod) == ["metadata": ["finalizers": ["a", "c"]]])
  }
}
