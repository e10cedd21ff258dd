/// Writes an archive (POSIX ustar) that depends on nothing but the names and contents of the files: no times, no owners.
struct TarWriter {
  private var bytes: [UInt8] = []

  /// - Throws: where the header has no room for the name.
  mutating func add(_ path: String, _ content: [UInt8]) throws(PackageError) {
    guard let (prefix, name) = Self.split(path) else {
      throw PackageError(.content, "the path `\(path.shown)` is too long for an archive", help: "it may have 255 bytes")
    }
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: some Sequence<UInt8>, _ at: Int) {
      for (index, byte) in text.enumerated() { header[at + index] = byte }
    }
    func octal(_ number: Int, _ width: Int) -> [UInt8] {
      let digits = String(number, radix: 8)
      return Array((String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits).utf8)
    }
    put(name, 0)
    put(octal(0o644, 7), 100)
    put(octal(0, 7), 108)
    put(octal(0, 7), 116)
    put(octal(content.count, 11), 124)
    put(octal(0, 11), 136)
    put([UInt8](repeating: 0x20, count: 8), 148)
    put([UInt8(ascii: "0")], 156)
    put("ustar\u{0}00".utf8, 257)
    put(octal(0, 7), 329)
    put(octal(0, 7), 337)
    put(prefix, 345)
    // Six digits, NUL, space: the form that all readers know.
    put(octal(header.reduce(0) { $0 + Int($1) }, 6) + [0], 148)
    bytes += header
    bytes += content
    bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }

  /// The archive with its end mark.
  func finished() -> [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

  /// The two fields of a header that hold a path: at most 155 and 100 bytes, split at a slash.
  private static func split(_ path: String) -> (prefix: [UInt8], name: [UInt8])? {
    let bytes = Array(path.utf8)
    if bytes.count <= 100 { return ([], bytes) }
    let place = bytes.indices.first { bytes[$0] == UInt8(ascii: "/") && bytes.count - $0 - 1 <= 100 && $0 <= 155 }
    return place.map { (Array(bytes[..<$0]), Array(bytes[($0 + 1)...])) }
  }
}
