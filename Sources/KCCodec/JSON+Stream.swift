public import KCData

extension JSON {
  /// Reads all objects and lists of a text, one after the other, as `kubectl get -o json` and `jq` write them.
  ///
  /// - Returns: the values, each with the line that it begins on, from 1.
  /// - Throws: as `parse`, for what stands between them, and for nesting deeper than 512 levels.
  public static func parseAll(_ bytes: [UInt8]) throws(CodecError) -> [(value: Value, line: Int)] {
    var found: [(value: Value, line: Int)] = []
    var (position, line) = (0, 1)
    while position < bytes.count {
      let byte = bytes[position]
      if [0x20, 0x09, 0x0a, 0x0d].contains(byte) {
        if byte == 0x0a { line += 1 }
        position += 1
        continue
      }
      let end = try end(of: bytes, from: position, line: line)
      let part = Array(bytes[position..<end])
      do throws(CodecError) {
        found.append((try parse(part), line))
      } catch {
        throw CodecError(message: error.message, line: line + error.line - 1, column: error.column)
      }
      line += part.count { $0 == 0x0a }
      position = end
    }
    return found
  }

  /// Where the object or list ends that begins at a place.
  private static func end(of bytes: [UInt8], from start: Int, line: Int) throws(CodecError) -> Int {
    func failure(_ message: String) -> CodecError { CodecError(message: message, line: line, column: 1) }
    var depth = 0
    var isInText = false
    var position = start
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\\") where isInText: position += 1
      case UInt8(ascii: "\""): isInText.toggle()
      case UInt8(ascii: "{") where !isInText, UInt8(ascii: "[") where !isInText: depth += 1
      case UInt8(ascii: "}") where !isInText, UInt8(ascii: "]") where !isInText: depth -= 1
      default: break
      }
      guard depth <= YAMLReader.depthLimit else {
        throw failure("this is nested deeper than \(YAMLReader.depthLimit) levels")
      }
      if depth == 0, !isInText { break }
    }
    guard depth == 0, !isInText, position <= bytes.count, position - start > 1 else {
      throw failure("an object or a list is expected")
    }
    return position
  }
}
