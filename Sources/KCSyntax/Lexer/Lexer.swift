/// Splits a file's bytes into tokens. It never fails: bytes that are no token become `unknown` ones.
struct Lexer {
  let file: SourceFile
  let bytes: [UInt8]
  var position = 0
  private(set) var isAfterNewline = true
  private(set) var tokens: [SyntaxTree.Token] = []
  private(set) var diagnostics: [Diagnostic] = []

  /// What the lexer is inside of: brackets to balance, and strings that an interpolation interrupts.
  private enum Mode {
    case paren
    case interpolation(hashes: Int, isBlock: Bool)
  }
  private var modes: [Mode] = []

  /// Strings within interpolations within strings are not nested deeper than this.
  static let nestingLimit = 64
  /// `#` before the quote of a raw string.
  static let hashLimit = 32

  init(_ file: SourceFile) {
    self.file = file
    bytes = file.bytes
  }

  mutating func run() {
    tokens.reserveCapacity(bytes.count / 2 + 1)
    while true {
      skipSpace()
      if isAfterNewline, !modes.isEmpty { abandonInterpolations() }
      guard position < bytes.count else { break }
      next()
    }
    if !modes.isEmpty { abandonInterpolations() }
    add(.endOfFile, from: bytes.count)
  }

  func peek(_ offset: Int = 0) -> UInt8 {
    position + offset < bytes.count ? bytes[position + offset] : 0
  }

  mutating func add(_ kind: SyntaxKind, from start: Int) {
    tokens.append(
      SyntaxTree.Token(
        kind: kind, isAfterNewline: isAfterNewline, start: UInt32(start), length: UInt32(position - start)))
    isAfterNewline = false
  }

