import KCData
import KCKube

/// Objects by kind, namespace and name. Those of a kind and a namespace mostly come in the order of their names: put into
/// groups first, they are compared once each.
struct ObjectOrder<Object> {
  private struct Group: Hashable, Comparable {
    var kind, namespace: String

    static func < (left: Group, right: Group) -> Bool {
      (left.kind, left.namespace) < (right.kind, right.namespace)
    }
  }

  private var groups: [Group: [(name: String, object: Object)]] = [:]

  mutating func add(_ object: Object, kind: String, namespace: String, name: String) {
    groups[Group(kind: kind, namespace: namespace), default: []].append((name, object))
  }

  /// All of them; of those with the same names the one added first comes first.
  var objects: [Object] {
    groups.sorted { $0.key < $1.key }.flatMap { _, group in group.sorted { $0.name < $1.name }.map(\.object) }
  }
}

extension ObjectOrder {
  mutating func add(_ object: Object, as value: Value) {
    add(object, kind: value.kind ?? "", namespace: value.namespace ?? "", name: value.name ?? "")
  }
}

/// What an object of the compiler's tree is called.
struct ObjectNamer {
  private let tree: Tree
  private let kind, metadata, namespace, name: UInt32?

  init(_ tree: Tree) {
    self.tree = tree
    kind = tree.keys.find("kind")
    metadata = tree.keys.find("metadata")
    namespace = tree.keys.find("namespace")
    name = tree.keys.find("name")
  }

  func names(of object: TreeValue) -> (kind: String, namespace: String, name: String) {
    let inner = value(metadata, of: object)
    return (text(kind, of: object), text(namespace, of: inner), text(name, of: inner))
  }

  private func value(_ key: UInt32?, of object: TreeValue) -> TreeValue {
    key.flatMap { tree.field($0, of: object)?.value } ?? .none
  }

  private func text(_ key: UInt32?, of object: TreeValue) -> String { tree.text(of: value(key, of: object)) ?? "" }
}
