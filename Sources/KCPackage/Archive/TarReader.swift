/// Reads an archive (POSIX ustar) strictly: plain files only, each header with its check sum. Folders are passed over;
/// links, devices, sparse files and extended headers are refused.
struct TarReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next file; nil at the end of the archive.
  mutating func next() throws(PackageError) -> (path: String, content: ArraySlice<UInt8>)? {
    while true {
      guard position < bytes.count else { throw Self.broken("its end is missing") }
      guard bytes.count - position >= 512 else { throw Self.broken("it is cut off") }
      let header = bytes[position..<position + 512]
      position += 512
      if header.allSatisfy({ $0 == 0 }) {
        guard bytes[position...].allSatisfy({ $0 == 0 }) else { throw Self.broken("something follows its end") }
        return nil
      }
      let path = try Self.path(header)
      let size = try Self.size(header, path)
      guard size <= bytes.count - position else { throw Self.broken("it is cut off in `\(path.shown)`") }
      let content = bytes[position..<position + size]
      // Whether there are as many bytes is known: this does not overflow.
      position += min((size + 511) / 512 * 512, bytes.count - position)
      if try Self.isFile(header, path, size) { return (path, content) }
    }
  }

  private static func broken(_ why: String) -> PackageError {
    PackageError(.content, "the package is no archive that kc reads: \(why)")
  }

  private static func field(_ header: ArraySlice<UInt8>, _ offset: Int, _ count: Int) -> ArraySlice<UInt8> {
    let start = header.startIndex + offset
    return header[start..<start + count].prefix { $0 != 0 }
  }

  private static func path(_ header: ArraySlice<UInt8>) throws(PackageError) -> String {
    let start = header.startIndex
    guard header[start + 257..<start + 262].elementsEqual("ustar".utf8) else {
      throw broken("a header is not that of a tar")
    }
    guard let sum = number(field(header, 148, 8)) else { throw broken("a header has no check sum") }
    var own = 0
    for (offset, byte) in header.enumerated() { own += (148..<156).contains(offset) ? 0x20 : Int(byte) }
    guard own == sum else { throw broken("a header fails its check sum") }
    // GNU's form keeps other things where POSIX has the first part of a long path.
    let isPOSIX = header[start + 262] == 0
    let prefix = isPOSIX ? String(validating: field(header, 345, 155), as: UTF8.self) : ""
    guard let prefix, let name = String(validating: field(header, 0, 100), as: UTF8.self) else {
      throw broken("a name in it is no UTF-8")
    }
    return prefix.isEmpty ? name : "\(prefix)/\(name)"
  }

  private static func size(_ header: ArraySlice<UInt8>, _ path: String) throws(PackageError) -> Int {
    guard let size = number(field(header, 124, 12)) else { throw broken("`\(path.shown)` has no size") }
    return size
  }

  /// Whether the entry is a file; false for a folder.
  private static func isFile(_ header: ArraySlice<UInt8>, _ path: String, _ size: Int) throws(PackageError) -> Bool {
    let what: String
    switch header[header.startIndex + 156] {
    case 0, UInt8(ascii: "0"): return true
    case UInt8(ascii: "5") where size == 0: return false
    case UInt8(ascii: "1"): what = "a hard link"
    case UInt8(ascii: "2"): what = "a symbolic link"
    case UInt8(ascii: "3"), UInt8(ascii: "4"): what = "a device"
    case UInt8(ascii: "6"): what = "a pipe"
    case UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "L"), UInt8(ascii: "K"): what = "an extended header"
    default: what = "of an unknown kind"
    }
    throw PackageError(.content, "`\(path.shown)` in the package is \(what): packages hold plain files")
  }

  /// Octal digits, with spaces before and after; nil for anything else.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 }
    guard !digits.isEmpty, digits.count <= 11, digits.allSatisfy({ (48...55).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 << 3 | Int($1 & 7) }
  }
}
