internal import KCData
internal import KCKube
internal import KCSyntax

/// A value that is known only after apply.
struct Deferred: Sendable {
  var expression: DeferredExpression
  /// What it will be: `.deferred` of a scalar, or `.live` for what has parts.
  var type: TypeID
  /// The parts of the expression, those that are used twice counted twice.
  var size: Int
}

/// Values that are known only after apply: what is computed of them is put off too.
extension Program {
  /// Members of blocks that are fields of the live object, by its kind: the first path that has a value.
  private static let liveMembers: [String: [String: [FieldPath]]] = [
    "Service": [
      "address": ["ip", "hostname"].map { FieldPath("status", "loadBalancer", "ingress").index(0).field($0) },
      "clusterIP": [FieldPath("spec", "clusterIP")],
    ],
    "Ingress": [
      "address": ["ip", "hostname"].map { FieldPath("status", "loadBalancer", "ingress").index(0).field($0) }
    ],
    "PersistentVolumeClaim": ["volumeName": [FieldPath("spec", "volumeName")]],
  ]

  /// The fields of the live object that a member of a block means: `status`, `live` for the whole object, and what its
  /// kind has besides; nil where the member is none of them.
  mutating func livePaths(of schema: Int32, _ member: Int32) -> [FieldPath]? {
    if member == keys.status { return [FieldPath("status")] }
    if member == keys.live { return [FieldPath()] }
    guard Self.liveNames.contains(text(member)), let kind = apiType(of: schema)?.kind else { return nil }
    return Self.liveMembers[kind]?[text(member)]
  }

  /// The members that `livePaths` knows for blocks of a schema, for suggestions.
  mutating func liveNames(of schema: Int32) -> [String] {
    guard schema >= 0, schemas[Int(schema)].isBlock, let kind = apiType(of: schema)?.kind else { return [] }
    return ["status", "live"] + (Self.liveMembers[kind]?.keys.sorted() ?? [])
  }

  private static let liveNames = Set(liveMembers.values.flatMap(\.keys))

  /// The first of several fields of a live object that has a value.
  mutating func liveField(of index: Int32, _ paths: [FieldPath], at site: Int32) -> TreeValue {
    let fields = paths.map { liveField(of: index, $0, at: site) }
    guard var value = fields.last else { return .poison }
    for field in fields.dropLast().reversed() { value = deferredCall(.coalesce, [field, value], at: site) }
    return value
  }

  /// A field of the object that a block stands for, as it will be on the target.
  mutating func liveField(of index: Int32, _ path: FieldPath, at site: Int32) -> TreeValue {
    reference(to: index)
    let schema = instances[Int(index)].schema
    var type = liveType(FieldPath(), of: schema)
    for element in path.elements {
      guard let next = liveStep(type, element, at: site) else { return .poison }
      type = next
    }
    return add(deferred: .field(address: address(of: index), path: path), type, size: 1, at: site)
  }

  private mutating func liveStep(_ type: TypeID, _ element: FieldPath.Element, at site: Int32) -> TypeID? {
    switch element {
    case .index: return deferredElement(type)
    case .field(let name), .key(let name):
      guard case .live(let index) = types[type] else { return type }
      let next = liveMember(liveShapes[Int(index)], key(name), at: site, true)
      return next == TypeTable.unknown ? nil : next
    }
  }

  private mutating func add(
    deferred expression: DeferredExpression, _ type: TypeID, size: Int, at site: Int32
  ) -> TreeValue {
    guard size <= Limits.deferred else {
      report("KC0172", "what is put off until after apply may have up to \(Limits.deferred) parts", at: site)
      return .poison
    }
    deferreds.append(Deferred(expression: expression, type: type, size: size))
    return TreeValue(.deferred, payload: UInt32(deferreds.count - 1))
  }

  /// What a value is computed from; constants are themselves.
  private mutating func expression(of value: TreeValue) -> (DeferredExpression, size: Int) {
    switch value.tag {
    case .deferred:
      let found = deferreds[Int(value.payload)]
      return (found.expression, found.size)
    case .list where holdsDeferred(value):
      let parts = Array(tree.items(of: value)).map { expression(of: $0) }
      return (.list(parts.map(\.0)), parts.reduce(1) { $0 + $1.size })
    case .record where holdsDeferred(value):
      var members: [DeferredExpression.Member] = []
      var size = 1
      for field in Array(tree.fields(of: value)) {
        let inner = expression(of: field.value)
        members.append(DeferredExpression.Member(name: text(Int32(field.key)), value: inner.0))
        size += inner.size
      }
      return (.record(members), size)
    default: return (.constant(tree.value(of: value) ?? .null), 1)
    }
  }

