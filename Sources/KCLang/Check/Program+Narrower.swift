internal import KCData
internal import KCSyntax

/// What a schema that extends another may change of its fields.
extension Program {
  /// Reports a field that sets anew what the parent's is to keep: a block of the schema is taken wherever one of the
  /// parent is, and what that promises must hold for it, too.
  mutating func checkOverride(of other: Slot, by slot: Slot) {
    let name = text(slot.key)
    let owner = schemas[Int(other.owner)].name
    let labels = [Diagnostic.Label(span: span(other.site), message: "declared here first")]
    if other.isFinal {
      return report(
        "KC0124", "`\(name)` is final in `\(owner)`", at: slot.site, labels: labels,
        help: "leave it out here: it has its value from there")
    }
    // What names there may be is each kind of object's own.
    let isObjectName = slot.key == keys.name && schemas[Int(slot.owner)].isBlock
    guard !isObjectName, widens(slot.type, other.type) else { return }
    report(
      "KC0110",
      "`\(name)` is \(Self.article(describe(other.type))) in `\(owner)`, and the type here allows more: "
        + describe(slot.type), at: slot.site, labels: labels,
      notes: ["what extends `\(owner)` is taken wherever that is expected: a field's type may only be narrowed"],
      help: "let the type allow no more than there, or give the field another name")
  }

  /// Whether values of a type need not be of another one.
  func widens(_ type: TypeID, _ other: TypeID) -> Bool {
    if type == other { return false }
    switch (types[type], types[other]) {
    case (.unknown, _), (.variable, _), (_, .unknown), (_, .variable), (_, .any): return false
    case (.children(let one), .children(let two)): return !isSchema(one.index, two.index)
    case (.children, _), (_, .children): return true
    case (.any, _): return true
    case (.union(let members), _): return members.contains { widens($0, other) }
    case (.optional(let inner), .optional): return widens(inner, other)
    case (.optional, _): return !types.isOptional(other)
    case (_, .optional(let inner)): return type != TypeTable.none && widens(type, inner)
    case (_, .union(let members)): return members.allSatisfy { widens(type, $0) }
    case (.refined(let base, let one), .refined(let wanted, let two)):
      return widens(base, wanted) || isLooser(types.refinements[Int(one)], than: types.refinements[Int(two)])
    case (.refined(let base, _), _): return widens(base, other)
    case (.text, .refined(let base, _)), (.number, .refined(let base, _)): return widens(type, base)
    case (_, .refined): return true
    case (.list(let one), .list(let two)), (.map(let one), .map(let two)), (.range(let one), .range(let two)),
      (.secret(let one), .secret(let two)), (.deferred(let one), .deferred(let two)):
      return widens(one, two)
    case (.string, .text), (.int, .number): return true
    case (.schema(let one), .schema(let two)):
      let isKnown = [one, two].allSatisfy { schemas[Int($0.index)].state == .compiled }
      return isKnown && !isSchema(one.index, two.index)
    default: return mismatches(type, other)
    }
  }

  /// Whether a condition certainly lets more pass than another one.
  private func isLooser(_ one: Refinement, than other: Refinement) -> Bool {
    if !other.low.isNone, one.low.isNone || (compare(one.low, other.low) ?? 0) < 0 { return true }
    if !other.high.isNone, one.high.isNone || (compare(one.high, other.high) ?? 0) > 0 { return true }
    if let step = other.step, (one.step ?? 1) % step != 0 { return true }
    if let least = other.min, (one.min ?? 0) < least { return true }
    if let most = other.max, (one.max ?? .max) > most { return true }
    return other.pattern != nil && one.pattern == nil || other.predicate != nil && one.predicate == nil
  }
}
