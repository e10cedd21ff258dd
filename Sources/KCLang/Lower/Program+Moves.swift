internal import KCSyntax

/// `moved from a to b`.
extension Program {
  /// The renames of single resources that the statements say; those that were reported are missing.
  mutating func resolveMoves(_ resources: [Resource]) -> [Move] {
    var moves: [Move] = []
    var seen: [String: Span] = [:]
    let isSound = !diagnostics.hasErrors
    let statements = moveNodes.compactMap { node -> (from: SyntaxNode, to: SyntaxNode)? in
      let addresses = node.parts.filter { $0.kind != .missing }
      return addresses.count == 2 ? (addresses[0], addresses[1]) : nil
    }
    // Statements stay for as long as somewhere the old state may be: `a` to `b` and later `b` to `c` are `a` to `c`.
    let next = Dictionary(statements.map { ($0.from.text, $0.to.text) }) { first, _ in first }
    for (from, to) in statements {
      var target = to.text
      var steps = 0
      while let further = next[target], steps < statements.count { (target, steps) = (further, steps + 1) }
      for move in renames(from, to, target, resources, isSound) {
        if let other = seen.updateValue(from.span, forKey: move.from) {
          report(
            "KC0301", "`\(move.from)` is moved twice", at: from.span,
            labels: [.init(span: other, message: "moved here first")])
          continue
        }
        moves.append(move)
      }
    }
    return moves.sorted { ($0.from, $0.to) < ($1.from, $1.to) }
  }

  private mutating func renames(
    _ from: SyntaxNode, _ to: SyntaxNode, _ new: String, _ resources: [Resource], _ isSound: Bool
  ) -> [Move] {
    let site = code.site(from.span)
    let place = location(site)
    let old = from.text
    if old == new {
      report("KC0300", "`\(old)` is moved to itself", at: to.span, help: "remove the statement")
      return []
    }
    // An instance of a component moves with all that is in it.
    let within = resources.filter { $0.address.hasPrefix(new + ".") }
    let exact = resources.filter { $0.address == new || Self.bareName($0.address) == new }
    if exact.count > 1 {
      report(
        "KC0160", "`\(new)` means several blocks", at: to.span,
        help: "write \(Self.enumerate(exact.map(\.address), "or"))")
      return []
    }
    if let resource = exact.first {
      let full = old.contains(".") ? old : "\(resource.kind).\(old)"
      if reportOtherKind(full, resource, at: to.span) { return [] }
      return check(full, resource.address, from, resources)
        ? [Move(from: full, to: resource.address, origin: place)] : []
    }
    guard !within.isEmpty else {
      // What could not be made may be what is meant.
      if !isSound { return [] }
      let known = resources.map(\.address)
      reportUnknown("KC0300", "nothing has the address `\(new)` to move to", new, among: known, at: to.span)
      return []
    }
    return within.compactMap { resource in
      let full = old + resource.address.dropFirst(new.count)
      return check(full, resource.address, from, resources)
        ? Move(from: full, to: resource.address, origin: place) : nil
    }
  }

  /// Reports a move from one kind of the library's to another: an object stays of its kind.
  private mutating func reportOtherKind(_ old: String, _ resource: Resource, at span: Span) -> Bool {
    let parts = old.split(separator: ".").map(String.init)
    guard parts.count > 1, case let word = parts[parts.count - 2], word != resource.kind,
      let was = kind(key(word), in: Self.prelude), let new = kind(key(resource.kind), in: Self.prelude), was != new
    else { return false }
    report(
      "KC0300", "`\(old)` cannot have moved to `\(resource.address)`: an object stays of its kind", at: span,
      help: "remove the statement: what is new is made, and what is gone is deleted")
    return true
  }

  /// Reports an old address that a block still has.
  private mutating func check(_ old: String, _ new: String, _ from: SyntaxNode, _ resources: [Resource]) -> Bool {
    guard let still = resources.first(where: { $0.address == old }) else { return true }
    report(
      "KC0302", "`\(old)` is still declared, so it was not moved to `\(new)`", at: from.span,
      labels: [.init(span: span(instances[Int(still.instance)].site), message: "declared here")],
      help: "rename the block, or remove the statement")
    return false
  }

  /// The name in `deployment.web`; nil for addresses within an instance.
  private static func bareName(_ address: String) -> String? {
    let parts = address.split(separator: ".")
    return parts.count == 2 ? String(parts[1]) : nil
  }
}
