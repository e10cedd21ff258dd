internal import KCData
internal import KCKube

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Musl
#endif

/// How far the clocks of a place are ahead of UTC, by the IANA time zone database that the system has.
///
/// The format is that of RFC 8536: a table of the moments when clocks were changed, and a rule for all after the last.
struct TimeZoneRules: Sendable {
  static let utc = TimeZoneRules(changes: [], offsets: [], first: 0, rule: nil)

  /// The moments of changes, in seconds since 1970, in order.
  private var changes: [Int64]
  /// The offset from each of them on, in seconds.
  private var offsets: [Int64]
  /// The offset before the first.
  private var first: Int64
  /// What holds after the last.
  private var rule: YearlyRule?

  private init(changes: [Int64], offsets: [Int64], first: Int64, rule: YearlyRule?) {
    (self.changes, self.offsets, self.first, self.rule) = (changes, offsets, first, rule)
  }

  /// The zone of a name; nil where the database has none of that name, or is not installed.
  init?(named name: String) {
    if ["UTC", "Etc/UTC", "GMT"].contains(name) {
      self = .utc
      return
    }
    guard TimeZones.isKnown(name), let bytes = Self.read("/usr/share/zoneinfo/\(name)") else { return nil }
    self.init(bytes)
  }

  /// A zone file's content, of version 2 or later; nil where it is none.
  init?(_ bytes: [UInt8]) {
    var reader = BigEndianReader(bytes: bytes)
    // The first part has the same in 32 bits, for readers of old.
    guard let old = Header(&reader), old.version >= UInt8(ascii: "2"), reader.skip(old.size(of: 4)),
      let header = Header(&reader), header.types > 0
    else { return nil }
    let changes = (0..<header.times).compactMap { _ in reader.integer(8) }
    let kinds = (0..<header.times).compactMap { _ in reader.integer(1) }
    var types: [Int64] = []
    for _ in 0..<header.types {
      guard let offset = reader.integer(4), reader.skip(2) else { return nil }
      types.append(Int64(Int32(truncatingIfNeeded: offset)))
    }
    guard changes.count == header.times, kinds.count == header.times,
      kinds.allSatisfy({ types.indices.contains(Int($0)) }),
      reader.skip(header.letters + header.leaps * 12 + header.standards + header.universals)
    else { return nil }
    let footer = String(decoding: reader.rest.dropFirst().prefix { $0 != 0x0a }, as: UTF8.self)
    self.init(
      changes: changes, offsets: kinds.map { types[Int($0)] }, first: types[0], rule: YearlyRule(footer))
  }

  /// How many seconds clocks are ahead of UTC at a moment.
  func offset(at moment: Int64) -> Int64 {
    guard let last = changes.last else { return rule?.offset(at: moment) ?? first }
    if moment >= last, let rule { return rule.offset(at: moment) }
    var (low, high) = (0, changes.count)
    while low < high {
      let middle = (low + high) / 2
      if changes[middle] <= moment { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? first : offsets[low - 1]
  }

  /// The first moment at which clocks show a time, given in seconds as if it were UTC; nil where they skip it.
  func moment(showing time: Int64) -> Int64? {
    // An offset of a day around is the one before or after each change that can matter.
    let near = Set([offset(at: time - 86_400), offset(at: time + 86_400)])
    return near.map { time - $0 }.filter { $0 + offset(at: $0) == time }.min()
  }

  private static func read(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 17)
    let count = fread(&bytes, 1, bytes.count, file)
    return count > 0 ? Array(bytes[..<count]) : nil
  }
}

/// The counts at the beginning of each part of a zone file.
private struct Header {
  var version: UInt8
  var universals: Int
  var standards: Int
  var leaps: Int
  var times: Int
  var types: Int
  var letters: Int

  init?(_ reader: inout BigEndianReader) {
    guard reader.take(4)?.elementsEqual("TZif".utf8) == true, let version = reader.take(1)?.first, reader.skip(15)
    else { return nil }
    let counts = (0..<6).compactMap { _ in reader.integer(4).map { Int($0) } }
    guard counts.count == 6, counts.allSatisfy({ $0 < 1 << 16 }) else { return nil }
    self.version = version
    (universals, standards, leaps, times, types, letters) =
      (counts[0], counts[1], counts[2], counts[3], counts[4], counts[5])
  }

  /// The bytes that follow it, with moments of so many bytes.
  func size(of moment: Int) -> Int {
    times * (moment + 1) + types * 6 + letters + leaps * (moment + 4) + standards + universals
  }
}

/// Numbers in a file, the highest byte first.
private struct BigEndianReader {
  var bytes: [UInt8]
  var position = 0

  var rest: ArraySlice<UInt8> { bytes[position...] }

  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, bytes.count - position >= count else { return nil }
    position += count
    return bytes[position - count..<position]
  }

  mutating func skip(_ count: Int) -> Bool { take(count) != nil }

  /// A number of so many bytes; one of eight has a sign.
  mutating func integer(_ count: Int) -> Int64? {
    take(count).map { bytes in
      Int64(bitPattern: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
  }
}
