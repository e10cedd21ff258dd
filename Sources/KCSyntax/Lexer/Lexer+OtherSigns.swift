/// Signs and texts as other languages write them.
extension Lexer {
  /// A byte that is no token; what other languages mean by it is said.
  mutating func unknown(_ byte: UInt8) {
    let start = position
    switch byte {
    case UInt8(ascii: "'"), UInt8(ascii: "`"): if quotation(byte) { return }
    case UInt8(ascii: "&"):
      position += 1
      let isAfterText = tokens.last?.kind == .stringClose
      add(isAfterText ? .plus : .andAnd, from: start)
      if isAfterText {
        return report(
          "KC0060", "text is joined with `+`, or interpolated", start..<position, help: "write `+`",
          fix: fix(start..<position, "+"))
      }
      if joinsTypes {
        return report(
          "KC0062", "no `&` joins types, or a type and its bounds", start..<position,
          help: "a type has its bounds in parentheses: `Int(1...)`, `String(matching: /a+/)`; "
            + "a schema `extends` another")
      }
      return report(
        "KC0023", "`&` is `&&`", start..<position, help: "write `&&`", fix: fix(start..<position, "&&"))
    case UInt8(ascii: "$"):
      position += 1
      add(.unknown, from: start)
      let braced = peek() == UInt8(ascii: "{") ? bytes[position...].firstIndex(of: UInt8(ascii: "}")) : nil
      let inner = braced.map { file.text(position + 1..<$0) } ?? ""
      let isName = !inner.isEmpty && inner.utf8.allSatisfy(Self.isNameByte)
      return report(
        "KC0020", "a name stands for its value without `$`", start..<position,
        help: "write `name`, or `\\(name)` within text",
        fix: isName ? fix(start..<(braced ?? start) + 1, inner) : braced == nil ? fix(start..<position, "") : nil)
    default: break
    }
    position += 1
    add(.unknown, from: start)
    report(
      "KC0006", "`\(file.text(start..<position))` has no meaning here", start..<position,
      help: Self.counterparts[byte])
  }

  /// What is written here instead of what a sign means elsewhere.
  private static let counterparts: [UInt8: String] = [
    UInt8(ascii: "\\"): "a function without a name is `x => value`",
    UInt8(ascii: "@"): "there are no annotations: `///` before a declaration says what it means",
    UInt8(ascii: "^"): "a power is `(2).pow(3)`",
    UInt8(ascii: "~"): "a text fits a pattern: `text.matches(/a+/)`; a range is `1...5`; for versions see `std.semver`",
  ]

  /// Text in quotes of another kind, which end on the same line: it is read as a string.
  ///
  /// - Returns: whether there was one.
  private mutating func quotation(_ quote: UInt8) -> Bool {
    let start = position
    guard let end = endOfQuotation(quote) else { return false }
    position = start + 1
    add(.stringOpen, from: start)
    if end > position {
      position = end
      add(.stringText, from: start + 1)
    }
    position = end + 1
    add(.stringClose, from: end)
    let text = Self.doublyQuoted(bytes[start + 1..<end], quote)
    report(
      quote == UInt8(ascii: "'") ? "KC0021" : "KC0022", "text stands in double quotes", start..<end + 1,
      help: text == nil ? "write `\"`; a `\\` begins an escape there, and is `\\\\` for itself" : "write `\"`",
      fix: text.flatMap { fix(start..<end + 1, "\"\($0)\"") })
    return true
  }

  /// Where a text in other quotes, which begins at `position`, ends on its line: not at a quote behind a backslash, nor at
  /// one that is doubled.
  private func endOfQuotation(_ quote: UInt8) -> Int? {
    var end = position + 1
    while end < bytes.count, bytes[end] != 0x0a {
      let next = end + 1 < bytes.count ? bytes[end + 1] : 0x0a
      if bytes[end] == UInt8(ascii: "\\"), next != 0x0a {
        end += 2
      } else if bytes[end] == quote, next == quote, quote == UInt8(ascii: "'"), end > position + 1 {
        end += 2
      } else if bytes[end] == quote {
        return end
      } else {
        end += 1
      }
    }
    return nil
  }

