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

  /// The paths of all members.
  func paths() -> [[String]] {
    var out: [[String]] = []
    collect([], &out)
    return out
  }

  private func collect(_ prefix: [String], _ out: inout [[String]]) {
    if isMember { out.append(prefix) }
    for (step, below) in children.sorted(by: { $0.key < $1.key }) { below.collect(prefix + [step], &out) }
  }
}

extension FieldSet {
  /// Reads `fieldsV1`.
  init(fieldsV1 value: Value, depth: Int = 0) {
    guard case .object(let fields) = value, depth < 200 else { return }
    if fields.isEmpty { isMember = true }
    for (step, below) in fields {
      if step == "." { isMember = true } else { children[step] = FieldSet(fieldsV1: below, depth: depth + 1) }
    }
  }

  var fieldsV1: Value {
    var fields = Fields()
    if isMember, !children.isEmpty { fields["."] = [:] }
    for (step, below) in children.sorted(by: { $0.key < $1.key }) { fields[step] = below.fieldsV1 }
    return .object(fields)
  }
}
