internal import KCData
internal import KCKube
internal import KCSyntax

/// The kinds of values that a type allows, as a set.
struct TypeMask: OptionSet, Sendable {
  let rawValue: UInt32

  static let none = TypeMask(rawValue: 1 << 0)
  static let bool = TypeMask(rawValue: 1 << 1)
  static let int = TypeMask(rawValue: 1 << 2)
  static let float = TypeMask(rawValue: 1 << 3)
  static let string = TypeMask(rawValue: 1 << 4)
  static let quantity = TypeMask(rawValue: 1 << 5)
  static let duration = TypeMask(rawValue: 1 << 6)
  static let percent = TypeMask(rawValue: 1 << 7)
  static let regex = TypeMask(rawValue: 1 << 8)
  static let range = TypeMask(rawValue: 1 << 9)
  static let list = TypeMask(rawValue: 1 << 10)
  static let record = TypeMask(rawValue: 1 << 11)
  /// A block, a nested record or what a schema was made of.
  static let instance = TypeMask(rawValue: 1 << 12)
  static let function = TypeMask(rawValue: 1 << 13)
  static let all = TypeMask(rawValue: .max)

  static let numbers: TypeMask = [.int, .float, .quantity, .duration, .percent]
  /// What can be put into text.
  static let printable: TypeMask = [.string, .bool, .int, .float, .quantity, .duration, .percent]

  /// The kinds one by one.
  var members: [TypeMask] { (0..<14).map { TypeMask(rawValue: 1 << $0) }.filter { contains($0) } }
}

extension Program {
  private func mask(_ shape: KubeSchema.Shape) -> TypeMask {
    switch shape {
    case .type, .map: .record
    case .list: .list
    default: .all
    }
  }

  /// What values of a type are when they are used as operands: blocks with a primary field are that field.
  func mask(_ type: TypeID) -> TypeMask {
    switch types[type] {
    case .any, .unknown, .variable, .children, .key: .all
    case .none: .none
    case .bool: .bool
    case .int, .number: .int
    case .float: .float
    case .string, .text: .string
    case .quantity: .quantity
    case .duration: .duration
    case .percent: .percent
    case .regex: .regex
    case .range: .range
    case .list: .list
    case .map, .record: [.record, .instance]
    case .function, .signature: .function
    case .optional(let inner): mask(inner).union(.none)
    case .union(let members): members.reduce(into: []) { $0.formUnion(mask($1)) }
    case .secret(let inner), .refined(let inner, _), .deferred(let inner): mask(inner)
    case .live(let index): mask(liveShapes[Int(index)])
    case .schema(let schema): mask(schema)
    }
  }

  private func mask(_ schema: SchemaID) -> TypeMask {
    let found = schemas[Int(schema.index)]
    // A schema that is not compiled yet may turn out to have a primary field.
    guard found.state == .compiled, found.primary >= 0, !found.isBlock else {
      return found.state == .compiled ? [.instance, .record] : .all
    }
    return mask(found.slots[Int(found.primary)].type).union([.instance, .record])
  }

  /// What can stand where a type is expected, by itself or by conversion.
  func accepted(_ type: TypeID) -> TypeMask {
    switch types[type] {
    case .float: [.float, .int]
    case .quantity: [.quantity, .int, .float]
    case .range(let inner): accepted(inner).union(.range)
    case .optional(let inner): accepted(inner).union(.none)
    case .union(let members): members.reduce(into: []) { $0.formUnion(accepted($1)) }
    case .secret(let inner), .refined(let inner, _), .deferred(let inner): accepted(inner)
    case .map, .record: [.record, .instance]
    case .schema: [.record, .instance]
    default: mask(type)
    }
  }

