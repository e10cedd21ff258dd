internal import KCData

/// Turns messages into values by the types of the API.
///
/// What JSON would leave out is left out: a client in Go writes the zero value of what is not set.
struct ProtobufReader {
  private static let depthLimit = 64

  let schema: KubeSchema

  /// A message as the fields of a type.
  ///
  /// - Parameter above: the numbers of the structs around it that JSON does not have.
  func object(
    _ bytes: ArraySlice<UInt8>, of type: Int, above: UInt64 = 0, depth: Int
  ) throws(Protobuf.Malformed) -> Fields {
    guard depth < Self.depthLimit else {
      throw Protobuf.Malformed(message: "the object is nested more than \(Self.depthLimit) levels deep")
    }
    var out = Fields()
    var reader = WireReader(bytes)
    while let (number, payload) = try reader.next() {
      guard number > 0, number < 1 << 16, above < 1 << 32 else { continue }
      let path = above << 16 | number
      if let field = schema.types[type].fields.first(where: { $0.wireNumber == path }) {
        try read(payload, field, into: &out, depth: depth)
      } else if case .bytes(let inner) = payload,
        schema.types[type].fields.contains(where: { $0.wireNumber >> 16 == path || $0.wireNumber >> 32 == path })
      {
        let more = try object(inner, of: type, above: path, depth: depth + 1)
        for (name, value) in more { out[name] = value }
      }
    }
    return out
  }

  private func read(
    _ payload: WireReader.Payload, _ field: KubeSchema.Field, into out: inout Fields, depth: Int
  ) throws(Protobuf.Malformed) {
    switch field.shape {
    case .list(let element):
      for value in try elements(payload, element, depth: depth) {
        var list = out[field.name]?.array ?? []
        out[field.name] = nil
        list.append(value)
        out[field.name] = .array(list)
      }
    case .map(let element):
      guard case .bytes(let entry) = payload else { throw misfit(field.name) }
      var (key, value): (String, Value?) = ("", nil)
      var reader = WireReader(entry)
      while let part = try reader.next() {
        if part.number == 1, case .bytes(let text) = part.payload { key = String(decoding: text, as: UTF8.self) }
        if part.number == 2 { value = try self.value(part.payload, element, depth: depth + 1) }
      }
      var map = out[field.name] ?? .object([:])
      out[field.name] = nil
      map[key] = value ?? zero(element)
      out[field.name] = map
    default:
      guard let value = try value(payload, field.shape, depth: depth + 1) else { return }
      if case .whenNotZero = field.presence, Self.isZero(value) { return }
      out[field.name] = value
    }
  }

  /// The elements that one field holds: one, or the numbers of a packed list.
  private func elements(
    _ payload: WireReader.Payload, _ element: KubeSchema.Shape, depth: Int
  ) throws(Protobuf.Malformed) -> [Value] {
    switch element {
    case .integer, .long, .bool:
      guard case .bytes(let packed) = payload else { break }
      var reader = WireReader(packed)
      var out: [Value] = []
      while !reader.isAtEnd {
        let number = WireReader.Payload.number(try reader.number())
        if let value = try value(number, element, depth: depth) { out.append(value) }
      }
      return out
    default: break
    }
    return [try value(payload, element, depth: depth + 1) ?? zero(element)]
  }

