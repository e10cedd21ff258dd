/// What stands between tokens.
enum Trivia {
  case newlines(Int)
  case comment(Range<Int>, isLine: Bool)

  static func pieces(_ bytes: [UInt8], _ gap: Range<Int>) -> [Trivia] {
    var out: [Trivia] = []
    var position = gap.lowerBound
    var lines = 0
    func flush() {
      if lines > 0 { out.append(.newlines(lines)) }
      lines = 0
    }
    while position < gap.upperBound {
      if bytes[position] == 0x0a {
        lines += 1
        position += 1
      } else if bytes[position] == UInt8(ascii: "/"), position + 1 < gap.upperBound {
        flush()
        let start = position
        let isLine = bytes[position + 1] == UInt8(ascii: "/")
        if isLine {
          while position < gap.upperBound, bytes[position] != 0x0a { position += 1 }
        } else {
          position = endOfBlock(bytes, position, gap.upperBound)
        }
        out.append(.comment(start..<position, isLine: isLine))
      } else {
        position += 1
      }
    }
    flush()
    return out
  }

  private static func endOfBlock(_ bytes: [UInt8], _ start: Int, _ limit: Int) -> Int {
    var position = start
    var depth = 0
    while position + 1 < limit {
      if bytes[position] == UInt8(ascii: "/"), bytes[position + 1] == UInt8(ascii: "*") {
        depth += 1
        position += 2
      } else if bytes[position] == UInt8(ascii: "*"), bytes[position + 1] == UInt8(ascii: "/") {
        depth -= 1
        position += 2
        if depth == 0 { return position }
      } else {
        position += 1
      }
    }
    return limit
  }
}
