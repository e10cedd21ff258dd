extension SourceText {
  /// The text of a source file as it grows.
  struct File {
    private(set) var text: String
    private var lines: Int
    private var isEmpty = true

    init(_ text: String) {
      self.text = text
      lines = Self.lines(text)
    }

    /// Adds a block, after an empty line where there is one before; gives the line that it begins on, from 1.
    mutating func add(_ block: String) -> Int {
      if !isEmpty {
        text += "\n"
        lines += 1
      }
      isEmpty = false
      let start = lines + 1
      text += block
      lines += Self.lines(block)
      return start
    }

    /// How many lines end in a text: over its bytes at once, since all blocks are counted.
    private static func lines(_ text: String) -> Int {
      func count(_ bytes: some Sequence<UInt8>) -> Int {
        var found = 0
        for byte in bytes where byte == 0x0a { found += 1 }
        return found
      }
      return text.utf8.withContiguousStorageIfAvailable { count($0) } ?? count(text.utf8)
    }
  }
}
