extension Lexer {
  /// The token that opened the string which is being read: strings within its interpolations are behind it, and closed.
  var openString: SyntaxTree.Token? {
    var closed = 0
    return tokens.last { token in
      if token.kind == .stringClose { closed += 1 }
      guard token.kind == .stringOpen else { return false }
      closed -= 1
      return closed < 0
    }
  }

  /// Reports a backslash, at `position`, that begins nothing. What follows it is read as if it stood alone.
  mutating func checkEscape() {
    guard position + 1 < bytes.count else { return }
    let next = bytes[position + 1]
    switch next {
    case UInt8(ascii: "n"), UInt8(ascii: "t"), UInt8(ascii: "r"), UInt8(ascii: "0"), UInt8(ascii: "\\"),
      UInt8(ascii: "\""), UInt8(ascii: "("), 0x0a, 0x0d:
      return
    case UInt8(ascii: "u"):
      if let scalar = scalar(at: position + 2) { return checkScalar(scalar) }
      report(
        "KC0061", "a character by its number is `\\u{…}`, with up to 8 hexadecimal digits", position..<position + 2,
        help: "write `\\u{e9}`")
    case UInt8(ascii: "'"):
      report(
        "KC0061", "`\\'` is no escape: `'` means nothing in a string", position..<position + 2, help: "write `'`",
        fix: fix(position..<position + 2, "'"))
    case UInt8(ascii: "$"):
      report(
        "KC0061", "`\\$` is no escape: `$` means nothing in a string", position..<position + 2, help: "write `$`",
        fix: fix(position..<position + 2, "$"))
    default:
      // A character may have more bytes than one.
      var end = position + 2
      while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
      report(
        "KC0061", "`\(file.text(position..<end))` is no escape", position..<end,
        help: "write `\\\\` for a backslash, or a raw string: `#\"…\"#`",
        fix: fix(position..<position + 1, "\\\\"))
    }
  }

  /// The digits in braces at a place; nil where there are none.
  private func scalar(at start: Int) -> Range<Int>? {
    guard start < bytes.count, bytes[start] == UInt8(ascii: "{") else { return nil }
    var end = start + 1
    while end < bytes.count, isHexadecimal(bytes[end]) { end += 1 }
    guard end > start + 1, end <= start + 9, end < bytes.count, bytes[end] == UInt8(ascii: "}") else { return nil }
    return start + 1..<end
  }

  private mutating func checkScalar(_ digits: Range<Int>) {
    let text = file.text(digits)
    if let value = UInt32(text, radix: 16), Unicode.Scalar(value) != nil { return }
    report("KC0061", "there is no character U+\(text.uppercased())", position..<digits.upperBound + 1)
  }

  private func isHexadecimal(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
  }
}
