internal import KCData
internal import KCSyntax

/// Bare names of children, and those that none has.
extension Program {
  /// The child of a block around that a bare name means where its schema is expected: `port: http`.
  mutating func resolve(_ symbol: Symbol, as schema: Int32) -> TreeValue {
    var current = symbol.context
    while current >= 0 {
      let own = instances[Int(current)].schema
      if own >= 0 {
        for slot in schemas[Int(own)].slots where slot.childSchema >= 0 && isSchema(slot.childSchema, schema) {
          if let found = child(named: symbol.key, of: current, kind: slot.key) {
            return TreeValue(.instance, payload: UInt32(found))
          }
          reportNoChild(symbol, [slot.key], of: current)
          return .poison
        }
      }
      current = instances[Int(current)].parent
    }
    reportNothing(named: symbol)
    return .poison
  }

  /// The child that a bare name means where it may be of several kinds: the first of the blocks around that has one of that
  /// name; poison after a report where none has.
  mutating func resolve(
    _ symbol: Symbol, toOneOf members: [TypeID], _ type: TypeID, _ value: TreeValue, at site: Int32
  ) -> TreeValue {
    var nearest: (block: Int32, kinds: [Int32])?
    var all: [Int32: [Int32]] = [:]
    for member in members {
      guard case .schema(let wanted) = types[types.base(member)] else { continue }
      let schema = Int32(wanted.index)
      ensureSchema(schema)
      var current = symbol.context
      while current >= 0 {
        let own = instances[Int(current)].schema
        if own >= 0 {
          for slot in schemas[Int(own)].slots where slot.childSchema >= 0 && isSchema(slot.childSchema, schema) {
            if child(named: symbol.key, of: current, kind: slot.key) != nil {
              return coerce(value, to: member, at: site)
            }
            all[current, default: []].append(slot.key)
            if nearest == nil { nearest = (current, []) }
          }
        }
        current = instances[Int(current)].parent
      }
    }
    guard let block = nearest?.block else { return mismatch(value, type, at: site) }
    reportNoChild(symbol, all[block] ?? [], of: block)
    return .poison
  }

  private mutating func childNames(of index: Int32, _ kinds: [Int32]) -> [String] {
    var names: [String] = []
    for kind in kinds { names += children(of: index, kind: kind).map { text(instances[Int($0)].name) } }
    return names
  }

  /// Reports a bare name that no child of some kinds has; it may be that of a plain value with a mistake.
  private mutating func reportNoChild(_ symbol: Symbol, _ kinds: [Int32], of index: Int32) {
    let name = text(symbol.key)
    let known = childNames(of: index, kinds)
    guard symbol.scope >= 0, Self.nearest(to: name, among: known) == nil,
      Self.nearest(to: name, among: names(in: symbol.scope)) != nil
    else { return reportNoChild(symbol.key, kinds, of: index, at: symbol.site) }
    reportUnknownName(name, span(symbol.site), symbol.scope)
  }

  /// Reports a name that no child of some kinds has: `app` opens no port `htp`.
  mutating func reportNoChild(_ name: Int32, _ kinds: [Int32], of index: Int32, at site: Int32) {
    if brokenNames.contains(name) { return }
    let all = childNames(of: index, kinds)
    let known = all.filter { !$0.isEmpty }
    let isPort = kinds.map { text($0) } == ["port"]
    let verb = isPort ? "opens" : "has"
    let nameless = all.isEmpty ? "none" : "\(all.count == 1 ? "one" : "\(all.count)") without a name"
    let there = "it \(verb) \(known.isEmpty ? nameless : Self.enumerate(known))"
    let kind = kinds.map { text($0) }.joined(separator: " or ")
    let message =
      "`\(text(instances[Int(index)].name))` \(verb) no \(kind) named `\(text(name))`; \(there)"
    if known.isEmpty, !all.isEmpty {
      return report("KC0105", message, at: site, help: "give it the name: `\(kind) \(text(name)) = …`")
    }
    reportUnknown("KC0105", message, text(name), among: known, at: span(site))
  }
}
