/// Regular expressions, roughly: whether brackets and repetitions are well formed.
enum PatternSyntax {
  static func isValid(_ text: String) -> Bool {
    var open = 0
    var inClass = false
    var canRepeat = false
    let bytes = Array(text.utf8)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\\") {
        guard index + 1 < bytes.count else { return false }
        index += 1
        canRepeat = true
      } else if inClass {
        if byte == UInt8(ascii: "]") {
          inClass = false
          canRepeat = true
        }
      } else {
        switch byte {
        case UInt8(ascii: "["):
          inClass = true
          if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "^") { index += 1 }
          if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "]") { index += 1 }
        case UInt8(ascii: "("):
          open += 1
          canRepeat = false
          if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "?") { index += 1 }
        case UInt8(ascii: ")"):
          open -= 1
          if open < 0 { return false }
          canRepeat = true
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"):
          if !canRepeat { return false }
          if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "?") { index += 1 }
          canRepeat = false
        case UInt8(ascii: "|"): canRepeat = false
        default: canRepeat = true
        }
      }
      index += 1
    }
    return open == 0 && !inClass
  }
}
