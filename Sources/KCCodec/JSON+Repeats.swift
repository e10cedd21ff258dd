public import KCData

extension JSON {
  /// Reads one JSON value as Kubernetes reads bodies that it is not strict with: of a key that stands twice in an object
  /// the last value counts, and two objects become one.
  ///
  /// - Returns: the value, and the paths of the fields that stood there before (`data.a`), in the order of the text.
  /// - Throws: as `parse`, but for repeated keys.
  public static func parseRepeating(_ bytes: [UInt8]) throws(CodecError) -> (value: Value, repeated: [String]) {
    var reader = RepeatingReader(bytes: bytes)
    let value = try reader.value(at: "", into: nil, depth: 0)
    guard reader.isAtEnd else { throw CodecError(message: "text follows the value", line: 1, column: 1) }
    return (value, reader.repeated)
  }
}

/// Walks objects and lists of a text by hand, and leaves the rest to `JSON.parse`.
private struct RepeatingReader {
  let bytes: [UInt8]
  var position = 0
  var repeated: [String] = []

  static let depthLimit = 512

  private var next: UInt8? {
    mutating get {
      while position < bytes.count, [0x20, 0x0a, 0x0d, 0x09].contains(bytes[position]) { position += 1 }
      return position < bytes.count ? bytes[position] : nil
    }
  }

  /// Whether nothing but space is left.
  var isAtEnd: Bool { mutating get { next == nil } }

  private func failure(_ message: String) -> CodecError {
    CodecError(
      message: message, line: 1 + bytes[..<min(position, bytes.count)].count { $0 == 0x0a }, column: 1)
  }

  /// - Parameter old: the object that this one, if it is one, is added to.
  mutating func value(at path: String, into old: Fields?, depth: Int) throws(CodecError) -> Value {
    guard depth < Self.depthLimit else { throw failure("it is nested more than \(Self.depthLimit) levels deep") }
    switch next {
    case UInt8(ascii: "{"): return .object(try object(at: path, old ?? Fields(), depth))
    case UInt8(ascii: "["): return .array(try array(at: path, depth))
    case nil: throw failure("the text ends too soon")
    default: return try JSON.parse(Array(bytes[scalar()]))
    }
  }

  private mutating func object(at path: String, _ old: Fields, _ depth: Int) throws(CodecError) -> Fields {
    var fields = old
    var seen: Set<String> = []
    position += 1
    if next == UInt8(ascii: "}") {
      position += 1
      return fields
    }
    while true {
      guard next == UInt8(ascii: "\""), let key = try JSON.parse(Array(bytes[scalar()])).string else {
        throw failure("a key is expected")
      }
      guard next == UInt8(ascii: ":") else { throw failure("a colon is expected after the key \"\(key)\"") }
      position += 1
      let place = path.isEmpty ? key : "\(path).\(key)"
      let isRepeated = !seen.insert(key).inserted
      if isRepeated { repeated.append(place) }
      fields[key] = try value(at: place, into: isRepeated ? fields[key]?.object : nil, depth: depth + 1)
      switch next {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "}"):
        position += 1
        return fields
      default: throw failure("a comma or the end of the object is expected")
      }
    }
  }

  private mutating func array(at path: String, _ depth: Int) throws(CodecError) -> [Value] {
    var elements: [Value] = []
    position += 1
    if next == UInt8(ascii: "]") {
      position += 1
      return elements
    }
    while true {
      elements.append(try value(at: "\(path)[\(elements.count)]", into: nil, depth: depth + 1))
      switch next {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "]"):
        position += 1
        return elements
      default: throw failure("a comma or the end of the list is expected")
      }
    }
  }

  /// The text of the scalar that begins here; what it means, and whether it is one, is not looked at.
  private mutating func scalar() -> Range<Int> {
    let start = position
    if bytes[position] == UInt8(ascii: "\"") {
      position += 1
      while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
        position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
      }
      position = min(position + 1, bytes.count)
    } else {
      while position < bytes.count, !",]} \n\r\t:".utf8.contains(bytes[position]) { position += 1 }
    }
    return start..<position
  }
}
