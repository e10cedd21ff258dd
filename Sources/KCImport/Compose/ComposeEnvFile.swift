/// Files of `KEY=VALUE` lines.
enum ComposeEnvFile {
  /// Whether a shell reads the file as Compose does.
  static func isScript(_ bytes: [UInt8]) -> Bool {
    String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).allSatisfy { line in
      guard line.first != "#", let equals = line.firstIndex(of: "=") else { return line.first == "#" }
      let value = line[line.index(after: equals)...]
      if value.count > 1, let quote = value.first, quote == "'" || quote == "\"", value.last == quote {
        return !value.dropFirst().dropLast().contains { $0 == quote || "$`\\".contains($0) }
      }
      return value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:=@%+,".contains($0)) }
    }
  }

  /// The variables of a file in the order of its lines, with variables in their values as Compose files write them.
  ///
  /// Values in quotes may go over several lines. Behind them, and behind a space in others, `#` begins a comment.
  static func parse(_ bytes: [UInt8]) -> [(String, String)] {
    var out: [(String, String)] = []
    var rest = String(decoding: bytes, as: UTF8.self)[...]
    while let key = takeName(&rest) {
      let value = quoted(&rest) ?? plain(rest.prefix { !$0.isNewline })
      rest = rest.drop { !$0.isNewline }
      if !key.isEmpty { out.append((key, value)) }
    }
    return out
  }

  /// The variables of a file whose lines are taken as they are, `format: raw`: quotes and `$` are parts of values.
  static func parseRaw(_ bytes: [UInt8]) -> [(String, String)] {
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    return lines.compactMap { line -> (String, String)? in
      let line = line.drop { $0 == " " || $0 == "\t" }
      guard line.first != "#", let equals = line.firstIndex(of: "="), equals > line.startIndex else { return nil }
      let value = String(line[line.index(after: equals)...])
      return (String(line[..<equals]), value.replacing("$", with: "$$"))
    }
  }

  /// Takes the next variable's name, and what stands before its value; nil at the end.
  private static func takeName(_ rest: inout Substring) -> String? {
    while let first = rest.first {
      if first.isWhitespace {
        rest.removeFirst()
        continue
      }
      let line = rest.prefix { !$0.isNewline }
      guard first != "#", let equals = line.firstIndex(of: "=") else {
        rest = rest[line.endIndex...]
        continue
      }
      var key = line[..<equals].filter { !$0.isWhitespace }
      if line.hasPrefix("export "), key.count > 6 { key = String(key.dropFirst(6)) }
      rest = rest[line.index(after: equals)...].drop { $0 == " " || $0 == "\t" }
      return key
    }
    return nil
  }

  /// Whether a file's name says that it has such lines.
  static func isNamed(_ path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    return name.hasSuffix(".env") || name.hasPrefix(".env.")
  }

  /// The values that must not stand in a program in clear, with the names of their variables, as parts of the text.
  static func secrets(in text: String) -> [(key: String, value: Substring)] {
    var out: [(key: String, value: Substring)] = []
    var rest = text[...]
    while let key = takeName(&rest) {
      let value = written(rest)
      if ComposeSecrets.isSecret(key, saying: String(value)) {
        if !value.isEmpty { out.append((key, value)) }
      } else if let part = ComposeSecrets.secret(in: String(value)), let range = value.firstRange(of: part) {
        out.append((key, value[range]))
      }
      rest = rest[value.endIndex...].drop { !$0.isNewline }
    }
    return out
  }

  /// A value as it is written, without its quotes and the comment behind it.
  private static func written(_ rest: Substring) -> Substring {
    var behind = rest
    if quoted(&behind) != nil {
      return rest[rest.index(after: rest.startIndex)..<rest.index(before: behind.startIndex)]
    }
    let line = rest.prefix { !$0.isNewline }
    return line.prefix(plain(line).count)
  }

  private static func plain(_ text: Substring) -> String {
    var value = text
    if value.first == "#" { return "" }
    for mark in [" #", "\t#"] { if let comment = value.firstRange(of: mark) { value = value[..<comment.lowerBound] } }
    while value.last?.isWhitespace ?? false { value.removeLast() }
    return String(value)
  }

  /// A value in quotes, which is taken out; nil where none stands there or it has no end.
  private static func quoted(_ rest: inout Substring) -> String? {
    guard let quote = rest.first, quote == "\"" || quote == "'" else { return nil }
    var value = ""
    var place = rest.index(after: rest.startIndex)
    while place < rest.endIndex {
      let character = rest[place]
      place = rest.index(after: place)
      if character == quote {
        rest = rest[place...]
        // Between single quotes nothing is a variable.
        return quote == "'" ? value.replacing("$", with: "$$") : value
      }
      guard character == "\\", quote == "\"", place < rest.endIndex else {
        value.append(character)
        continue
      }
      switch rest[place] {
      case "n": value.append("\n")
      case "r": value.append("\r")
      case "t": value.append("\t")
      case "$": value.append("$$")
      case "\"", "\\", "'": value.append(rest[place])
      default: value += "\\\(rest[place])"
      }
      place = rest.index(after: place)
    }
    return nil
  }
}
