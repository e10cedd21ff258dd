/// Blocks that are looked for at the top, and stand in instances of components.
extension Program {
  /// The first block of a kind and a name that an instance of a component has.
  func blockInInstance(_ kind: Int32, _ name: Int32) -> Int32? {
    instances.firstIndex { one in
      one.name == name && one.kind == kind && one.parent > root && !one.isDeleted
        && instances[Int(one.parent)].schema >= 0 && schemas[Int(instances[Int(one.parent)].schema)].isNamespace
    }.map(Int32.init)
  }

  /// The address of the first block of a kind and a name that some component declares, in an instance of it.
  func addressInInstance(_ kind: Int32, _ name: Int32) -> String? {
    let components = schemas.indices.filter { index in
      guard schemas[index].isNamespace, schemas[index].body >= 0 else { return false }
      return code.bodies[Int(schemas[index].body)].statements.contains { place in
        let statement = code.statements[Int(place)]
        return statement.kind == .child && statement.slot == kind && statement.key == name
      }
    }
    guard !components.isEmpty else { return nil }
    let made = instances.first { one in
      one.schema > 0 && one.name >= 0 && !one.isDeleted && components.contains(Int(one.schema))
    }
    guard let made else { return nil }
    var names = [made.name, kind, name].map { text($0) }
    var outer = made.parent
    while outer >= 0, outer != root {
      names.insert(text(instances[Int(outer)].name), at: 0)
      outer = instances[Int(outer)].parent
    }
    return names.joined(separator: ".")
  }
}