  /// Whether a value is known only after apply, or holds one that is.
  func holdsDeferred(_ value: TreeValue) -> Bool {
    if deferreds.isEmpty { return false }
    switch value.tag {
    case .deferred: return true
    case .record: return tree.fields(of: value).contains { holdsDeferred($0.value) }
    case .list, .range: return tree.items(of: value).contains { holdsDeferred($0) }
    default: return false
    }
  }

  mutating func deferredCall(
    _ operation: DeferredExpression.Operation, _ values: [TreeValue], type: TypeID? = nil, at site: Int32
  ) -> TreeValue {
    if values.contains(where: \.isPoison) { return .poison }
    let parts = values.map { expression(of: $0) }
    let result = type ?? deferredResult(operation, values)
    var made = add(
      deferred: .call(operation, parts.map(\.0)), result, size: parts.reduce(1) { $0 + $1.size }, at: site)
    if !made.isPoison, values.contains(where: { holdsSecret($0) }) { made.isSecret = true }
    return made
  }

  mutating func deferredCoalesce(_ left: TreeValue, _ right: TreeValue, at site: Int32) -> TreeValue {
    deferredCall(.coalesce, [left, scalar(right)], at: site)
  }

  private mutating func deferredResult(_ operation: DeferredExpression.Operation, _ values: [TreeValue]) -> TypeID {
    switch operation {
    case .count: types.add(.deferred(TypeTable.int))
    case .split: types.add(.deferred(types.add(.list(TypeTable.string))))
    case .coalesce, .add, .subtract, .multiply, .divide, .remainder:
      values.first { $0.tag == .deferred }.map { deferreds[Int($0.payload)].type }
        ?? types.add(.deferred(TypeTable.any))
    case .element, .first, .last: types.add(.deferred(TypeTable.any))
    default: types.add(.deferred(TypeTable.string))
    }
  }

  /// Text with values in it that are not known yet.
  mutating func deferredText(_ values: [TreeValue], at site: Int32) -> TreeValue {
    for value in values where value.tag == .deferred {
      guard case .live = types[deferreds[Int(value.payload)].type] else { continue }
      report(
        "KC0110", "\(Self.article(describe(deferreds[Int(value.payload)].type))) cannot be put into text", at: site)
      return .poison
    }
    let parts = values.map { expression(of: $0) }
    return add(
      deferred: .text(parts.map(\.0)), types.add(.deferred(TypeTable.string)), size: parts.reduce(1) { $0 + $1.size },
      at: site)
  }

  /// A member of a value that is not known yet.
  mutating func deferredMember(_ member: Int32, of base: TreeValue, at site: Int32) -> TreeValue {
    let found = deferreds[Int(base.payload)]
    let type: TypeID
    switch types[found.type] {
    case .live(let index): type = liveMember(liveShapes[Int(index)], member, at: site, true)
    case .deferred(let inner): type = deferredMember(of: inner, member, at: site, true)
    default: type = types.add(.deferred(TypeTable.any))
    }
    if type == TypeTable.unknown { return .poison }
    let name = text(member)
    if isList(found.type) || name == "count" {
      if name == "first" { return deferredElement(tree.int(0), of: base, at: site) }
      return deferredCall(name == "last" ? .last : .count, [base], type: type, at: site)
    }
    return part(.field(name), tree.string(name), of: base, type, at: site)
  }

  private func isList(_ type: TypeID) -> Bool {
    switch types[type] {
    case .live(let index): if case .list = liveShapes[Int(index)] { true } else { false }
    case .deferred(let inner): if case .list = types[inner] { true } else { false }
    default: false
    }
  }

  /// An element of a value that is not known yet.
  mutating func deferredElement(_ index: TreeValue, of base: TreeValue, at site: Int32) -> TreeValue {
    let type = deferredElement(deferreds[Int(base.payload)].type)
    switch index.tag {
    case .int where index.inlineNumber >= 0:
      return part(.index(Int(index.inlineNumber)), index, of: base, type, at: site)
    case .string where !index.isSecret:
      return deferredMember(key(tree.text(of: index) ?? ""), of: base, at: site)
    case .deferred: return undecided("an index", at: site)
    default:
      report(
        "KC0163", "\(Self.article(describe(deferreds[Int(base.payload)].type))) has no elements by this", at: site)
      return .poison
    }
  }

  private mutating func part(
    _ element: FieldPath.Element, _ value: TreeValue, of base: TreeValue, _ type: TypeID, at site: Int32
  ) -> TreeValue {
    guard case .field(let address, let path) = deferreds[Int(base.payload)].expression else {
      return deferredCall(.element, [base, value], type: type, at: site)
    }
    var made = add(
      deferred: .field(address: address, path: FieldPath(path.elements + [element])), type, size: 1, at: site)
    if !made.isPoison { made.isSecret = base.isSecret }
    return made
  }
}
