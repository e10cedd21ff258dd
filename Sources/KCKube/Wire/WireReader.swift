/// Reads the fields of a message in the form of protocol buffers.
struct WireReader {
  enum Payload {
    case number(UInt64)
    case double(Double)
    case bytes(ArraySlice<UInt8>)
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }

  /// The next field; nil at the end.
  mutating func next() throws(Protobuf.Malformed) -> (number: UInt64, payload: Payload)? {
    guard !rest.isEmpty else { return nil }
    let tag = try number()
    switch tag & 7 {
    case 0: return (tag >> 3, .number(try number()))
    case 1: return (tag >> 3, .double(Double(bitPattern: try fixed(8))))
    case 2:
      let length = try number()
      guard length <= UInt64(rest.count) else {
        throw Protobuf.Malformed(message: "a field is longer than its message")
      }
      let bytes = rest.prefix(Int(length))
      rest = rest.dropFirst(Int(length))
      return (tag >> 3, .bytes(bytes))
    case 5: return (tag >> 3, .number(try fixed(4)))
    default: throw Protobuf.Malformed(message: "a field has the unknown type \(tag & 7)")
    }
  }

  /// A number of one to ten bytes, seven bits in each, the lowest first.
  mutating func number() throws(Protobuf.Malformed) -> UInt64 {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while let byte = rest.popFirst(), shift < 64 {
      result |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return result }
      shift += 7
    }
    throw Protobuf.Malformed(message: "a number does not end")
  }

  private mutating func fixed(_ count: Int) throws(Protobuf.Malformed) -> UInt64 {
    guard rest.count >= count else { throw Protobuf.Malformed(message: "a number does not end") }
    let value = rest.prefix(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    rest = rest.dropFirst(count)
    return value
  }
}
