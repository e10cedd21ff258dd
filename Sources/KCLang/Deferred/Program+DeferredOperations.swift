internal import KCData
internal import KCKube
internal import KCSyntax

/// Operations on values that are known only after apply: what cannot be put off is refused.
extension Program {
  /// Reports that something is decided by a value which is not known yet.
  mutating func undecided(_ what: String, at site: Int32) -> TreeValue {
    report(
      "KC0182", "\(what) must not depend on a value that is known only after apply", at: ownPlace(site),
      help: "such a value may stand in fields of objects that are applied later")
    return .poison
  }

  /// Reports that a computation cannot be put off.
  mutating func uncomputed(_ what: String, at site: Int32) -> TreeValue {
    report(
      "KC0183", "`\(what)` cannot be computed of a value that is known only after apply", at: ownPlace(site),
      notes: ["what can: \(Self.computable)"])
    return .poison
  }

  static let computable =
    "`+ - * / % ??`, interpolation, `upper`, `lower`, `trim`, `replace`, `split`, `join`, `base64`, `json`, `hash`"

  /// The user's place for what is found in the standard library: where the value that was read last is set.
  func ownPlace(_ site: Int32) -> Int32 {
    if isOwn(site) { return site }
    if trace.origin != 0 { return code.origins[Int(trace.origin)].site }
    return callSite ?? site
  }

  /// A binary operation, at least one of whose operands is not known yet.
  mutating func deferredOperation(_ op: Op, _ left: TreeValue, _ right: TreeValue) -> TreeValue {
    let sign = Self.symbols[op.code] ?? ""
    guard let operation = DeferredExpression.Operation(rawValue: sign) else {
      return undecided("`\(sign)`", at: op.site)
    }
    let able: Set<TreeValue.Tag> = [.deferred, .string, .int, .wideInt, .list]
    guard able.contains(left.tag), able.contains(right.tag) else { return uncomputed(sign, at: op.site) }
    return deferredCall(operation, [left, right], at: op.site)
  }

  /// Methods that call a function for each element, which may be not known yet.
  private static let callers: Set<String> = ["map", "flatMap", "filter", "any", "all", "mapValues"]

  /// A method of a value that is not known yet, or with an argument that is not; nil where all is known.
  mutating func deferredMethod(
    _ name: String, on value: TreeValue, _ arguments: [TreeValue], at site: Int32
  ) -> TreeValue? {
    if deferreds.isEmpty { return nil }
    let isOpen = value.tag == .deferred || arguments.contains { $0.tag == .deferred }
    if !isOpen {
      guard value.tag == .list, tree.items(of: value).contains(where: { $0.tag == .deferred }) else { return nil }
      switch name {
      case "join": return deferredCall(.join, [value] + arguments.map { scalar($0) }, at: site)
      case "contains", "indexOf", "unique", "sorted", "without", "intersect", "min", "max":
        return undecided("`\(name)`", at: site)
      default: return nil
      }
    }
    switch name {
    case "upper", "lower", "trim", "replace", "split", "join":
      guard let operation = DeferredExpression.Operation(rawValue: name) else { return nil }
      return deferredCall(operation, [value] + arguments.map { scalar($0) }, at: site)
    case _ where Self.callers.contains(name) && value.tag != .deferred: return nil
    case "contains", "startsWith", "endsWith", "matches", "has", "get", "indexOf":
      return undecided("`\(name)`", at: site)
    default: return uncomputed(name, at: site)
    }
  }

  /// A builtin function of a value that is not known yet; nil where all is known.
  mutating func deferredBuiltin(_ id: Builtins.ID, _ arguments: [TreeValue], at site: Int32) -> TreeValue? {
    guard let first = arguments.first else { return nil }
    switch id {
    case .base64:
      let value = scalar(first)
      return value.tag == .deferred ? deferredCall(.base64, [value], at: site) : nil
    case .json, .hash, .yaml:
      let value = resolve(first, 0)
      if holdsDeferred(value), id == .yaml || !(arguments.count < 2 || arguments[1].isNone) {
        return uncomputed("\(id)", at: site)
      }
      return holdsDeferred(value) ? deferredCall(id == .json ? .json : .hash, [value], at: site) : nil
    case .abs, .min, .max:
      return arguments.contains { scalar($0).tag == .deferred } ? uncomputed("\(id)", at: site) : nil
    default: return nil
    }
  }

  /// A value that is not known yet as one of a type: what it will be must fit.
  mutating func coerce(deferred value: TreeValue, to type: TypeID, at site: Int32) -> TreeValue {
    if case .deferred(let inner) = types[types.required(type)] { return coerce(deferred: value, to: inner, at: site) }
    let from = deferreds[Int(value.payload)].type
    var result = value
    if holdsSecret(type) { result.isSecret = true }
    if value.isSecret, !holdsSecret(type), type != TypeTable.any {
      report("KC0180", "a secret cannot stand here: \(Self.article(describe(type))) is shown in plain", at: site)
      return .poison
    }
    switch types[types.required(type)] {
    case .any, .unknown, .variable, .deferred, .live: return result
    case .list, .map, .schema, .key, .range, .function, .signature, .record:
      if mask(from).isDisjoint(with: accepted(type)) || mask(from) == .all { break }
      report(
        "KC0183", "\(Self.article(describe(type))) cannot be known as a whole only after apply", at: site,
        help: "give its elements one by one")
      return .poison
    default: break
    }
    if !mismatches(from, type) { return result }
    let wanted = Self.article(describe(type))
    let message = subject >= 0 ? "`\(text(subject))` is \(wanted)" : "\(wanted) is expected here"
    report("KC0110", "\(message), and this is \(Self.article(describe(from)))", at: site)
    return .poison
  }
}
