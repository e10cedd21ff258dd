/// Replaces `$(NAME)` in commands, arguments and variables.
enum VariableExpansion {
  /// `$(NAME)` becomes the variable's value; `$$` stands for one dollar; what names no variable stays as it is.
  static func expand(_ text: String, _ lookup: (String) -> String?) -> String {
    guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
    var out: [UInt8] = []
    let bytes = Array(text.utf8)
    var position = 0
    while position < bytes.count {
      guard bytes[position] == UInt8(ascii: "$"), position + 1 < bytes.count else {
        out.append(bytes[position])
        position += 1
        continue
      }
      switch bytes[position + 1] {
      case UInt8(ascii: "$"):
        out.append(UInt8(ascii: "$"))
        position += 2
      case UInt8(ascii: "("):
        guard let end = bytes[position...].firstIndex(of: UInt8(ascii: ")")) else {
          out += bytes[position...]
          return String(decoding: out, as: UTF8.self)
        }
        let name = String(decoding: bytes[position + 2..<end], as: UTF8.self)
        out += lookup(name).map { Array($0.utf8) } ?? Array(bytes[position...end])
        position = end + 1
      default:
        out += bytes[position...position + 1]
        position += 2
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