  mutating func report(
    _ code: String, _ message: String, _ range: Range<Int>, help: String? = nil, fix: Diagnostic.Fix? = nil
  ) {
    // The bytes that follow one that is no token are as likely as not part of the same mistake.
    if diagnostics.count >= Parser.totalLimit { return }
    if let last = diagnostics.last, file.line(at: last.span.start) == file.line(at: range.lowerBound) { return }
    diagnostics.append(Diagnostic(code, message, at: Span(file: file.id, range: range), help: help, fix: fix))
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x0a:
        isAfterNewline = true
        position += 1
      case 0x20, 0x09, 0x0d: position += 1
      case 0xEF where peek(1) == 0xBB && peek(2) == 0xBF && position == 0: position += 3
      case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
        while position < bytes.count, bytes[position] != 0x0a { position += 1 }
      case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"): skipComment()
      default: return
      }
    }
  }

  private mutating func skipComment() {
    let start = position
    var depth = 0
    while position < bytes.count {
      if peek() == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
        depth += 1
        position += 2
      } else if peek() == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
        depth -= 1
        position += 2
        if depth == 0 { return }
      } else {
        if bytes[position] == 0x0a { isAfterNewline = true }
        position += 1
      }
    }
    report("KC0009", "this comment is never closed", start..<start + 2)
  }

  private mutating func next() {
    let start = position
    let byte = bytes[position]
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 0x80...0xFF:
      name()
    case UInt8(ascii: "0")...UInt8(ascii: "9"): number()
    case UInt8(ascii: "\""): string(hashes: 0)
    case UInt8(ascii: "#"): rawString()
    case UInt8(ascii: "/") where expectsOperand: regex()
    default:
      if let (kind, length) = punctuation(byte) {
        position += length
        track(kind)
        add(kind, from: start)
        resumeString(kind)
      } else {
        unknown(byte)
      }
    }
  }

  func fix(_ range: Range<Int>, _ replacement: String) -> Diagnostic.Fix {
    Diagnostic.Fix(span: Span(file: file.id, range: range), replacement: replacement)
  }

  private mutating func name() {
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if Self.isNameByte(byte) {
        position += 1
      } else if byte == UInt8(ascii: "-"), Self.isNameByte(peek(1)), position > start {
        position += 1
      } else {
        break
      }
    }
    let word = bytes.withUnsafeBufferPointer { Word.spelled(by: $0, from: start, to: position) }
    tokens.append(
      SyntaxTree.Token(
        kind: .name, isAfterNewline: isAfterNewline, word: word, start: UInt32(start), length: UInt32(position - start))
    )
    isAfterNewline = false
  }

  static func isNameByte(_ byte: UInt8) -> Bool {
    (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte) || byte == 95 || byte >= 0x80
  }

  /// A number, with its unit if letters or `%` follow at once.
  private mutating func number() {
    let start = position
    func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) || byte == 95 }
    while isDigit(peek()) { position += 1 }
    if peek() == UInt8(ascii: "."), (48...57).contains(peek(1)) {
      position += 1
      while isDigit(peek()) { position += 1 }
    }
    let unit = position
    if peek() == UInt8(ascii: "%") {
      position += 1
    } else {
      while Self.isNameByte(peek()) { position += 1 }
    }
    add(position > unit ? .quantity : .number, from: start)
  }

  /// Whether what comes next is an operand: then `/` starts a regex.
  private var expectsOperand: Bool {
    guard let last = tokens.last else { return true }
    switch last.kind {
    case .name: return Self.wordsBeforeOperands.contains(last.word) && peek(1) != 0x20
    case .number, .quantity, .regex, .stringClose, .rightParen, .rightBracket, .rightBrace: return false
    default: return peek(1) != 0x20
    }
  }

  private static let wordsBeforeOperands: Set<Word> = [
    .in, .else, .if, .match, .assert, .require, .because, .until, .snapshot, .on, .where, .use, .from, .near, .weight,
    .maxSkew, .minDomains, .for,
  ]

  private mutating func regex() {
    let start = position
    position += 1
    while position < bytes.count, bytes[position] != 0x0a {
      if bytes[position] == UInt8(ascii: "\\") {
        position += 1
      } else if bytes[position] == UInt8(ascii: "/") {
        position += 1
        add(.regex, from: start)
        return
      }
      if position < bytes.count { position += 1 }
    }
    add(.unknown, from: start)
    reportOpenRegex(start)
  }

  private func punctuation(_ byte: UInt8) -> (SyntaxKind, Int)? {
    let second = peek(1)
    func two(_ other: Unicode.Scalar, _ kind: SyntaxKind) -> (SyntaxKind, Int)? {
      second == UInt8(ascii: other) ? (kind, 2) : nil
    }
    switch byte {
    case UInt8(ascii: "{"): return (.leftBrace, 1)
    case UInt8(ascii: "}"): return (.rightBrace, 1)
    case UInt8(ascii: "("): return (.leftParen, 1)
    case UInt8(ascii: ")"): return (.rightParen, 1)
    case UInt8(ascii: "["): return (.leftBracket, 1)
    case UInt8(ascii: "]"): return (.rightBracket, 1)
    case UInt8(ascii: ","): return (.comma, 1)
    case UInt8(ascii: ";"): return (.semicolon, 1)
    case UInt8(ascii: ":"): return (.colon, 1)
    case UInt8(ascii: "."): return second == byte && peek(2) == byte ? (.ellipsis, 3) : (.dot, 1)
    case UInt8(ascii: "?"): return two(".", .questionDot) ?? two("?", .coalesce) ?? (.question, 1)
    case UInt8(ascii: "="): return two("=", .equalEqual) ?? two(">", .fatArrow) ?? (.equal, 1)
    case UInt8(ascii: "+"): return two("=", .plusEqual) ?? (.plus, 1)
    case UInt8(ascii: "-"): return two(">", .arrow) ?? (.minus, 1)
    case UInt8(ascii: "*"): return (.star, 1)
    case UInt8(ascii: "/"): return (.slash, 1)
    case UInt8(ascii: "%"): return (.percent, 1)
    case UInt8(ascii: "!"): return two("=", .notEqual) ?? (.bang, 1)
    case UInt8(ascii: "<"): return two("=", .lessEqual) ?? (.less, 1)
    case UInt8(ascii: ">"): return two("=", .greaterEqual) ?? (.greater, 1)
    case UInt8(ascii: "&"): return two("&", .andAnd)
    case UInt8(ascii: "|"): return two("|", .orOr) ?? (.bar, 1)
    default: return nil
    }
  }
}

/// Strings.
extension Lexer {
  /// Keeps count of parentheses, so that the one that ends an interpolation is known.
  private mutating func track(_ kind: SyntaxKind) {
    if kind == .leftParen, !modes.isEmpty { modes.append(.paren) }
  }

  /// After a `)` that ends an interpolation the string goes on.
  private mutating func resumeString(_ kind: SyntaxKind) {
    guard kind == .rightParen, let mode = modes.last else { return }
    modes.removeLast()
    guard case .interpolation(let hashes, let isBlock) = mode, let token = tokens.popLast() else { return }
    tokens.append(
      SyntaxTree.Token(
        kind: .interpolationClose, isAfterNewline: token.isAfterNewline, start: token.start, length: token.length))
    content(hashes: hashes, isBlock: isBlock)
  }

  /// A line's end ends the interpolations of strings that may not span lines.
  private mutating func abandonInterpolations() {
    let spansLines = modes.contains { if case .interpolation(_, true) = $0 { true } else { false } }
    if spansLines, position < bytes.count { return }
    modes.removeAll()
    let open = tokens.last { $0.kind == .interpolationOpen }
    let end = tokens.last?.range.upperBound ?? position
    let wasAfterNewline = isAfterNewline
    report(
      "KC0001", "this interpolation is never closed", (open.map { Int($0.start) } ?? end)..<end,
      help: "end it with `)` and the string with a quote",
      fix: Diagnostic.Fix(span: Span(file: file.id, range: end..<end), replacement: ")\""))
    for kind in [SyntaxKind.interpolationClose, .stringClose] {
      tokens.append(SyntaxTree.Token(kind: kind, isAfterNewline: false, start: UInt32(end), length: 0))
    }
    isAfterNewline = wasAfterNewline
  }

