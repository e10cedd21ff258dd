/// Text from configuration and from pods, as a terminal may have it: characters that would steer it are shown and do
/// nothing.
public enum Printable {
  /// The text with control characters as escapes: `\u{1b}`. Line ends and tabs stay.
  public static func text(_ text: String) -> String {
    if !text.unicodeScalars.contains(where: isControl) { return text }
    var out = ""
    for scalar in text.unicodeScalars {
      if isControl(scalar) {
        out += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0a, 0x0d: false
    case 0..<0x20, 0x7f..<0xa0: true
    // What turns the direction of writing lets a text seem to say something else.
    case 0x202a...0x202e, 0x2066...0x2069: true
    default: false
    }
  }
}
