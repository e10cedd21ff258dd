internal import KCData

/// A set of fields of an object, as `metadata.managedFields` records it (`fieldsV1`).
///
/// A step of a path is written as there: `f:name` a field, `k:{"name":"app"}` an element of a list by its key,
/// `v:"x"` an element of a set by its value.
struct FieldSet: Sendable, Hashable {
  /// Whether the place itself is in the set, apart from what is below it.
  var isMember = false
  var children: [String: FieldSet] = [:]

  var isEmpty: Bool { !isMember && children.isEmpty }

  mutating func insert(_ path: ArraySlice<String>) {
    guard let first = path.first else {
      isMember = true
      return
    }
    children[first, default: FieldSet()].insert(path.dropFirst())
  }

  mutating func insert(_ path: [String]) { insert(path[...]) }

  func contains(_ path: ArraySlice<String>) -> Bool {
    guard let first = path.first else { return isMember }
    return children[first]?.contains(path.dropFirst()) ?? false
  }

  func subset(at step: String) -> FieldSet { children[step] ?? FieldSet() }

  func union(_ other: FieldSet) -> FieldSet {
    var result = self
    result.isMember = isMember || other.isMember
    for (step, below) in other.children {
      result.children[step] = result.children[step].map { $0.union(below) } ?? below
    }
    return result
  }

  func intersection(_ other: FieldSet) -> FieldSet {
    var result = FieldSet(isMember: isMember && other.isMember)
    for (step, below) in children {
      guard let there = other.children[step] else { continue }
      let both = below.intersection(there)
      if !both.isEmpty { result.children[step] = both }
    }
    return result
  }

  /// Members that are not members of `other`.
  func subtracting(_ other: FieldSet) -> FieldSet {
    var result = FieldSet(isMember: isMember && !other.isMember)
    for (step, below) in children {
      let rest = other.children[step].map { below.subtracting($0) } ?? below
      if !rest.isEmpty { result.children[step] = rest }
    }
    return result
  }

  /// Members that neither are members of `other` nor lie below one.
  func subtractingRecursively(_ other: FieldSet) -> FieldSet {
    if other.isMember { return FieldSet() }
    var result = FieldSet(isMember: isMember)
    for (step, below) in children {
      let rest = other.children[step].map { below.subtractingRecursively($0) } ?? below
      if !rest.isEmpty { result.children[step] = rest }
    }
    return result
  }

  /// The paths of all members, in the order in which the API server names them.
  func paths() -> [[String]] {
    var out: [[String]] = []
    collect([], &out)
    return out
  }

  private func collect(_ prefix: [String], _ out: inout [[String]]) {
    let steps = children.keys.sorted(by: PathStep.precedes)
    for step in steps where children[step]?.isMember == true { out.append(prefix + [step]) }
    for step in steps { children[step]?.collect(prefix + [step], &out) }
  }
}

extension FieldSet {
  /// Reads `fieldsV1`; nil where it is malformed or nested deeper than anything that is written.
  init?(fieldsV1 value: Value?) {
    guard let value else { return }
    guard let set = Self.read(value, depth: 0) else { return nil }
    self = set
    isMember = false
  }

  private static func read(_ value: Value, depth: Int) -> FieldSet? {
    guard case .object(let fields) = value, depth <= Typed.limit else { return nil }
    var set = FieldSet()
    if fields.isEmpty { set.isMember = true }
    for (step, below) in fields {
      if step == "." {
        set.isMember = true
        continue
      }
      guard step.utf8.count >= 2, let name = PathStep.canonical(step), let child = read(below, depth: depth + 1)
      else { return nil }
      set.children[name] = child
    }
    return set
  }

  var fieldsV1: Value {
    var fields = Fields(minimumCapacity: children.count + 1)
    if isMember, !children.isEmpty { fields["."] = [:] }
    for (step, below) in children.sorted(by: { $0.key < $1.key }) { fields[step] = below.fieldsV1 }
    return .object(fields)
  }
}
