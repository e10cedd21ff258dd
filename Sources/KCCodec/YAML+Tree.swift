public import KCData

extension YAML {
  /// Writes objects of a `Tree` as block-style YAML, straight from the arena: fields in the order that people expect
  /// of Kubernetes objects, what is absent left out, secrets as `(secret)`.
  public struct ObjectWriter {
    private let tree: Tree
    /// By key: its place among all keys in the order of their bytes.
    private let ranks: [Int32]
    /// What an object is and what it is called come first.
    private let leading: [UInt32?]
    /// The keys that were written, each with its quotes and its colon.
    private var keyText: [UInt8] = []
    /// By key: where it stands in `keyText`; empty until it is written.
    private var keyPlaces: [(start: Int32, end: Int32)]
    private var writer = YAMLWriter()
    /// Fields of the records that are being written, innermost last.
    private var pending = Scratch<TreeField>()

    public init(_ tree: Tree) {
      self.tree = tree
      let keys = tree.keys
      var ranks = [Int32](repeating: 0, count: keys.count)
      let ordered = (0..<UInt32(keys.count)).sorted { keys.utf8($0).lexicographicallyPrecedes(keys.utf8($1)) }
      for (rank, key) in ordered.enumerated() { ranks[Int(key)] = Int32(rank) }
      leading = ["apiVersion", "kind", "metadata"].map { keys.find($0) }
      keyPlaces = Array(repeating: (0, 0), count: keys.count)
      self.ranks = ranks
    }

    /// How many bytes were written since they were last taken.
    public var count: Int { writer.out.count }

    /// What was written, which is forgotten: the room for more is kept.
    public mutating func take() -> [UInt8] {
      defer { writer.out.removeAll() }
      return writer.out.bytes
    }

    /// Appends the line that stands between documents.
    public mutating func endDocument() { writer.out.append("---\n") }

    /// Appends an object that is no part of the tree, in its own order.
    public mutating func append(_ value: Value) { writer.document(value) }

    /// Appends an object, with a newline at its end.
    public mutating func append(_ value: TreeValue) {
      switch value.tag {
      case .record where hasContent(value): map(value, indent: 0, isFirstInline: false, isTop: true)
      case .list where hasContent(value): list(value, indent: 0)
      default:
        scalar(value, indent: 2)
        writer.newline()
      }
    }

    /// Whether there are fields or elements to write.
    private func hasContent(_ value: TreeValue) -> Bool {
      switch value.tag {
      case .record:
        for place in 0..<value.length where isPresent(tree.field(of: value, place).value) { return true }
        return false
      case .list:
        for place in 0..<value.length where isPresent(tree.item(of: value, place)) { return true }
        return false
      default: return false
      }
    }

    private func isPresent(_ value: TreeValue) -> Bool { value.tag != .none && value.tag != .poison }

    /// Puts a record's fields on `pending`, in order; gives where they begin.
    private mutating func push(_ record: TreeValue, isTop: Bool) -> Int {
      let start = pending.count
      for place in 0..<record.length {
        let field = tree.field(of: record, place)
        if isPresent(field.value) { pending.append(field) }
      }
      let (ranks, leading) = (ranks, isTop ? leading : [])
      func rank(_ field: TreeField) -> Int32 {
        if !leading.isEmpty, let place = leading.firstIndex(of: field.key) { return Int32(place - leading.count) }
        return ranks[Int(field.key)]
      }
      pending.withMutableElements(from: start) { fields in
        if fields.count > 24 { return fields.sort { rank($0) < rank($1) } }
        var place = 1
        while place < fields.count {
          let field = fields[place]
          let own = rank(field)
          var hole = place
          while hole > 0, rank(fields[hole - 1]) > own {
            fields[hole] = fields[hole - 1]
            hole -= 1
          }
          if hole < place { fields[hole] = field }
          place += 1
        }
      }
      return start
    }

    private mutating func map(_ record: TreeValue, indent: Int, isFirstInline: Bool, isTop: Bool = false) {
      let start = push(record, isTop: isTop)
      let end = pending.count
      for place in start..<end {
        let field = pending[place]
        if place > start || !isFirstInline { writer.spaces(indent) }
        key(field.key, indent: indent)
        nested(field.value, mapIndent: indent + 2, listIndent: indent)
      }
      pending.drop(to: start)
    }

    /// What stands behind a key.
    private mutating func nested(_ value: TreeValue, mapIndent: Int, listIndent: Int) {
      if !value.isSecret, hasContent(value) {
        writer.newline()
        if value.tag == .record {
          map(value, indent: mapIndent, isFirstInline: false)
        } else {
          list(value, indent: listIndent)
        }
      } else {
        writer.out.append(UInt8(ascii: " "))
        scalar(value, indent: mapIndent)
        writer.newline()
      }
    }

    private mutating func key(_ key: UInt32, indent: Int) {
      var place = keyPlaces[Int(key)]
      if place.end == 0 {
        guard let written = write(key, indent: indent) else { return }
        place = written
        keyPlaces[Int(key)] = place
      }
      keyText.withUnsafeBufferPointer { all in
        writer.out.append(UnsafeBufferPointer(rebasing: all[Int(place.start)..<Int(place.end)]))
      }
    }

    /// Puts a key with its quotes and its colon on `keyText`. Long ones depend on where they stand: they are written at
    /// once, and have no place.
    private mutating func write(_ key: UInt32, indent: Int) -> (start: Int32, end: Int32)? {
      tree.keys.withUTF8(key) { name in
        guard name.count > YAMLWriter.longKey else {
          var writer = YAMLWriter()
          writer.string(name, indent: 0, allowBlock: false)
          let start = keyText.count
          keyText += writer.out.bytes
          keyText.append(UInt8(ascii: ":"))
          return (Int32(start), Int32(keyText.count))
        }
        writer.out.append("? ")
        writer.string(name, indent: indent, allowBlock: false)
        writer.newline()
        writer.spaces(indent)
        writer.out.append(UInt8(ascii: ":"))
        return nil
      }
    }

    private mutating func list(_ value: TreeValue, indent: Int) {
      for place in 0..<value.length {
        let element = tree.item(of: value, place)
        guard isPresent(element) else { continue }
        writer.spaces(indent)
        writer.out.append(UInt8(ascii: "-"))
        if element.tag == .record, !element.isSecret, hasContent(element) {
          writer.out.append(UInt8(ascii: " "))
          map(element, indent: indent + 2, isFirstInline: true)
        } else {
          nested(element, mapIndent: indent + 2, listIndent: indent + 2)
        }
      }
    }

    private mutating func scalar(_ value: TreeValue, indent: Int) {
      if value.isSecret { return writer.string(Tree.secretText, indent: indent, allowBlock: false) }
      switch value.tag {
      case .string: tree.withUTF8(of: value) { writer.string($0, indent: indent, allowBlock: true) }
      case .int: number(value.inlineNumber)
      case .bool: writer.out.append(value.payload == 1 ? "true" : "false")
      case .record: writer.out.append("{}")
      case .list: writer.out.append("[]")
      default: writer.scalar(tree.value(of: value) ?? .null, indent: indent)
      }
    }

    private mutating func number(_ number: Int64) {
      guard (0..<100_000).contains(number) else {
        writer.out.append(contentsOf: String(number).utf8)
        return
      }
      var divisor: Int64 = 10_000
      while divisor > 1, number < divisor { divisor /= 10 }
      while divisor > 0 {
        writer.out.append(48 + UInt8(number / divisor % 10))
        divisor /= 10
      }
    }
  }
}
