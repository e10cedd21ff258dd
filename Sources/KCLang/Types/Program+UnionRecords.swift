internal import KCData
internal import KCSyntax

/// Records where a type is one of several.
extension Program {
  /// A record as the one member of a union that it can be by the names of its fields and by what literal types say;
  /// nil where no member is a schema that a record may become.
  mutating func coerce(
    record: TreeValue, toOneOf members: [TypeID], _ type: TypeID, at site: Int32
  ) -> TreeValue? {
    if let found = caseRecord(record, type, at: site) {
      return coerce(found.value, to: types.add(.schema(SchemaID(index: found.schema))), at: site)
    }
    if reportNoCase(record, type, at: site) { return .poison }
    let shapes = members.compactMap { member in recordSchema(member).map { (member: member, schema: $0) } }
    guard let only = shapes.first else { return nil }
    let isMap = members.contains { if case .map = types[types.required($0)] { true } else { false } }
    var able: [(member: TypeID, schema: Int32)] = []
    for one in shapes where problem(record, as: one.schema) == nil { able.append(one) }
    if able.count > 1 {
      let fitting = able.filter { fitsFields(record, $0.schema) }
      if !fitting.isEmpty { able = fitting }
    }
    if able.count == 1 { return coerce(record, to: able[0].member, at: site) }
    if able.isEmpty, isMap { return nil }
    // One that is wrong is told as such, where no other may be meant.
    if able.isEmpty, shapes.count == 1 { return coerce(record, to: only.member, at: site) }
    let subject =
      subject >= 0
      ? "`\(text(subject))` is \(Self.article(describe(type)))" : "\(Self.article(describe(type))) is expected here"
    if able.isEmpty {
      var notes: [String] = []
      for one in shapes.prefix(4) { if let why = problem(record, as: one.schema) { notes.append(why) } }
      report(
        "KC0110", "\(subject), and this record is none of its types", at: site, notes: notes,
        help: "give it the fields of one of them")
    } else {
      let names = able.map { schemas[Int($0.schema)] }
      let named = names.filter { $0.node?.kind == .schemaDecl }.map { "\($0.name)(…)" }
      report(
        "KC0110", "\(subject), and this record could be \(Self.enumerate(names.map(\.name), "or"))", at: site,
        help: named.count == names.count
          ? "say which: \(Self.enumerate(named, "or"))"
          : "let an `enum` have a case for each: `enum NAME { one(…), other(…) }`")
    }
    return .poison
  }

  /// The schema that a record becomes where a type is expected; nil where it becomes none.
  mutating func recordSchema(_ type: TypeID) -> Int32? {
    var base = types.required(type)
    if case .secret(let inner) = types[base] { base = types.required(inner) }
    guard case .schema(let schema) = types[base] else { return nil }
    ensureSchema(schema.index)
    let found = schemas[Int(schema.index)]
    return found.isBlock || found.isNamespace || found.caseName >= 0 ? nil : schema.index
  }

  /// Why a record cannot be of a schema, as its fields' names and literal types say; nil where it can.
  func problem(_ record: TreeValue, as schema: Int32) -> String? {
    let found = schemas[Int(schema)]
    for field in tree.fields(of: record) {
      let name = tree.keys.text(field.key)
      guard let place = found.slotOf[Int32(field.key)], case let slot = found.slots[Int(place)], slot.childSchema < 0
      else { return "`\(found.name)` has no field `\(name)`" }
      if isLiteral(slot.type), !fits(field.value, slot.type) {
        return "`\(name)` of `\(found.name)` is \(describe(slot.type))"
      }
    }
    for slot in found.slots where slot.fallback < 0 && slot.childSchema < 0 && !types.isOptional(slot.type) {
      switch types[types.base(slot.type)] {
      case .list, .map: continue
      default: break
      }
      if tree.field(UInt32(slot.key), of: record) == nil { return "`\(found.name)` needs `\(text(slot.key))`" }
    }
    return nil
  }

  /// Whether a type is texts or numbers that are said one by one.
  func isLiteral(_ type: TypeID) -> Bool {
    switch types[types.required(type)] {
    case .text, .number: true
    case .union(let members): members.allSatisfy { isLiteral($0) }
    default: false
    }
  }

  private func fitsFields(_ record: TreeValue, _ schema: Int32) -> Bool {
    tree.fields(of: record).allSatisfy { field in
      guard let place = schemas[Int(schema)].slotOf[Int32(field.key)] else { return false }
      let type = schemas[Int(schema)].slots[Int(place)].type
      return fits(field.value, type) || field.value.tag == .record
    }
  }
}
