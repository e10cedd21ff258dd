internal import KCData
internal import KCSyntax

/// Entries of a block's maps, as its sources write them.
extension Program {
  /// Reports a member that a block does not have, and one of its maps does, or nearly: `settings.data.LEVEL`.
  ///
  /// - Returns: whether there is such an entry.
  mutating func reportEntry(_ name: String, of block: StaticBlock, at site: Int32) -> Bool {
    let entries = block.bodies.flatMap { Self.entries(in: $0) }
    guard !fieldNames(block.schema).contains(where: { Self.isSlip(name, $0) }),
      let entry = entries.first(where: { $0.name == name })
        ?? Self.nearest(to: name, among: entries.map(\.name)).flatMap({ near in entries.first { $0.name == near } }),
      let key = tree.keys.find(entry.field), let slot = schemas[Int(block.schema)].slotOf[Int32(key)],
      case .map = types[types.required(schemas[Int(block.schema)].slots[Int(slot)].type)]
    else { return false }
    let path = "\(entry.field).\(entry.name)"
    report(
      "KC0107", "`\(text(block.kind)) \(text(block.name))` has no `\(name)`", at: site,
      help: "it is in `\(entry.field)`: `\(text(block.name)).\(path)`",
      fix: entry.name == name ? Diagnostic.Fix(span: span(site), replacement: path) : nil)
    return true
  }

  /// The names that the bodies in a body give entries, and the field that each is in.
  private static func entries(in body: SyntaxNode) -> [(field: String, name: String)] {
    body.parts.flatMap { part -> [(field: String, name: String)] in
      guard let field = part.firstPart?.text else { return [] }
      switch part.kind {
      case .nested:
        return part.child(.body)?.parts.compactMap { entry in
          guard entry.kind == .setting, let name = entry.firstPart else { return nil }
          return (field, name.plainText ?? name.text)
        } ?? []
      case .setting:
        return part.child(.recordExpr)?.parts.compactMap { entry in
          entry.kind == .recordField ? entry.firstWord.map { (field, entry.word($0)) } : nil
        } ?? []
      default: return []
      }
    }
  }
}
