internal import KCData
internal import KCSyntax

/// What was meant by a value that is a part of what is expected.
extension Program {
  /// A single value for a list of such, or for the one field of a record that it can be.
  mutating func shapeHint(_ value: TreeValue, _ type: TypeID, at site: Int32) -> (help: String?, fix: Diagnostic.Fix?) {
    if let hint = nameHint(value, type, at: site) { return hint }
    if case .list(let element) = types[types.required(type)], value.tag == .instance || value.tag == .choice,
      fits(value, element)
    {
      return bracketHint(at: site)
    }
    guard value.tag == .int || value.tag == .string && value.length < 100 else { return (nil, nil) }
    let shown = display(value)
    switch types[types.required(type)] {
    case .list(let element) where fits(value, element):
      let words = (tree.text(of: value) ?? "").split(separator: " ")
      // Which text was meant to be one element, the writer knows.
      if words.count > 1 {
        let isPlain = words.allSatisfy { $0.allSatisfy { $0.isLetter || $0.isNumber || "-_./:=,@%+".contains($0) } }
        let list = words.map { "\"\($0)\"" }.joined(separator: ", ")
        return ("a list stands in brackets, each element by itself: `[\(isPlain ? list : "\"a\", \"b\"")]`", nil)
      }
      return ("a list stands in brackets: `[\(shown)]`", edit(of: shown, to: "[\(shown)]", at: site))
    case .schema(let schema):
      let found = schemas[Int(schema.index)]
      guard !found.isBlock, let slot = found.slots.first(where: { isOneOfTexts($0.type) && fits(value, $0.type) })
      else { return (nil, nil) }
      let field = "\(text(slot.key)) = \(shown)"
      return ("it is a field of it: \(subject >= 0 ? "`\(text(subject)) { \(field) }`" : "`{ \(field) }`")", nil)
    case .map where files.indices.contains(span(site).file) && files[span(site).file].path == Compilation.commandLine:
      return ("a map is `{ \"key\": 1 }`, in single quotes for the shell, or stands in a file: `--params FILE`", nil)
    default: return (nil, nil)
    }
  }

  /// Whether a type is a choice of texts.
  private func isOneOfTexts(_ type: TypeID) -> Bool {
    guard case .union(let members) = types[types.required(type)] else { return false }
    return members.contains { if case .text = types[$0] { true } else { false } }
  }
}
