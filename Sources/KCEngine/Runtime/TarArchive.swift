internal import KCData

/// Writes tar archives (ustar): enough for an image with a few files.
struct TarArchive {
  private(set) var bytes: [UInt8] = []

  mutating func add(_ name: String, _ content: [UInt8], mode: Int = 0o644) {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, _ at: Int) { for (index, byte) in text.utf8.enumerated() { header[at + index] = byte } }
    func octal(_ number: Int, _ width: Int) -> String {
      let digits = String(number, radix: 8)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    put(name, 0)
    put(octal(mode, 7), 100)
    put(octal(0, 7), 108)
    put(octal(0, 7), 116)
    put(octal(content.count, 11), 124)
    put(octal(0, 11), 136)
    put("        ", 148)
    put("0", 156)
    put("ustar", 257)
    put("00", 263)
    put(octal(header.reduce(0) { $0 + Int($1) }, 6), 148)
    header[154] = 0
    bytes += header + content
    bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }

  /// The archive with its end mark.
  func finished() -> [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }
}
