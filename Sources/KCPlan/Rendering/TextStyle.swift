/// How text for people is decorated.
public struct TextStyle: Sendable {
  /// Whether to use colours (ANSI escape sequences).
  public var color: Bool
  /// Columns of the terminal; lines are not wider where it can be helped.
  public var width: Int

  public init(color: Bool = false, width: Int = 100) {
    self.color = color
    self.width = width
  }

  public enum Tone: String, Sendable {
    case good = "32"
    case warning = "33"
    case bad = "31"
    case strong = "1"
    case faint = "2"
    case accent = "36"
  }

  public func paint(_ text: String, _ tone: Tone) -> String {
    color && !text.isEmpty ? "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// `text` and as many spaces as it takes to fill `width` columns.
  public static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}

extension TextStyle {
  /// Breaks text at spaces into lines that fit the width; a word that does not fit by itself stands on its own line.
  ///
  /// Escape sequences take no room.
  public func wrap(_ text: String, indent: String, hanging: String) -> [String] {
    var lines: [String] = []
    var line = indent
    var isEmpty = true
    for word in text.split(separator: " ") {
      if !isEmpty, Self.columns(line) + 1 + Self.columns(word) > width {
        lines.append(line)
        line = hanging
        isEmpty = true
      }
      line += isEmpty ? String(word) : " \(word)"
      isEmpty = false
    }
    return isEmpty ? lines : lines + [line]
  }

  /// How many columns a text takes on a terminal, escape sequences left out.
  static func columns(_ text: some StringProtocol) -> Int {
    var count = 0
    var isEscape = false
    for character in text {
      if character == "\u{1B}" {
        isEscape = true
      } else if isEscape {
        isEscape = character != "m"
      } else {
        count += 1
      }
    }
    return count
  }
}