  /// Whether record types that are written out say the same: at one place, of types with parameters that fit, or at two.
  func isSameRecord(_ one: Int32, _ other: Int32) -> Bool {
    guard isRecordType(one), isRecordType(other) else { return false }
    let (left, right) = (schemas[Int(one)], schemas[Int(other)])
    guard left.node?.span == right.node?.span else { return haveFields(left, right) { isSameField($0, $1) } }
    return left.bindings.allSatisfy { key, type in right.bindings[key].map { !mismatches(type, $0) } ?? true }
  }

  func isRecordType(_ schema: Int32) -> Bool { schemas[Int(schema)].node?.kind == .recordType }

  /// Whether a record of one type that is written out may be one of another, which its values say.
  private func canBecome(_ one: Int32, _ other: Int32) -> Bool {
    guard isRecordType(one), isRecordType(other) else { return false }
    return haveFields(schemas[Int(one)], schemas[Int(other)]) { !mismatches($0, $1) }
  }

  /// Whether two schemas have the same fields, of types that fit.
  private func haveFields(_ left: Schema, _ right: Schema, where fit: (TypeID, TypeID) -> Bool) -> Bool {
    guard left.state == .compiled, right.state == .compiled, left.slots.count == right.slots.count else { return false }
    return left.slots.allSatisfy { slot in
      right.slotOf[slot.key].map { fit(slot.type, right.slots[Int($0)].type) } ?? false
    }
  }

  private func isSameField(_ one: TypeID, _ other: TypeID) -> Bool {
    if one == other { return true }
    guard case .schema(let left) = types[one], case .schema(let right) = types[other] else { return false }
    return isSameRecord(left.index, right.index)
  }

  /// Whether a type is that of functions with known parameters, which may be absent.
  func isSignature(_ type: TypeID) -> Bool {
    if case .signature = types[types.required(type)] { return true }
    return false
  }

  /// Whether no value of one type can stand where the other is expected.
  func mismatches(_ from: TypeID, _ to: TypeID) -> Bool {
    if from == to { return false }
    if from == TypeTable.none { return !acceptsAbsence(to) && mask(from).isDisjoint(with: accepted(to)) }
    if mask(from).isDisjoint(with: accepted(to)) { return true }
    switch (types[types.base(from)], types[types.base(to)]) {
    case (.any, _), (.unknown, _), (_, .any), (_, .unknown): return false
    case (.deferred(let inner), _): return mismatches(inner, to)
    case (_, .deferred(let inner)): return mismatches(from, inner)
    case (.live, _), (_, .live): return false
    case (.optional(let inner), _): return mismatches(inner, types.required(to))
    case (_, .optional(let inner)), (_, .secret(let inner)): return mismatches(from, inner)
    case (.secret(let inner), _): return mismatches(inner, to)
    case (_, .union(let members)): return members.allSatisfy { mismatches(from, $0) }
    // What may be any type is no other one, and nothing else is it.
    case (.variable, _), (_, .variable): return true
    // Which of several functions it is shows in no value: each has to fit.
    case (.union(let members), .signature):
      return members.contains { isSignature($0) && mismatches($0, to) } || members.allSatisfy { mismatches($0, to) }
    case (.union(let members), _): return members.allSatisfy { mismatches($0, to) }
    case (.list(let one), .list(let other)): return mismatches(one, other)
    case (.map(let one), .map(let other)): return mismatches(one, other)
    case (.text(let one), .text(let other)): return one != other
    case (.number(let one), .number(let other)): return one != other
    case (.schema(let one), .schema(let other)):
      let isKnown = [one, other].allSatisfy { schemas[Int($0.index)].state == .compiled }
      return isKnown && !isSchema(one.index, other.index) && !isSchema(other.index, one.index)
        && mask(from).isSubset(of: [.instance, .record]) && !canBecome(one.index, other.index)
    case (.signature(let own, let result), .signature(let wanted, let expected)):
      return own.count != wanted.count || mismatches(result, expected)
        || zip(wanted, own).contains { mismatches($0, $1) }
    default: return false
    }
  }
}
