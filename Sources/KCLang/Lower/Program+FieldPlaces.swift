internal import KCData
internal import KCSyntax

/// From paths in objects, as the API writes them, to places in the source.
extension Program {
  /// The place of a field that is looked for, or of what is nearest around it so far.
  private struct PlaceSearch {
    var wanted: String
    /// What is wrong there, as a message quotes it.
    var quoted: String?
    var place: Span
    /// How much of the path leads to the place.
    var length = -1

    /// Whether the source says the very field.
    var isExact: Bool { length >= wanted.utf8.count }
  }

  /// Where the source says a field of an object, by the field's path as the API writes it; the nearest field around it
  /// or the block, where it does not say it.
  ///
  /// - Parameter quoted: what is wrong there, as a message quotes it: of labels, the one that has it is meant.
  func place(of field: String, in resource: Resource, quoted: String? = nil) -> (span: Span, isExact: Bool) {
    let block = span(instances[Int(resource.instance)].site)
    var search = PlaceSearch(wanted: field, quoted: quoted, place: block)
    find(in: resource.tree, at: FieldPath(), from: 0, &search)
    return (search.place, search.isExact)
  }

  /// - Parameter origin: that of the field whose value this is.
  private func find(in value: TreeValue, at path: FieldPath, from origin: UInt32, _ search: inout PlaceSearch) {
    switch value.tag {
    case .record:
      if let quoted = search.quoted, path.description == search.wanted, let found = entry(of: value, saying: quoted) {
        (search.place, search.length) = (found, .max)
        return
      }
      for field in tree.fields(of: value) where !field.value.isNone {
        let name = text(Int32(field.key))
        for inner in [path.field(name), path.key(name)] {
          let written = inner.description
          guard search.wanted.hasPrefix(written) else { continue }
          if field.origin != 0, written.utf8.count > search.length {
            (search.place, search.length) = (span(code.origins[Int(field.origin)].site), written.utf8.count)
          }
          find(in: field.value, at: inner, from: field.origin, &search)
        }
      }
    case .list:
      if let quoted = search.quoted, path.description == search.wanted,
        let last = (0..<value.length).last(where: { tree.text(of: tree.item(of: value, $0)) == quoted }),
        let found = element(last, of: value.length, from: origin)
      {
        (search.place, search.length) = (found, .max)
        return
      }
      for (place, element) in tree.items(of: value).enumerated() {
        let inner = path.index(place)
        let written = inner.description
        guard search.wanted.hasPrefix(written) else { continue }
        if written.utf8.count > search.length, let found = self.element(place, of: value.length, from: origin) {
          (search.place, search.length) = (found, written.utf8.count)
        }
        find(in: element, at: inner, from: 0, &search)
      }
    default: return
    }
  }

  /// Where an element stands of a list that is written out.
  private func element(_ place: Int, of count: Int, from origin: UInt32) -> Span? {
    guard origin != 0, case let whole = span(code.origins[Int(origin)].site), isOwn(file: whole.file),
      trees.indices.contains(whole.file)
    else { return nil }
    var node = trees[whole.file].root
    var setting: SyntaxNode?
    while let inner = node.childNodes(touching: whole.range).first(where: { $0.span.holds(whole) }) {
      node = inner
      if node.kind == .setting || node.kind == .recordField || node.kind == .listExpr { setting = node }
    }
    let list = setting?.kind == .listExpr ? setting : setting?.parts.last
    // What a loop makes, or what is left out where it is absent, stands at no place of its own.
    guard let list, list.kind == .listExpr, case let parts = list.parts, parts.count == count else { return nil }
    return parts[place].span
  }

  /// The place in the project's files of the entry that has a text as its key or its value.
  private func entry(of record: TreeValue, saying quoted: String) -> Span? {
    for field in tree.fields(of: record) where field.origin != 0 {
      let place = code.origins[Int(field.origin)].site
      guard isOwn(place), text(Int32(field.key)) == quoted || tree.text(of: field.value) == quoted else { continue }
      return span(place)
    }
    return nil
  }
}
