/// The parts of a query that matter.
struct DNSQuery {
  var id: UInt16
  var flags: UInt16
  /// The labels of the name, as they were written.
  var labels: [[UInt8]]
  var type: UInt16
  var recordClass: UInt16
  /// The largest datagram the sender takes, if it speaks EDNS.
  var datagramSize: UInt16?

  /// The name in lower case, without a dot at its end.
  var name: String {
    labels.map { String(decoding: $0.map { (65...90).contains($0) ? $0 | 32 : $0 }, as: UTF8.self) }
      .joined(separator: ".")
  }

  enum Problem: Error {
    /// No answer is due: it is not even a query.
    case noise
    /// It is one, but not in a form that can be understood.
    case malformed(id: UInt16, flags: UInt16)
    case notImplemented(id: UInt16, flags: UInt16)
  }

  init(_ bytes: [UInt8]) throws(Problem) {
    var reader = DNSReader(bytes)
    guard let id = reader.word(), let flags = reader.word(), flags & 0x8000 == 0, let questions = reader.word(),
      let answers = reader.word(), let authorities = reader.word(), let additionals = reader.word()
    else { throw .noise }
    self.id = id
    self.flags = flags
    guard flags >> 11 & 15 == 0 else { throw .notImplemented(id: id, flags: flags) }
    guard questions == 1, answers == 0, authorities == 0, let labels = reader.name(), let type = reader.word(),
      let recordClass = reader.word()
    else { throw .malformed(id: id, flags: flags) }
    self.labels = labels
    self.type = type
    self.recordClass = recordClass
    for _ in 0..<min(additionals, 8) {
      guard reader.name() != nil, let type = reader.word(), let size = reader.word(), reader.skip(4),
        let length = reader.word(), reader.skip(Int(length))
      else { throw .malformed(id: id, flags: flags) }
      if type == DNSType.opt { datagramSize = size }
    }
  }
}

/// Numbers of record types.
enum DNSType {
  static let a: UInt16 = 1
  static let cname: UInt16 = 5
  static let soa: UInt16 = 6
  static let ptr: UInt16 = 12
  static let txt: UInt16 = 16
  static let srv: UInt16 = 33
  static let opt: UInt16 = 41
  static let any: UInt16 = 255
}

/// Reads a message; nil wherever it ends too soon.
struct DNSReader {
  /// How long a name may be, and how many pointers may lead to its parts.
  static let nameLimit = 255
  static let pointerLimit = 16

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// How many bytes have not been read.
  var left: Int { bytes.count - position }

  mutating func word() -> UInt16? {
    guard position + 2 <= bytes.count else { return nil }
    defer { position += 2 }
    return UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])
  }

  mutating func skip(_ count: Int) -> Bool {
    guard count <= bytes.count - position else { return false }
    position += count
    return true
  }

  /// A name; pointers may only lead backwards, so that none can go round in circles.
  mutating func name() -> [[UInt8]]? {
    var labels: [[UInt8]] = []
    var length = 1
    var at = position
    var end: Int?
    var pointers = 0
    while at < bytes.count {
      let size = Int(bytes[at])
      if size == 0 {
        position = end ?? at + 1
        return labels
      }
      if size & 0xc0 == 0xc0 {
        guard at + 1 < bytes.count, pointers < Self.pointerLimit else { return nil }
        let target = (size & 0x3f) << 8 | Int(bytes[at + 1])
        guard target < at else { return nil }
        end = end ?? at + 2
        pointers += 1
        at = target
        continue
      }
      guard size < 64, at + 1 + size <= bytes.count else { return nil }
      length += size + 1
      guard length <= Self.nameLimit else { return nil }
      labels.append(Array(bytes[at + 1..<at + 1 + size]))
      at += size + 1
    }
    return nil
  }
}

/// Writes a message.
struct DNSWriter {
  private(set) var bytes: [UInt8] = []

  mutating func word(_ value: UInt16) {
    bytes.append(UInt8(value >> 8))
    bytes.append(UInt8(truncatingIfNeeded: value))
  }

  mutating func long(_ value: UInt32) {
    word(UInt16(value >> 16))
    word(UInt16(truncatingIfNeeded: value))
  }

  mutating func append(_ more: [UInt8]) { bytes += more }

  mutating func name(_ labels: [[UInt8]]) {
    for label in labels {
      bytes.append(UInt8(truncatingIfNeeded: label.count))
      bytes += label
    }
    bytes.append(0)
  }

  mutating func name(_ text: String) { name(DNSWriter.labels(text)) }

  /// The labels of a name; those that are too long for one are cut.
  static func labels(_ text: String) -> [[UInt8]] {
    text.split(separator: ".").map { Array($0.utf8.prefix(63)) }
  }
}
