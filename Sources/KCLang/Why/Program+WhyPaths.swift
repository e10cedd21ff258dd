internal import KCData

/// From paths as users write them to fields of the source.
extension Program {
  /// A field of the source, or what a path names within its value.
  struct FoundField {
    var field: WhyField
    /// The names that lead into the value.
    var rest: [String] = []
    var value: TreeValue?
  }

  /// The names of a path: `data."app.conf"` has two, and so has `data["app.conf"]`.
  static func sourceNames(in path: String) -> [String] {
    names(in: path.replacing("[\"", with: ".\"").replacing("\"]", with: "\"")).flatMap { name in
      // `args[0]` has two names, too.
      guard name.hasSuffix("]"), let open = name.lastIndex(of: "["), open > name.startIndex,
        let place = Int(name[name.index(after: open)...].dropLast())
      else { return [name] }
      return [String(name[..<open]), String(place)]
    }
  }

  /// The field of the source that a path names; kinds may stand before the names of blocks, and need not.
  mutating func sourceField(_ path: String, of resource: Int32) -> FoundField? {
    var current = resource
    var names = Self.sourceNames(in: path)[...]
    while let name = names.first {
      let key = key(name)
      let schema = instances[Int(current)].schema
      if schema >= 0, let slot = schemas[Int(schema)].slotOf[key], schemas[Int(schema)].slots[Int(slot)].childSchema < 0
      {
        names.removeFirst()
        let field = WhyField(instance: current, place: Int(instances[Int(current)].slots + slot), key: key)
        guard memos[field.place].value.tag == .instance, !names.isEmpty else { return part(Array(names), of: field) }
        current = Int32(bitPattern: memos[field.place].value.payload)
      } else if schema < 0, let place = mapIndex[ChildKey(parent: current, name: key)] {
        return part(Array(names.dropFirst()), of: WhyField(instance: current, place: Int(place), key: key))
      } else if let child = takeChild(&names, of: current) {
        current = child
        if names.isEmpty { return primaryField(of: child).map { FoundField(field: $0) } }
      } else {
        return nil
      }
    }
    return nil
  }

  /// What names lead to within a field's value; the field itself where there are none.
  private mutating func part(_ names: [String], of field: WhyField) -> FoundField? {
    if names.isEmpty { return FoundField(field: field) }
    let found = part(names, of: memos[field.place].value)
    return found.map { FoundField(field: field, rest: names, value: $0.value) }
  }

  /// What names lead to within a value, and the field that it is, where it is one that layers set.
  mutating func part(_ names: [String], of value: TreeValue) -> (value: TreeValue, field: WhyField?)? {
    var value = scalar(value)
    var field: WhyField?
    for name in names {
      let isSecret = value.isSecret
      if value.tag == .list {
        guard let place = Int(name), (0..<value.length).contains(place) else { return nil }
        (value, field) = (scalar(tree.item(of: value, place)), nil)
      } else if value.tag == .instance {
        guard let inner = self.field(name, of: value) else { return nil }
        (value, field) = (scalar(memos[inner.place].value), inner)
      } else {
        guard value.tag == .record, let key = tree.keys.find(name), let inner = tree.field(key, of: value) else {
          return nil
        }
        (value, field) = (scalar(inner.value), nil)
      }
      if isSecret { value.isSecret = true }
    }
    return value.isPoison ? nil : (value, field)
  }

  /// A field of a value that a schema has made, or of a record in a body; it has been read then.
  private mutating func field(_ name: String, of value: TreeValue) -> WhyField? {
    let instance = Int32(bitPattern: value.payload)
    guard instances[Int(instance)].name < 0 else { return nil }
    // Nothing may have read it yet.
    _ = materialize(value)
    guard let key = tree.keys.find(name).map({ Int32($0) }) else { return nil }
    let schema = instances[Int(instance)].schema
    if schema < 0 {
      return mapIndex[ChildKey(parent: instance, name: key)].map {
        WhyField(instance: instance, place: Int($0), key: key)
      }
    }
    guard let slot = schemas[Int(schema)].slotOf[key], schemas[Int(schema)].slots[Int(slot)].childSchema < 0 else {
      return nil
    }
    return WhyField(instance: instance, place: Int(instances[Int(instance)].slots + slot), key: key)
  }

  /// The block that the first of some names means, or its kind and its name; the names are taken then.
  private mutating func takeChild(_ names: inout ArraySlice<String>, of parent: Int32) -> Int32? {
    guard let first = names.first.map({ key($0) }) else { return nil }
    if let child = child(named: first, of: parent) {
      names.removeFirst()
      return child
    }
    guard names.count > 1, let child = child(named: key(names[names.startIndex + 1]), of: parent, kind: first) else {
      return nil
    }
    names.removeFirst(2)
    return child
  }

  /// The block within a resource that a path names.
  mutating func block(at path: String, in resource: Int32) -> Int32? {
    var current = resource
    var names = Self.sourceNames(in: path)[...]
    while !names.isEmpty {
      guard let child = takeChild(&names, of: current) else { return nil }
      current = child
    }
    return current == resource ? nil : current
  }

  /// An instance of a component, or what it has as a parameter or a `let`: `eu`, `eu.tag`.
  mutating func why(instance address: String, _ path: String?) throws(WhyError) -> WhyAnswer? {
    var names = Self.sourceNames(in: [address, path ?? ""].joined(separator: "."))[...]
    var current = root
    while let child = takeChild(&names, of: current) {
      guard case let schema = instances[Int(child)].schema, schema >= 0, schemas[Int(schema)].isNamespace else {
        return nil
      }
      current = child
    }
    guard current != root else { return nil }
    let title = title(of: current)
    let schema = schemas[Int(instances[Int(current)].schema)]
    guard let name = names.first else {
      return WhyAnswer(
        address: address, path: "", subject: title, value: "", layers: [], parameters: [],
        provenance: Provenance(location: location(instances[Int(current)].site), layer: "file"))
    }
    guard let key = tree.keys.find(name), schema.inner >= 0, instances[Int(current)].frames >= 0,
      let found = scopes[Int(schema.inner)].names[Int32(key)], case .slot = found.kind
    else { return nil }
    return try answer(
      found, Int32(key), schema.inner, instances[Int(current)].frames, Array(names.dropFirst()), of: title)
  }

  /// That a resource has no field of a path, with what was probably meant.
  mutating func unknownPath(_ path: String, of resource: Resource) -> WhyError {
    var current = resource.instance
    var names = Self.sourceNames(in: path)[...]
    while let child = takeChild(&names, of: current) { current = child }
    let schema = instances[Int(current)].schema
    var known = (schema >= 0 ? fieldNames(schema, keyed: false) : []) + childNames(of: current)
    if let kind = names.first, names.count > 1, schema >= 0, fieldNames(schema, keyed: true).contains(kind) {
      known = children(of: current, kind: key(kind)).map { text(instances[Int($0)].name) }
      names.removeFirst()
    }
    let near = names.first.flatMap { Self.nearest(to: $0, among: known) }
    let around = Self.sourceNames(in: path).dropLast(names.count)
    return .unknownPath(
      path, address: resource.address, near: near.map { Self.path(around + [$0] + names.dropFirst()) },
      known: near == nil ? known : [])
  }
}
