internal import KCData

/// What an object says that it is. The objects that one schema makes say it with the same bits.
struct WrittenType: Sendable, Hashable {
  var apiVersion: UInt64
  var kind: UInt64
}

/// The labels of the pods that a program's objects make, found by one label and the namespace.
struct PodIndex {
  private struct Label: Hashable {
    var key: UInt32
    var value: String
  }

  /// By label: the namespace and all labels of each pod.
  private var pods: [Label: [(namespace: String, labels: TreeValue)]] = [:]

  /// Notes the pods of an object, where it makes any.
  mutating func add(_ object: TreeValue, _ program: borrowing Program) {
    guard let labels = Self.podLabels(of: object, program), labels.tag == .record else { return }
    let namespace = Self.namespace(of: object, program)
    for field in program.tree.fields(of: labels) {
      let label = Label(key: field.key, value: program.tree.text(of: field.value) ?? "")
      pods[label, default: []].append((namespace, labels))
    }
  }

  /// Whether a selector has a pod in its object's namespace.
  func isAnySelected(by selector: TreeValue, of object: TreeValue, _ program: borrowing Program) -> Bool {
    let wanted = program.tree.fields(of: selector)
    guard let first = wanted.first else { return true }
    let label = Label(key: first.key, value: program.tree.text(of: first.value) ?? "")
    let namespace = Self.namespace(of: object, program)
    return (pods[label] ?? []).contains { pod in
      pod.namespace == namespace
        && wanted.allSatisfy { field in
          program.tree.field(field.key, of: pod.labels).map { program.tree.equal($0.value, field.value) } ?? false
        }
    }
  }

  private static func namespace(of object: TreeValue, _ program: borrowing Program) -> String {
    program.value(at: program.keys.metadata, program.keys.namespace, in: object).flatMap {
      program.tree.text(of: $0)
    } ?? ""
  }

  private static func podLabels(of object: TreeValue, _ program: borrowing Program) -> TreeValue? {
    let keys = program.keys
    if let labels = program.value(at: keys.spec, keys.template, keys.metadata, keys.labels, in: object) {
      return labels
    }
    if let labels = program.value(
      at: keys.spec, keys.jobTemplate, keys.spec, keys.template, keys.metadata, keys.labels, in: object)
    {
      return labels
    }
    guard let kind = program.value(at: keys.kind, in: object), program.isText(kind, "Pod") else { return nil }
    return program.value(at: keys.metadata, keys.labels, in: object)
  }
}