  /// A value of a shape; nil for one that says that nothing is set.
  private func value(
    _ payload: WireReader.Payload, _ shape: KubeSchema.Shape, depth: Int
  ) throws(Protobuf.Malformed) -> Value? {
    switch (shape, payload) {
    case (.string, .bytes(let text)): return .string(String(decoding: text, as: UTF8.self))
    case (.bytes, .bytes(let bytes)): return .string(Base64.encode(bytes))
    case (.integer, .number(let number)): return .int(Int64(Int32(truncatingIfNeeded: number)))
    case (.long, .number(let number)): return .int(Int64(bitPattern: number))
    case (.bool, .number(let number)): return .bool(number != 0)
    case (.number, .double(let number)): return .number(number)
    case (.quantity, .bytes(let inner)):
      let text = try part(1, of: inner) ?? ""
      return .string(text.isEmpty ? "0" : text)
    case (.intOrString, .bytes(let inner)): return try intOrString(inner)
    case (.time, .bytes(let inner)): return try time(inner).map { .string($0.rfc3339) }
    case (.microTime, .bytes(let inner)): return try time(inner).map { .string($0.rfc3339Micro) }
    case (.type(let index), .bytes(let inner)): return .object(try object(inner, of: index, depth: depth))
    case (.any, .bytes(let inner)): return try json(inner)
    case (.list(let element), .bytes(let inner)):
      // A list within a map stands in a message of its own.
      var list: [Value] = []
      var reader = WireReader(inner)
      while let part = try reader.next() {
        if part.number == 1 { list += try elements(part.payload, element, depth: depth + 1) }
      }
      return .array(list)
    default: throw Protobuf.Malformed(message: "a field has a value of another type than its own")
    }
  }

  private func part(_ number: UInt64, of bytes: ArraySlice<UInt8>) throws(Protobuf.Malformed) -> String? {
    var reader = WireReader(bytes)
    var found: String?
    while let part = try reader.next() {
      if part.number == number, case .bytes(let text) = part.payload { found = String(decoding: text, as: UTF8.self) }
    }
    return found
  }

  private func intOrString(_ bytes: ArraySlice<UInt8>) throws(Protobuf.Malformed) -> Value {
    var reader = WireReader(bytes)
    var isText = false
    var number: Int64 = 0
    while let part = try reader.next() {
      guard case .number(let value) = part.payload else { continue }
      if part.number == 1 { isText = value != 0 }
      if part.number == 2 { number = Int64(Int32(truncatingIfNeeded: value)) }
    }
    return isText ? .string(try part(3, of: bytes) ?? "") : .int(number)
  }

  /// The years that text can say.
  private static let seconds: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

  private func time(_ bytes: ArraySlice<UInt8>) throws(Protobuf.Malformed) -> Timestamp? {
    if bytes.isEmpty { return nil }
    var reader = WireReader(bytes)
    var (seconds, nanoseconds): (Int64, Int32) = (0, 0)
    while let part = try reader.next() {
      guard case .number(let value) = part.payload else { continue }
      if part.number == 1 { seconds = Int64(bitPattern: value) }
      if part.number == 2 { nanoseconds = Int32(truncatingIfNeeded: value) }
    }
    guard Self.seconds.contains(seconds), (0..<1_000_000_000).contains(nanoseconds) else {
      throw Protobuf.Malformed(message: "a time is out of range")
    }
    return Timestamp(seconds: seconds, nanoseconds: nanoseconds)
  }

  /// Text of JSON, in a message of its own.
  private func json(_ bytes: ArraySlice<UInt8>) throws(Protobuf.Malformed) -> Value? {
    guard let text = try part(1, of: bytes), !text.isEmpty else { return nil }
    var scanner = JSONScanner(text)
    guard let value = scanner.value(), scanner.isAtEnd else {
      throw Protobuf.Malformed(message: "a field does not hold JSON")
    }
    return value
  }

  private func zero(_ shape: KubeSchema.Shape) -> Value {
    switch shape {
    case .integer, .long, .intOrString: .int(0)
    case .number: .number(0)
    case .bool: .bool(false)
    case .list: .array([])
    case .map, .type: .object([:])
    case .any, .time, .microTime: .null
    case .string, .quantity, .bytes: .string(shape == .quantity ? "0" : "")
    }
  }

  private static func isZero(_ value: Value) -> Bool {
    switch value {
    case .null, .bool(false), .int(0), .string(""): true
    case .number(let number): number == 0
    case .array(let elements): elements.isEmpty
    case .object(let fields): fields.isEmpty
    default: false
    }
  }

  private func misfit(_ name: String) -> Protobuf.Malformed {
    Protobuf.Malformed(message: "`\(name)` has a value of another type than its own")
  }
}
