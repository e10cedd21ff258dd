import KCData
import KCPlan
import Testing

/// Which fields differ, and how lists are told apart.
@Suite struct ObjectDiffTests {
  private func set(_ claims: [(name: String, size: String)]) -> Value {
    let templates: [Value] = claims.map { claim in
      [
        "metadata": ["name": .string(claim.name)],
        "spec": ["resources": ["requests": ["storage": .string(claim.size)]]],
      ]
    }
    return ["kind": "StatefulSet", "spec": ["volumeClaimTemplates": .array(templates)]]
  }

  private func paths(_ old: Value, _ new: Value) -> [String] {
    ObjectDiff.changes(from: old, to: new).map { $0.path.description }
  }

  @Test func claimTemplatesAreToldApartByTheirNames() {
    let one = set([("data", "1Gi")])
    #expect(paths(one, set([("data", "1Gi"), ("more", "2Gi")])) == ["spec.volumeClaimTemplates[more]"])
    let grown = "spec.volumeClaimTemplates[data].spec.resources.requests.storage"
    #expect(
      paths(one, set([("more", "2Gi"), ("data", "3Gi")])) == [grown, "spec.volumeClaimTemplates[more]"].reversed())
  }

  /// The API compares them as a list, which may not change: their order is a change, too.
  @Test func theOrderOfClaimTemplatesCounts() {
    let both = set([("data", "1Gi"), ("more", "1Gi")])
    #expect(!paths(both, set([("more", "1Gi"), ("data", "1Gi")])).isEmpty)
  }
}
