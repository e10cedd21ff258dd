internal import KCSyntax

/// The fields that a record or a body has set so far, and where. Most have few, which are looked through.
struct SeenFields {
  private var few: [(key: Int32, place: Span)] = []
  private var many: [Int32: Span] = [:]

  /// Where a field was set; nil where it was not.
  subscript(_ key: Int32) -> Span? { many[key] ?? few.first { $0.key == key }?.place }

  /// Notes a field; gives the place where it was set before.
  mutating func note(_ key: Int32, _ place: Span) -> Span? {
    if !many.isEmpty { return many.updateValue(place, forKey: key) }
    if let known = few.firstIndex(where: { $0.key == key }) {
      let other = few[known].place
      few[known].place = place
      return other
    }
    few.append((key, place))
    if few.count > 16 {
      many = Dictionary(few.map { ($0.key, $0.place) }, uniquingKeysWith: { first, _ in first })
      few = []
    }
    return nil
  }
}
