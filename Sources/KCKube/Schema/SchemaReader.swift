internal import KCData

/// Reads the form that `Scripts/generate-kube-schema` describes, byte by byte: it is read at the start of every command
/// that knows about objects.
struct SchemaReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0
  private var schema = KubeSchema()

  static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> KubeSchema {
    var reader = SchemaReader(bytes: bytes)
    reader.lines()
    return reader.schema
  }

  private init(bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    schema.types.reserveCapacity(1024)
    schema.typeIndex.reserveCapacity(1024)
  }

  private mutating func lines() {
    var kindNames: [(kind: String, type: String)] = []
    var current = -1
    var fields: [KubeSchema.Field] = []
    while position < bytes.count {
      let letter = bytes[position]
      position += 2
      switch letter {
      case UInt8(ascii: "K"): kindNames.append(("\(word()) \(word())", word()))
      case UInt8(ascii: "T"):
        close(current, &fields)
        current = schema.slot(word())
        schema.types[current].isAtomic = hasMore
      default: fields.append(field())
      }
      skipLine()
    }
    close(current, &fields)
    for (kind, type) in kindNames { schema.kinds[kind] = schema.slot(type) }
  }

  private mutating func close(_ type: Int, _ fields: inout [KubeSchema.Field]) {
    if type >= 0 { schema.types[type].setFields(sorted: fields) }
    // The type has the array now: to keep its capacity would be to make another of the size of the largest type.
    fields = []
  }

  /// Whether the line has another word.
  private var hasMore: Bool { position < bytes.count && bytes[position] != 0x0a }

  private mutating func skipLine() {
    while hasMore { position += 1 }
    position += 1
  }

  /// The bytes up to the next space or the end of the line.
  private mutating func span() -> Range<Int> {
    let start = position
    while hasMore, bytes[position] != 0x20 { position += 1 }
    let end = position
    if hasMore { position += 1 }
    return start..<end
  }

  private func text(_ range: Range<Int>) -> String {
    String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
  }

  private mutating func word() -> String { text(span()) }

  private mutating func field() -> KubeSchema.Field {
    var name = span()
    let isRequired = bytes[name.upperBound - 1] == UInt8(ascii: "!")
    if isRequired { name = name.lowerBound..<name.upperBound - 1 }
    var field = KubeSchema.Field(name: text(name))
    field.isRequired = isRequired
    field.shape = shape(span())
    while hasMore { attribute(span(), of: &field) }
    return field
  }

  private mutating func attribute(_ range: Range<Int>, of field: inout KubeSchema.Field) {
    let value = range.dropFirst(2)
    switch bytes[range.lowerBound] {
    case UInt8(ascii: "Y"): field.presence = .always
    case UInt8(ascii: "Z"): field.presence = .whenNotZero
    case UInt8(ascii: "N"): field.presence = .nullWhenNotSet
    case UInt8(ascii: "A"): field.isAtomic = true
    case UInt8(ascii: "G"): field.isGranular = true
    case UInt8(ascii: "L"): field.listKind = KubeSchema.ListKind(rawValue: text(value))
    case UInt8(ascii: "K"): field.keys = text(value).split(separator: ",").map(String.init)
    case UInt8(ascii: "M"): field.mergeKey = text(value)
    case UInt8(ascii: "P"): field.strategy = text(value)
    case UInt8(ascii: "E"):
      field.allowed = text(value).split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    case UInt8(ascii: "#"): field.wireNumber = wireNumber(range.dropFirst())
    case UInt8(ascii: "D"): field.defaultValue = Self.scalar(text(value))
    default: return
    }
  }

  /// `2.5`: each number in 16 bits.
  private func wireNumber(_ range: Range<Int>) -> UInt64 {
    var (above, own): (UInt64, UInt64) = (0, 0)
    for place in range {
      if bytes[place] == UInt8(ascii: ".") {
        above = above << 16 | own
        own = 0
      } else {
        own = own &* 10 &+ UInt64(bytes[place] &- 0x30)
      }
    }
    return above << 16 | own
  }

  /// A default: JSON text of a scalar. The schemas have no others.
  private static func scalar(_ text: String) -> Value? {
    switch text {
    case "true": .bool(true)
    case "false": .bool(false)
    default:
      if text.hasPrefix("\""), text.hasSuffix("\""), text.utf8.count > 1 {
        .string(String(text.dropFirst().dropLast()))
      } else {
        Int64(text).map { .int($0) }
      }
    }
  }

  private mutating func shape(_ range: Range<Int>) -> KubeSchema.Shape {
    let rest = range.dropFirst()
    switch bytes[range.lowerBound] {
    case UInt8(ascii: "@"): return .type(schema.slot(text(rest)))
    case UInt8(ascii: "["): return .list(shape(rest))
    case UInt8(ascii: "{"): return .map(shape(rest))
    case UInt8(ascii: "s"): return .string
    case UInt8(ascii: "i"): return .integer
    case UInt8(ascii: "l"): return .long
    case UInt8(ascii: "n"): return .number
    case UInt8(ascii: "b"): return .bool
    case UInt8(ascii: "q"): return .quantity
    case UInt8(ascii: "x"): return .intOrString
    case UInt8(ascii: "t"): return .time
    case UInt8(ascii: "u"): return .microTime
    case UInt8(ascii: "y"): return .bytes
    default: return .any
    }
  }
}

extension KubeSchema {
  /// The index of a type, which may not have been read yet.
  mutating func slot(_ name: String) -> Int {
    if let index = typeIndex[name] { return index }
    typeIndex[name] = types.count
    types.append(TypeSchema(name: name))
    return types.count - 1
  }
}

extension KubeSchema.TypeSchema {
  /// - Requires: fields in the order of their names' bytes.
  mutating func setFields(sorted fields: [KubeSchema.Field]) { self.fields = fields }
}