  /// What stands in other quotes, as it stands between double ones; nil where it has a backslash of which it is not clear
  /// whether it begins an escape.
  private static func doublyQuoted(_ text: ArraySlice<UInt8>, _ quote: UInt8) -> String? {
    var out: [UInt8] = []
    var place = text.startIndex
    let (slash, double) = (UInt8(ascii: "\\"), UInt8(ascii: "\""))
    while place < text.endIndex {
      let next = place + 1 < text.endIndex ? text[place + 1] : 0
      switch text[place] {
      case slash where next == quote:
        out.append(quote)
        place += 1
      // What is put into text is so in each language that has this form.
      case slash where next == UInt8(ascii: "("): out.append(slash)
      case slash where "ntr0u\\\"".utf8.contains(next): return nil
      case slash: out += [slash, slash]
      case double: out += [slash, double]
      case quote where next == quote:
        out.append(quote)
        place += 1
      default: out.append(text[place])
      }
      place += 1
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// Whether a string in plain quotes, whose line ends at `position`, goes on: its quote stands on a line that follows.
  /// That is reported, and the string is read as a whole.
  mutating func goesOn() -> Bool {
    var slashes = 0
    while position > slashes, bytes[position - 1 - slashes] == UInt8(ascii: "\\") { slashes += 1 }
    let isJoined = slashes % 2 == 1
    guard closesLater(isJoined: isJoined), let open = openString else { return false }
    report(
      "KC0041",
      isJoined ? "`\\` joins lines only between `\"\"\"`" : "text of several lines stands between `\"\"\"`",
      Int(open.start)..<position,
      help: "write `\"\"\"`, the lines, and `\"\"\"` again; the common indent is dropped")
    return true
  }

  /// Whether the next line with a quote has one that closes text, rather than one that opens it.
  ///
  /// - Parameter isJoined: whether a backslash says that the text goes on.
  private func closesLater(isJoined: Bool) -> Bool {
    var place = position + 1
    var lines = 0
    while lines < 20, place < bytes.count {
      let line = bytes[place...].prefix { $0 != 0x0a }
      // Empty lines do not count: where they stand is a matter of layout.
      if !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }) { lines += 1 }
      let quotes = line.indices.filter {
        line[$0] == UInt8(ascii: "\"") && line[max(place, $0 - 1)] != UInt8(ascii: "\\")
      }
      if let quote = quotes.first {
        if quotes.count % 2 == 0 || quotes.count > 2 && quotes[2] == quote + 2 { return false }
        let before = line[..<quote].last { $0 != 0x20 && $0 != 0x09 }
        let touches = quote > place && line[quote - 1] != 0x20
        let openers = " ([{=,:+?".utf8
        return isJoined || before == nil || touches && !(before.map(openers.contains) ?? false)
      }
      place = line.endIndex + 1
    }
    return false
  }

  /// What is wrong with a regular expression that its line ends in: a path without quotes, behind `import .`
  mutating func reportOpenRegex(_ start: Int) {
    guard tokens.count > 2, tokens[tokens.count - 2].kind == .dot,
      let place = tokens.dropLast().lastIndex(where: { $0.kind != .dot }), tokens[place].word == .import
    else { return report("KC0001", "this regular expression is never closed", start..<position) }
    let path = Int(tokens[place + 1].start)..<position
    let written = String(file.text(path).prefix { $0 != " " && $0 != "\r" })
    report(
      "KC0062", "the path of a file stands in quotes", path.lowerBound..<path.lowerBound + written.utf8.count,
      help: "write `import \"\(written)\"`",
      fix: fix(path.lowerBound..<path.lowerBound + written.utf8.count, "\"\(written)\""))
  }

  /// Whether what follows an `&` is no operand: `Int & >= 1`, `Base & {`, as CUE has it.
  private var joinsTypes: Bool {
    let next = bytes[position...].first { $0 != 0x20 && $0 != 0x09 }
    return next.map { "<>={!".utf8.contains($0) } ?? false
  }

  /// Reports `web: #Deployment & {` and `port: #Port`, where a `#` begins the name of a type in CUE.
  ///
  /// - Returns: whether it stands here, behind the `#`.
  mutating func reportTypeWithHash() -> Bool {
    guard tokens.last?.kind == .colon, position < bytes.count, "A"..."Z" ~= Character(Unicode.Scalar(bytes[position]))
    else { return false }
    let start = position - 1
    let name = bytes[position...].prefix(80).prefix { Self.isNameByte($0) }
    let shown = file.text(name.startIndex..<name.endIndex)
    let rest = bytes[name.endIndex...].prefix { $0 != 0x0a }
    guard rest.contains(UInt8(ascii: "&")), let brace = rest.firstIndex(of: UInt8(ascii: "{")) else {
      report(
        "KC0062", "a type's name has no `#`", start..<name.endIndex, help: "write `\(shown)`",
        fix: fix(start..<position, ""))
      return true
    }
    position = brace
    add(.unknown, from: start)
    let isNamed = tokens.count > 2 && tokens[tokens.count - 3].kind == .name
    let own = isNamed ? file.text(tokens[tokens.count - 3].range) : "name"
    report(
      "KC0035", "a resource is written `kind name { … }`", start..<name.endIndex,
      help: "write `\(shown.lowercased()) \(own) { … }`")
    return true
  }

  /// Reports `#Name: {` and `#Name: int` at the start of a line, which CUE declares types with.
  ///
  /// - Returns: whether it stands here, behind the `#`.
  mutating func reportDefinition() -> Bool {
    guard isAfterNewline || tokens.isEmpty else { return false }
    let name = bytes[position...].prefix(80).prefix { Self.isNameByte($0) }
    let rest = bytes[name.endIndex...].prefix { $0 != 0x0a }
    guard let first = name.first, rest.first == UInt8(ascii: ":"),
      case let isRecord = rest.dropFirst().first(where: { $0 != 0x20 }) == UInt8(ascii: "{"),
      // `#TODO: …` is a comment.
      isRecord
        || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= first && name.contains(where: { $0 > 0x60 })
          && rest.contains(where: { "&|<>".utf8.contains($0) })
    else { return false }
    let start = position - 1
    add(.unknown, from: start)
    let shown = file.text(name.startIndex..<name.endIndex)
    report(
      "KC0062", "a type is declared by a word, not by `#`", start..<name.endIndex,
      help: isRecord
        ? "write `schema \(shown) { … }`, or `type \(shown) = { … }`" : "write `type \(shown) = …`")
    return true
  }
}
