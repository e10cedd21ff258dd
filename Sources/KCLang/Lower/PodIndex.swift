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
    if program.tree.fields(of: selector).isEmpty { return true }
    let namespace = Self.namespace(of: object, program)
    return candidates(selector, program).contains { $0.namespace == namespace && has($0.labels, selector, program) }
  }

  /// The namespaces that have pods which a selector fits.
  func namespaces(of selector: TreeValue, _ program: borrowing Program) -> [String] {
    Set(candidates(selector, program).filter { has($0.labels, selector, program) }.map(\.namespace)).sorted()
  }

  private func candidates(
    _ selector: TreeValue, _ program: borrowing Program
  ) -> [(namespace: String, labels: TreeValue)] {
    guard let first = program.tree.fields(of: selector).first else { return [] }
    return pods[Label(key: first.key, value: program.tree.text(of: first.value) ?? "")] ?? []
  }

  private func has(_ labels: TreeValue, _ selector: TreeValue, _ program: borrowing Program) -> Bool {
    for field in program.tree.fields(of: selector) {
      guard let label = program.tree.field(field.key, of: labels), program.tree.equal(label.value, field.value) else {
        return false
      }
    }
    return true
  }

  static func namespace(of object: TreeValue, _ program: borrowing Program) -> String {
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
