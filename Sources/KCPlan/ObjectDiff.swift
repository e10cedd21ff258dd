public import KCData

/// A field that differs between two versions of an object.
public struct FieldChange: Sendable, Hashable {
  /// Where; elements of lists of named things are given by name: `spec.template.spec.containers[app].image`.
  public var path: FieldPath
  /// The same place with list positions in the new object (the old one for removals), for finding its origin.
  public var position: FieldPath
  /// nil where the field is new.
  public var old: Value?
  /// nil where the field goes.
  public var new: Value?

  public init(path: FieldPath, position: FieldPath, old: Value?, new: Value?) {
    self.path = path
    self.position = position
    self.old = old
    self.new = new
  }
}

/// Compares two versions of an object, field by field.
public enum ObjectDiff {
  /// Fields that the server keeps for itself: never a change of what was declared.
  static let bookkeeping: Set<String> = [
    "managedFields", "resourceVersion", "uid", "creationTimestamp", "generation", "selfLink",
    "deletionTimestamp", "deletionGracePeriodSeconds",
  ]

  /// What must change to get from `old` to `new`; status and the server's bookkeeping left out.
  public static func changes(from old: Value, to new: Value) -> [FieldChange] {
    var walk = Walk()
    walk.compare(declared(old), declared(new), FieldPath(), FieldPath())
    return walk.changes
  }

  /// An object without its status and the server's bookkeeping.
  public static func declared(_ object: Value) -> Value {
    var object = object
    object["status"] = nil
    if case .object(var metadata)? = object["metadata"] {
      metadata = metadata.filter { key, _ in !bookkeeping.contains(key) }
      if case .object(let notes)? = metadata["annotations"], notes.contains(where: { systemNotes.contains($0.key) }) {
        let left = notes.filter { key, _ in !systemNotes.contains(key) }
        metadata["annotations"] = left.isEmpty ? nil : .object(left)
      }
      object["metadata"] = .object(metadata)
    }
    return object
  }

  /// Annotations in which the target's own controllers count and bind: as little a change of what was declared.
  static let systemNotes: Set<String> = [
    "deployment.kubernetes.io/revision", "deprecated.daemonset.template.generation", "pv.kubernetes.io/bind-completed",
    "pv.kubernetes.io/bound-by-controller", "volume.kubernetes.io/selected-node",
    "volume.kubernetes.io/storage-provisioner", "volume.beta.kubernetes.io/storage-provisioner",
  ]

  /// Tells whether what an object says has changed: unlike its resource version, status does not count.
  public static func fingerprint(_ object: Value) -> String {
    String(PlanDigest.digest(declared(object)).prefix(32))
  }

  /// Whether two values say the same, in whatever order their fields stand.
  static func isSame(_ left: Value, _ right: Value) -> Bool {
    var walk = Walk()
    walk.compare(left, right, FieldPath(), FieldPath())
    return walk.changes.isEmpty
  }

  private struct Walk {
    var changes: [FieldChange] = []

    mutating func compare(_ old: Value, _ new: Value, _ path: FieldPath, _ position: FieldPath) {
      if old == new { return }
      switch (old, new) {
      case (.object(let left), .object(let right)): compareFields(left, right, path, position)
      case (.array(let left), .array(let right)): compareLists(left, right, path, position)
      default: changes.append(FieldChange(path: path, position: position, old: old, new: new))
      }
    }

    private mutating func compareFields(_ old: Fields, _ new: Fields, _ path: FieldPath, _ position: FieldPath) {
      for (key, value) in new {
        let below = Self.step(path, key)
        let place = Self.step(position, key)
        if let before = old[key] {
          compare(before, value, below, place)
        } else {
          note(nil, value, below, place)
        }
      }
      for (key, value) in old where new[key] == nil { note(value, nil, Self.step(path, key), Self.step(position, key)) }
    }

    /// Something that came or went: an empty container is no news.
    private mutating func note(_ old: Value?, _ new: Value?, _ path: FieldPath, _ position: FieldPath) {
      switch old ?? new {
      case .object(let fields)? where fields.isEmpty: return
      case .array(let elements)? where elements.isEmpty: return
      // Each label and annotation speaks for itself, the first ones, too.
      case .object(let fields)?
      where path.elements.suffix(2).elementsEqual([.field("metadata"), .field("annotations")])
        || path.elements.suffix(2).elementsEqual([.field("metadata"), .field("labels")]):
        compareFields(old == nil ? [:] : fields, new == nil ? [:] : fields, path, position)
      default: changes.append(FieldChange(path: path, position: position, old: old, new: new))
      }
    }

    private mutating func compareLists(_ old: [Value], _ new: [Value], _ path: FieldPath, _ position: FieldPath) {
      guard let key = Self.mergeKey(old, new) else {
        if old.count == new.count {
          for index in new.indices { compare(old[index], new[index], path.index(index), position.index(index)) }
        } else {
          changes.append(FieldChange(path: path, position: position, old: .array(old), new: .array(new)))
        }
        return
      }
      func name(_ element: Value) -> String { Self.name(of: element, by: key) ?? "" }
      var before: [String: Value] = [:]
      for element in old { before[name(element)] = element }
      for (index, element) in new.enumerated() {
        if let previous = before.removeValue(forKey: name(element)) {
          compare(previous, element, path.key(name(element)), position.index(index))
        } else {
          note(nil, element, path.key(name(element)), position.index(index))
        }
      }
      for (index, element) in old.enumerated() where before[name(element)] != nil {
        note(element, nil, path.key(name(element)), position.index(index))
      }
    }

    private static func step(_ path: FieldPath, _ key: String) -> FieldPath {
      key.contains(".") || key.contains("/") ? path.key(key) : path.field(key)
    }

    /// What tells an element from others by one of its fields, or, for templates of whole objects, by its metadata.
    private static func name(of element: Value, by key: String) -> String? {
      switch key == "metadata" ? element.at("metadata", "name") : element[key] {
      case .string(let text)?: text
      case .int(let number)?: String(number)
      default: nil
      }
    }

    /// The field that names the elements of both lists, if there is one that does so uniquely.
    private static func mergeKey(_ old: [Value], _ new: [Value]) -> String? {
      ["name", "metadata", "mountPath", "containerPort", "port", "topologyKey", "uid", "key", "ip"].first { key in
        let lists = [old, new].map { list in list.compactMap { name(of: $0, by: key) } }
        let isUnique = zip([old, new], lists).allSatisfy { $0.count == $1.count && Set($1).count == $1.count }
        return isUnique && (key != "metadata" || isInOrder(lists[0], lists[1]))
      }
    }

    /// Whether what both lists have stands in one order: templates are compared as a list, and may not change.
    private static func isInOrder(_ left: [String], _ right: [String]) -> Bool {
      let (ours, theirs) = (Set(left), Set(right))
      return left.filter(theirs.contains) == right.filter(ours.contains)
    }
  }
}
