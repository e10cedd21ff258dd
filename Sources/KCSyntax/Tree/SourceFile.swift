/// A source file's bytes and the places of its lines.
public final class SourceFile: Sendable {
  /// Tells files of one compilation apart.
  public let id: Int
  /// The path as the user would write it.
  public let path: String
  public let bytes: [UInt8]
  /// Offsets of the first byte of each line.
  private let lineStarts: [Int]

  public init(id: Int, path: String, bytes: [UInt8]) {
    self.id = id
    self.path = path
    self.bytes = bytes
    var starts = [0]
    bytes.withUnsafeBufferPointer { bytes in
      for offset in bytes.indices where bytes[offset] == 0x0a { starts.append(offset + 1) }
    }
    lineStarts = starts
  }

  public func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// The line (from 1) of an offset.
  public func line(at offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// The column (from 1, in characters) of an offset.
  public func column(at offset: Int) -> Int {
    let before = bytes[lineStarts[line(at: offset) - 1]..<min(offset, bytes.count)]
    // A line may be all of a large file, and have a thousand mistakes in it.
    if before.allSatisfy({ $0 < 0x80 }) { return before.count + 1 }
    return String(decoding: before, as: UTF8.self).count + 1
  }

  /// How many spaces and tabs the line of an offset begins with; counted up to 1000.
  public func indentation(at offset: Int) -> Int {
    bytes[lineStarts[line(at: offset) - 1]...].prefix(1000).prefix { $0 == 0x20 || $0 == 0x09 }.count
  }

  public var lineCount: Int { lineStarts.count }

  /// The bytes of a line (from 1), without its end.
  public func lineRange(_ line: Int) -> Range<Int> {
    let start = lineStarts[line - 1]
    var end = line < lineStarts.count ? lineStarts[line] - 1 : bytes.count
    if end > start, bytes[end - 1] == 0x0d { end -= 1 }
    return start..<max(start, end)
  }
}

/// A range of bytes in a file.
public struct Span: Sendable, Hashable {
  public var file: Int
  public var start: Int
  public var end: Int

  public init(file: Int, range: Range<Int>) {
    self.file = file
    start = range.lowerBound
    end = range.upperBound
  }

  public var range: Range<Int> { start..<end }
  /// The empty range right after this one.
  public var after: Span { Span(file: file, range: end..<end) }
}
