/// Answers queries for the names of a cluster. Pure: bytes in, bytes out.
public struct DNSResponder: Sendable {
  /// What to do with a query.
  public enum Reply: Sendable, Hashable {
    case answer([UInt8])
    /// The name is not of the cluster: ask the machine's own name server.
    case forward
    /// It is not a query; any answer could be misused.
    case ignore
  }

  /// How long an answer may be remembered, in seconds.
  static let lifetime: UInt32 = 5
  /// The longest answer in a datagram, whatever the sender takes.
  static let datagramLimit = 1232

  public var zone: DNSZone

  public init(zone: DNSZone) { self.zone = zone }

  private enum Code {
    static let formatError: UInt16 = 1
    static let noSuchName: UInt16 = 3
    static let notImplemented: UInt16 = 4
    static let refused: UInt16 = 5
  }

  /// - Parameter isDatagram: whether the answer must fit in one datagram; one that does not is cut and says so.
  public func reply(to bytes: [UInt8], isDatagram: Bool = true) -> Reply {
    let query: DNSQuery
    do { query = try DNSQuery(bytes) } catch {
      switch error {
      case .noise: return .ignore
      case .malformed(let id, let flags): return .answer(bare(id, flags, Code.formatError))
      case .notImplemented(let id, let flags): return .answer(bare(id, flags, Code.notImplemented))
      }
    }
    guard query.recordClass == 1 || query.recordClass == 255 else {
      return .answer(bare(query.id, query.flags, Code.refused))
    }
    let name = query.name
    if let target = zone.name(ofReverse: name) {
      return .answer(finish(query, query.type == DNSType.ptr ? [.pointer(target)] : [], 0, isDatagram))
    }
    guard zone.contains(name) else { return .forward }
    guard let records = zone.find(name) else { return .answer(finish(query, [], Code.noSuchName, isDatagram)) }
    return .answer(finish(query, select(records, query), 0, isDatagram))
  }

  private enum Record {
    case address(IPv4)
    case service(DNSZone.Records.Service)
    case pointer(String)
    case alias(String)
    case text(String)
  }

  private func select(_ records: DNSZone.Records, _ query: DNSQuery) -> [Record] {
    if let alias = records.alias { return [.alias(alias)] }
    let isAny = query.type == DNSType.any
    var out: [Record] = []
    if isAny || query.type == DNSType.a {
      // Every client begins with another address.
      let start = records.addresses.isEmpty ? 0 : Int(query.id) % records.addresses.count
      out += (records.addresses[start...] + records.addresses[..<start]).map { .address($0) }
    }
    if isAny || query.type == DNSType.srv { out += records.services.map { .service($0) } }
    if isAny || query.type == DNSType.txt, let text = records.text { out.append(.text(text)) }
    return out
  }

  // MARK: Writing

  /// An answer without records.
  private func bare(_ id: UInt16, _ flags: UInt16, _ code: UInt16) -> [UInt8] {
    var writer = DNSWriter()
    writer.word(id)
    writer.word(0x8000 | flags & 0x7900 | code)
    for _ in 0..<4 { writer.word(0) }
    return writer.bytes
  }

  private func finish(_ query: DNSQuery, _ records: [Record], _ code: UInt16, _ isDatagram: Bool) -> [UInt8] {
    let limit = isDatagram ? min(max(Int(query.datagramSize ?? 512), 512), Self.datagramLimit) : 65_535
    var body = DNSWriter()
    var count: UInt16 = 0
    var isCut = false
    let head = 12 + query.labels.reduce(1) { $0 + $1.count + 1 } + 4 + (query.datagramSize == nil ? 0 : 11)
    for record in records {
      var one = DNSWriter()
      write(record, to: &one)
      if head + body.bytes.count + one.bytes.count > limit {
        isCut = true
        break
      }
      body.append(one.bytes)
      count += 1
    }
    let needsAuthority = records.isEmpty
    if needsAuthority { writeAuthority(to: &body) }
    var writer = DNSWriter()
    writer.word(query.id)
    // An answer, by the authority, recursion available; what the query asked for is repeated.
    writer.word(0x8480 | query.flags & 0x0100 | (isCut ? 0x0200 : 0) | code)
    for number in [1, count, needsAuthority ? 1 : 0, query.datagramSize == nil ? 0 : 1] { writer.word(number) }
    writer.name(query.labels)
    writer.word(query.type)
    writer.word(query.recordClass)
    writer.append(body.bytes)
    if query.datagramSize != nil {
      writer.append([0, 0, UInt8(DNSType.opt)])
      writer.word(UInt16(Self.datagramLimit))
      writer.append([0, 0, 0, 0, 0, 0])
    }
    return writer.bytes
  }

  private func write(_ record: Record, to writer: inout DNSWriter) {
    var data = DNSWriter()
    let type: UInt16
    switch record {
    case .address(let address):
      type = DNSType.a
      data.append(address.bytes)
    case .service(let service):
      type = DNSType.srv
      for number in [0, 100, service.port] { data.word(number) }
      data.name(service.target)
    case .pointer(let name):
      type = DNSType.ptr
      data.name(name)
    case .alias(let name):
      type = DNSType.cname
      data.name(name)
    case .text(let text):
      type = DNSType.txt
      data.append([UInt8(min(255, text.utf8.count))] + text.utf8.prefix(255))
    }
    // The name is the question's, which begins after the header.
    writer.word(0xc00c)
    writer.word(type)
    writer.word(1)
    writer.long(Self.lifetime)
    writer.word(UInt16(truncatingIfNeeded: data.bytes.count))
    writer.append(data.bytes)
  }

  /// The record that says how long it may be remembered that there is nothing.
  private func writeAuthority(to writer: inout DNSWriter) {
    var data = DNSWriter()
    data.name("ns.dns.\(zone.domain)")
    data.name("hostmaster.\(zone.domain)")
    for number: UInt32 in [1, 7200, 1800, 86_400, Self.lifetime] { data.long(number) }
    writer.name(zone.domain)
    writer.word(DNSType.soa)
    writer.word(1)
    writer.long(Self.lifetime)
    writer.word(UInt16(truncatingIfNeeded: data.bytes.count))
    writer.append(data.bytes)
  }
}
