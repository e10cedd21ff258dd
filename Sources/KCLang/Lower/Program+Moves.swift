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
    if statements.isEmpty { return [] }
    var ends = MoveEnds(statements.map { ($0.from.text, $0.to.text) })
    let book = AddressBook(resources.map(\.address))
    for (from, to) in statements {
      for move in renames(from, to, ends.end(of: to.text), resources, book, isSound) {
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
    _ from: SyntaxNode, _ to: SyntaxNode, _ new: String, _ resources: [Resource], _ book: AddressBook, _ isSound: Bool
  ) -> [Move] {
    let site = code.site(from.span)
    let place = location(site)
    let old = from.text
    if old == new {
      report("KC0300", "`\(old)` is moved to itself", at: to.span, help: "remove the statement")
      return []
    }
    let exact = book.places(of: new).map { resources[$0] }
    if exact.count > 1 {
      report(
        "KC0160", "`\(new)` means several blocks", at: to.span,
        help: "write \(Self.enumerate(exact.map(\.address), "or"))")
      return []
    }
    if let resource = exact.first {
      let full = old.contains(".") ? old : "\(resource.kind).\(old)"
      if reportOtherKind(full, resource, at: to.span) { return [] }
      return check(full, resource.address, from, resources, book)
        ? [Move(from: full, to: resource.address, origin: place)] : []
    }
    // An instance of a component moves with all that is in it.
    let within = book.places(within: new).map { resources[$0] }
    guard !within.isEmpty else {
      // What could not be made may be what is meant.
      if !isSound { return [] }
      let known = resources.map(\.address)
      reportUnknown("KC0300", "nothing has the address `\(new)` to move to", new, among: known, at: to.span)
      return []
    }
    return within.compactMap { resource in
      let full = old + resource.address.dropFirst(new.count)
      return check(full, resource.address, from, resources, book)
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
  private mutating func check(
    _ old: String, _ new: String, _ from: SyntaxNode, _ resources: [Resource], _ book: AddressBook
  ) -> Bool {
    guard let still = book.place(ofAddress: old).map({ resources[$0] }) else { return true }
    report(
      "KC0302", "`\(old)` is still declared, so it was not moved to `\(new)`", at: from.span,
      labels: [.init(span: span(instances[Int(still.instance)].site), message: "declared here")],
      help: "rename the block, or remove the statement")
    return false
  }
}

/// Where chains of moves end.
///
/// Statements stay for as long as somewhere the old state may be: `a` to `b` and later `b` to `c` are `a` to `c`.
private struct MoveEnds {
  private let next: [String: String]
  private var known: [String: String] = [:]

  init(_ moves: [(from: String, to: String)]) {
    next = Dictionary(moves.map { ($0.from, $0.to) }) { first, _ in first }
  }

  /// The address that a chain leads to; of one that leads back to itself, one that is on its way.
  mutating func end(of address: String) -> String {
    var way: [String] = []
    var seen: Set<String> = []
    var end = address
    while let further = next[end], seen.insert(end).inserted {
      if let found = known[end] {
        end = found
        break
      }
      way.append(end)
      end = further
    }
    for one in way { known[one] = end }
    return end
  }
}

/// The addresses of a program's resources, for those who look for many of them.
private struct AddressBook {
  /// By address, and by the name alone where the block is in no instance: the places of the resources.
  private var named: [String: [Int]] = [:]
  private var addressed: [String: Int] = [:]
  /// By the address of an instance: what is in it.
  private var held: [String: [Int]] = [:]

  init(_ addresses: [String]) {
    for (place, address) in addresses.enumerated() {
      if addressed[address] == nil { addressed[address] = place }
      named[address, default: []].append(place)
      let dots = address.indices.filter { address[$0] == "." }
      for dot in dots { held[String(address[..<dot]), default: []].append(place) }
      if dots.count == 1 { named[String(address[address.index(after: dots[0])...]), default: []].append(place) }
    }
  }

  /// The resources with an address or, in no instance, a name.
  func places(of name: String) -> [Int] { named[name] ?? [] }

  /// The resources in an instance.
  func places(within instance: String) -> [Int] { held[instance] ?? [] }

  func place(ofAddress address: String) -> Int? { addressed[address] }
}