  private mutating func rawString() {
    var hashes = 0
    while peek(hashes) == UInt8(ascii: "#") { hashes += 1 }
    if peek(hashes) == UInt8(ascii: "\""), hashes <= Self.hashLimit { return string(hashes: hashes) }
    let start = position
    position += hashes
    let end = position
    guard peek() == UInt8(ascii: "\"") else {
      if hashes == 1, reportDefinition() || reportTypeWithHash() { return }
      // What would be a comment is none of the program's, whatever stands in it.
      if isAfterNewline || tokens.isEmpty { while position < bytes.count, bytes[position] != 0x0a { position += 1 } }
      add(.unknown, from: start)
      return report("KC0056", "comments begin with `//`", start..<end, help: "write `//`", fix: fix(start..<end, "//"))
    }
    add(.unknown, from: start)
    report(
      "KC0006", "`#` has no meaning here", start..<end,
      help: "a raw string begins with up to \(Self.hashLimit) of them")
  }

  private mutating func string(hashes: Int) {
    let start = position
    position += hashes
    let isBlock = peek(1) == UInt8(ascii: "\"") && peek(2) == UInt8(ascii: "\"")
    position += isBlock ? 3 : 1
    add(.stringOpen, from: start)
    content(hashes: hashes, isBlock: isBlock)
  }

  /// The text of a string up to its end or the next interpolation.
  private mutating func content(hashes: Int, isBlock: Bool) {
    let start = position
    func isClose(_ at: Int) -> Bool {
      let quotes = isBlock ? 3 : 1
      guard at + quotes + hashes <= bytes.count else { return false }
      return bytes[at..<at + quotes].allSatisfy { $0 == UInt8(ascii: "\"") }
        && bytes[at + quotes..<at + quotes + hashes].allSatisfy { $0 == UInt8(ascii: "#") }
    }
    while true {
      skipText()
      guard position < bytes.count else { break }
      let byte = bytes[position]
      if byte == UInt8(ascii: "\""), isClose(position) {
        if position > start { add(.stringText, from: start) }
        let close = position
        position += (isBlock ? 3 : 1) + hashes
        add(.stringClose, from: close)
        return
      }
      if byte == 0x0a, !isBlock, hashes > 0 || !goesOn() { break }
      if byte == UInt8(ascii: "\\"), hashes == 0 {
        let isInterpolation = peek(1) == UInt8(ascii: "(")
        if isInterpolation, modes.count >= Self.nestingLimit {
          report(
            "KC0008", "interpolations are nested deeper than \(Self.nestingLimit) levels", position..<position + 2,
            help: "give the inner strings names with `let`")
        } else if isInterpolation {
          if position > start { add(.stringText, from: start) }
          let open = position
          position += 2
          add(.interpolationOpen, from: open)
          modes.append(.interpolation(hashes: hashes, isBlock: isBlock))
          return
        }
        checkEscape()
        position += 1
        if peek() == 0x0a { continue }
      }
      if position < bytes.count { position += 1 }
    }
    if position > start { add(.stringText, from: start) }
    unterminated(from: start, quote: (isBlock ? "\"\"\"" : "\"") + String(repeating: "#", count: hashes))
  }

  /// Goes to the next byte that may end a text or means something in it.
  private mutating func skipText() {
    let start = position
    position = bytes.withUnsafeBufferPointer { bytes in
      var place = start
      while place < bytes.count {
        let byte = bytes[place]
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x0a { break }
        place += 1
      }
      return place
    }
  }

  /// Where a string that is never closed was probably meant to end: before brackets that close nothing in it.
  private func meantEnd(of open: Int) -> Int {
    var end = position
    let after = Set("})],; ".utf8)
    while end > open + 1, after.contains(bytes[end - 1]) { end -= 1 }
    let text = bytes[open..<end]
    let isBalanced = zip("})]".utf8, "{([".utf8).contains { close, opening in
      bytes[end..<position].contains(close) && text.contains(opening)
    }
    return isBalanced ? position : end
  }

  private mutating func unterminated(from start: Int, quote: String) {
    let token = openString
    let open = token.map { Int($0.start) } ?? start
    let meant = quote == "\"" ? meantEnd(of: open) : position
    let end = Span(file: file.id, range: meant..<meant)
    // A block goes on to the end of the file: what is meant is where it begins.
    let last = token.flatMap { quote.hasPrefix("\"\"\"") ? $0.range.upperBound : nil } ?? position
    report(
      "KC0001", "this string is never closed", open..<last, help: "end it with `\(quote)`",
      fix: Diagnostic.Fix(span: end, replacement: quote))
    // A close of no length keeps the tree whole.
    add(.stringClose, from: position)
  }
}
