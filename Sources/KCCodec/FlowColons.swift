/// Colons at the end of plain scalars in lists and maps in brackets: `[1.2.3.4, 2001:db8::]`.
///
/// libyaml refuses a colon there that a bracket or a comma follows; Kubernetes' reader takes it for a part of the scalar,
/// for only one before a space ends it. A character that is not in the text stands in for such colons while it is read.
struct FlowColons {
  /// What libyaml says of them.
  static let problem = "found unexpected ':'"
  private static let colon = UInt8(ascii: ":")
  private static let enders = Set(",?[]{}".utf8)
  /// What a colon does not belong to that stands behind it: there it is a mark, as in `{"a":[1]}`.
  private static let marks = Set(",?[]{}\"' \t\r\n".utf8)

  let bytes: [UInt8]
  private let mark: String

  /// - Returns: nil where the text has no such colons, or all characters that could stand in for them.
  init?(_ text: [UInt8]) {
    // In UTF-16 no byte is a character.
    guard text.first != 0xfe, text.first != 0xff, !text.contains(0) else { return nil }
    let places = text.indices.filter { Self.isInner($0, text) }
    guard !places.isEmpty, let mark = Self.unused(in: text) else { return nil }
    var out: [UInt8] = []
    out.reserveCapacity(text.count + 2 * places.count)
    var start = 0
    for place in places {
      out += text[start..<place]
      out += mark.utf8
      start = place + 1
    }
    bytes = out + text[start...]
    self.mark = mark
  }

  /// A text as it was written.
  func restored(_ text: String) -> String {
    text.contains(mark) ? text.split(separator: mark, omittingEmptySubsequences: false).joined(separator: ":") : text
  }

  /// Says of a text in brackets that begins with a colon, `[::1]`, what is wrong with it.
  static func explained(_ error: CodecError, _ text: [UInt8]) -> CodecError {
    guard error.message == "did not find expected node content" else { return error }
    let lines = text.split(separator: 0x0a, maxSplits: error.line, omittingEmptySubsequences: false)
    guard lines.indices.contains(error.line - 1),
      String(decoding: lines[error.line - 1], as: UTF8.self).dropFirst(error.column - 1).first == ":"
    else { return error }
    var copy = error
    copy.message = "a text in brackets that begins with `:` needs quotes"
    return copy
  }

  private static func isInner(_ place: Int, _ text: [UInt8]) -> Bool {
    guard text[place] == colon, place + 1 < text.count, enders.contains(text[place + 1]) else { return false }
    var before = place - 1
    while before >= 0, text[before] == colon { before -= 1 }
    return before >= 0 && !marks.contains(text[before])
  }

  /// A character for private use that the text does not have.
  private static func unused(in text: [UInt8]) -> String? {
    var taken: Set<UInt8> = []
    for place in text.indices.dropLast(2) where text[place] == 0xee && text[place + 1] == 0x80 {
      taken.insert(text[place + 2])
    }
    return (UInt8(0x80)...0xbf).first { !taken.contains($0) }.map { String(decoding: [0xee, 0x80, $0], as: UTF8.self) }
  }
}
