internal import KCData

/// Reads a log from where it is asked for to its end, in chunks; may be asked again when there is more.
struct LogReader {
  private let path: String
  private let options: PodLogOptions
  private var offset: Int64
  private var file: LogFile?
  /// The beginning of a line whose end is not there yet.
  private var rest: [UInt8] = []
  private var left: Int
  /// Whether the last line written was the first part of a longer one.
  private var isInLine = false
  private static let block = 65536

  init(path: String, options: PodLogOptions) {
    self.path = path
    self.options = options
    left = options.limitBytes.map { max($0, 0) } ?? .max
    offset = options.tailLines.map { Self.offset(ofLast: max($0, 0), in: path) } ?? 0
  }

  /// Whether the limit on bytes is reached.
  var isExhausted: Bool { left == 0 }

  /// The next lines; nil when there are none for now.
  mutating func next() -> [UInt8]? {
    while left > 0 {
      guard let block = block() else { return nil }
      rest += block
      guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { continue }
      let lines = rest[...end]
      rest = Array(rest[(end + 1)...])
      let out = text(of: lines)
      if out.isEmpty { continue }
      let cut = Array(out.prefix(left))
      left -= cut.count
      return cut
    }
    return nil
  }

  /// The next bytes, also of a file that has taken this one's place; nil when there are none for now.
  private mutating func block() -> [UInt8]? {
    if file == nil { file = LogFile(path) }
    guard let file else { return nil }
    let bytes = file.read(limit: Self.block, offset: offset)
    offset += Int64(bytes.count)
    if !bytes.isEmpty { return bytes }
    guard file.isReplaced(at: path), let next = LogFile(path) else { return nil }
    self.file = next
    rest = []
    let first = next.read(limit: Self.block, offset: 0)
    offset = Int64(first.count)
    return first.isEmpty ? nil : first
  }

  private mutating func text(of lines: ArraySlice<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(lines.count)
    for raw in lines.split(separator: UInt8(ascii: "\n")) {
      guard let line = LogLine(raw) else { continue }
      if let since = options.since, let moment = line.moment, moment < since { continue }
      if options.timestamps, !isInLine {
        out += line.time
        out.append(UInt8(ascii: " "))
      }
      out += line.text
      if !line.isPartial { out.append(UInt8(ascii: "\n")) }
      isInLine = line.isPartial
    }
    return out
  }

  /// Where the last lines of a file begin.
  static func offset(ofLast lines: Int, in path: String) -> Int64 {
    guard let size = Files.size(path), size > 0 else { return 0 }
    if lines == 0 { return size }
    var position = size
    var seen = 0
    while position > 0 {
      let start = max(0, position - Int64(block))
      guard let bytes = Files.read(path, limit: Int(position - start), offset: start) else { return 0 }
      for index in bytes.indices.reversed() where bytes[index] == UInt8(ascii: "\n") {
        let after = start + Int64(index) + 1
        // The end of the last line is not the end of one before it.
        if after == size { continue }
        seen += 1
        if seen == lines { return after }
      }
      position = start
    }
    return 0
  }
}
