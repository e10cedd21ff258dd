internal import KCData
internal import KCKube
internal import KCSyntax

/// API objects as blocks: `k8s.apps.v1.Deployment web { spec { … } }`.
extension Program {
  /// The name that a type of the API has in the language: `k8s.apps.v1.Deployment`, `k8s.core.v1.Pod`.
  private static func blockName(_ type: ResourceType) -> String { type.languageName }

  /// The schema of a type of the API, made when it is first used; nil after a report.
  mutating func apiSchema(_ name: String, at span: Span) -> Int32? {
    if let known = apiSchemas[name] { return known }
    let all = ResourceTypes.builtin.all
    guard let type = all.first(where: { Self.blockName($0) == name }),
      let index = kube.type(apiVersion: type.apiVersion, kind: type.kind)
    else {
      reportUnknown(
        "KC0104", "Kubernetes has no type `\(name)`", name, among: all.map(Self.blockName), at: span,
        notes: ["types are named `k8s.GROUP.VERSION.Kind`; the core group is `core`"])
      return nil
    }
    var schema = Schema(name: name, kind: key(name), site: 0, scope: Self.prelude)
    schema.isBlock = true
    schema.state = .compiled
    let place = Int32(schemas.count)
    schema.chain = [place]
    schema.slots.append(Slot(key: keys.name, type: TypeTable.string, owner: place, site: 0))
    for field in kube.types[index].fields where !["apiVersion", "kind", "status"].contains(field.name) {
      let type: TypeID
      switch field.shape {
      case .type, .map: type = types.add(.optional(types.add(.map(TypeTable.any))))
      default: type = types.add(.optional(TypeTable.any))
      }
      schema.slots.append(Slot(key: key(field.name), type: type, owner: place, site: 0))
    }
    for (slot, field) in schema.slots.enumerated() { schema.slotOf[field.key] = Int32(slot) }
    schema.apiType = (type.apiVersion, type.kind)
    schemas.append(schema)
    schemas[Int(place)].object = code.emit(.apiObject, place, at: 0)
    schemas[Int(place)].objectOwner = place
    apiSchemas[name] = place
    return place
  }

  /// The object that a block of a type of the API is.
  mutating func apiObject(_ schema: Int32, _ frame: Int32) -> TreeValue {
    let own = frames[Int(frame + 1)]
    guard own.tag == .instance, let type = schemas[Int(schema)].apiType else { return .poison }
    let all = materialize(own)
    guard all.tag == .record else { return all }
    let metadata = UInt32(key("metadata"))
    var fields = [
      TreeField(key: UInt32(key("apiVersion")), origin: 0, value: tree.string(type.apiVersion)),
      TreeField(key: UInt32(key("kind")), origin: 0, value: tree.string(type.kind)),
    ]
    var given = tree.record([])
    var rest: [TreeField] = []
    for field in Array(tree.fields(of: all)) {
      if field.key == UInt32(keys.name) {
        given = mergeDeep(tree.record([TreeField(key: field.key, origin: 0, value: field.value)]), given)
      } else if field.key == metadata {
        let said = materialize(field.value)
        // The API server makes the name then; the block's is for the program alone.
        if tree.hasField("generateName", said) { given = tree.record([]) }
        given = mergeDeep(given, said)
      } else {
        rest.append(field)
      }
    }
    fields.append(TreeField(key: metadata, origin: 0, value: given))
    return tree.record(fields + rest)
  }
}

extension Tree {
  fileprivate func hasField(_ name: String, _ value: TreeValue) -> Bool {
    guard value.tag == .record, let key = keys.find(name) else { return false }
    return fields(of: value).contains { $0.key == UInt32(key) }
  }
}
