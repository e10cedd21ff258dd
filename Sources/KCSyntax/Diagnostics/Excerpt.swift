/// A line as it is shown, and where in it a span is, in columns of a terminal.
struct Excerpt {
  private(set) var text: String
  /// The columns before what is meant.
  private(set) var indent: Int
  /// The columns of what is meant: at least one.
  private(set) var width: Int

  /// Longer lines are cut around what is meant.
  static let limit = 240
  /// The bytes around what is meant that are looked at: a line may be all of a large file.
  private static let window = 4096

  init(_ file: SourceFile, line: Int, _ span: Span) {
    let range = file.lineRange(line)
    let start = min(max(span.start, range.lowerBound), range.upperBound)
    let end = min(max(span.end, start), range.upperBound)
    let first = Self.boundary(max(range.lowerBound, start - Self.window), in: file)
    let middle = Self.boundary(min(end, start + Self.window), in: file)
    let last = Self.boundary(min(range.upperBound, end + Self.window), in: file)
    var before = Self.display(file.text(first..<start))
    var inside = Self.display(file.text(start..<max(start, middle)))
    var after = Self.display(file.text(end..<max(end, last)))
    if line > file.line(at: span.start) {
      // The last of several lines: what is meant begins with its first word.
      let space = inside.prefix { $0 == " " }
      before += space
      inside.removeFirst(space.count)
    }
    let isWhole = first == range.lowerBound && middle == end && last == range.upperBound
    if !isWhole || before.count + inside.count + after.count > Self.limit {
      if before.count > Self.limit / 2 { before = "…" + before.suffix(Self.limit / 2) }
      if inside.count > Self.limit { inside = inside.prefix(Self.limit) + "…" }
      if after.count > Self.limit / 4 { after = after.prefix(Self.limit / 4) + "…" }
    }
    text = before + inside + after
    indent = Self.columns(before)
    width = max(1, Self.columns(inside))
  }

  /// The first byte of the character that a byte is part of.
  private static func boundary(_ place: Int, in file: SourceFile) -> Int {
    var start = place
    while start > 0, start < file.bytes.count, file.bytes[start] & 0xc0 == 0x80 { start -= 1 }
    return start
  }

  /// Tabs as two spaces, control characters made visible.
  static func display(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      if scalar == "\t" {
        out += "  "
      } else if scalar.properties.generalCategory == .control || scalar.properties.isBidiControl {
        out += "\u{FFFD}"
      } else {
        out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  /// The columns that a terminal shows a text in: two for characters of East Asia and emoji.
  static func columns(_ text: String) -> Int {
    text.reduce(0) { sum, character in
      guard let scalar = character.unicodeScalars.first else { return sum }
      if scalar.properties.isEmojiPresentation { return sum + 2 }
      return switch scalar.value {
      case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
        0xff00...0xff60, 0xffe0...0xffe6, 0x20000...0x3fffd:
        sum + 2
      default: sum + 1
      }
    }
  }
}
