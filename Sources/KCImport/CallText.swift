/// Statements and elements that are calls: one that is too long for a line has a line for each of its arguments.
enum CallText {
  /// The widest call that stands on one line.
  private static let width = 120

  /// - Parameters:
  ///   - text: what is written, as one line.
  ///   - level: how far in it stands.
  /// - Returns: The text of several lines, which are further in but for the first; as it was, where it fits or is no call.
  static func wrapped(_ text: String, level: Int) -> String {
    guard text.utf8.count + 2 * level > width, text.utf8.last == UInt8(ascii: ")"), let call = parts(Array(text.utf8))
    else { return text }
    let lines = call.arguments.map { "\n" + SourceLines.indent(level + 1) + wrapped($0, level: level + 1) }
    return "\(call.head)(\(lines.joined())\n\(SourceLines.indent(level)))"
  }

  /// What stands before the arguments, and these; nil where it is no single call, or has one argument.
  private static func parts(_ bytes: [UInt8]) -> (head: String, arguments: [String])? {
    var depth = 0
    var starts: [Int] = []
    var commas: [Int] = []
    var place = 0
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "\n"): return nil
      case UInt8(ascii: "\""): place = endOfString(bytes, place)
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"):
        if depth == 0 { starts.append(place) }
        depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      case UInt8(ascii: ",") where depth == 1: commas.append(place)
      default: break
      }
      place += 1
    }
    guard starts.count == 1, bytes[starts[0]] == UInt8(ascii: "("), depth == 0, !commas.isEmpty else { return nil }
    let ends = commas + [bytes.count - 1]
    let arguments = zip(starts + commas, ends).map { start, end in
      String(decoding: bytes[(start + 1)..<end].drop { $0 == UInt8(ascii: " ") }, as: UTF8.self)
    }
    return (String(decoding: bytes[..<starts[0]], as: UTF8.self), arguments)
  }

  /// The place of the quote that ends the string which begins at a place: raw ones end with a quote and `#`.
  private static func endOfString(_ bytes: [UInt8], _ start: Int) -> Int {
    let isRaw = start > 0 && bytes[start - 1] == UInt8(ascii: "#")
    var place = start + 1
    while place < bytes.count {
      if bytes[place] == UInt8(ascii: "\\"), !isRaw {
        place += 1
      } else if bytes[place] == UInt8(ascii: "\"") {
        if !isRaw || place + 1 < bytes.count && bytes[place + 1] == UInt8(ascii: "#") { return place }
      }
      place += 1
    }
    return place
  }
}
