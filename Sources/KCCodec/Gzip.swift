import CZlib

/// Compressed bytes (RFC 1952).
public enum Gzip {
  /// Why bytes could not be unpacked.
  public enum Failure: Error, Sendable, Hashable {
    /// They are no gzip, are cut off, or fail their check sum.
    case damaged
    /// They would unpack to more than the limit, in bytes.
    case tooLarge(limit: Int)
  }

  /// Whether bytes start as gzip does.
  public static func isCompressed(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: [0x1f, 0x8b]) }

  /// Unpacks bytes; several members, one after the other, are one content.
  ///
  /// - Parameter limit: how many bytes may come out at most, so that a small file cannot fill the memory.
  public static func decompress(_ bytes: [UInt8], limit: Int = 1 << 30) throws(Failure) -> [UInt8] {
    var out: [UInt8] = []
    var rest = bytes[...]
    repeat {
      let used = try member(rest, &out, limit)
      rest = rest.dropFirst(used)
    } while !rest.isEmpty
    return out
  }

  /// Packs bytes.
  public static func compress(_ bytes: [UInt8]) throws(Failure) -> [UInt8] {
    var stream = z_stream()
    // 15 bits of window, and 16 for gzip's header.
    let started = deflateInit2_(
      &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, streamSize)
    guard started == Z_OK else { throw .damaged }
    defer { deflateEnd(&stream) }
    let bound = Int(deflateBound(&stream, UInt(bytes.count)))
    guard bytes.count <= UInt32.max, bound <= UInt32.max else { throw .tooLarge(limit: Int(UInt32.max)) }
    var input = bytes
    var out = [UInt8](repeating: 0, count: bound)
    let isDone = input.withUnsafeMutableBufferPointer { source in
      out.withUnsafeMutableBufferPointer { target in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        return deflate(&stream, Z_FINISH) == Z_STREAM_END
      }
    }
    guard isDone else { throw .damaged }
    out.removeLast(out.count - Int(stream.total_out))
    return out
  }

  private static let streamSize = Int32(MemoryLayout<z_stream>.size)

  /// Unpacks one member, and tells how many bytes it took.
  private static func member(_ bytes: ArraySlice<UInt8>, _ out: inout [UInt8], _ limit: Int) throws(Failure) -> Int {
    guard bytes.count <= UInt32.max else { throw .tooLarge(limit: Int(UInt32.max)) }
    var stream = z_stream()
    guard inflateInit2_(&stream, 31, ZLIB_VERSION, streamSize) == Z_OK else { throw .damaged }
    defer { inflateEnd(&stream) }
    var input = Array(bytes)
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    var code = Z_OK
    let count = UInt32(input.count)
    while code == Z_OK {
      let (fresh, left) = input.withUnsafeMutableBufferPointer { source in
        chunk.withUnsafeMutableBufferPointer { target in
          let read = Int(count - (stream.next_in == nil ? count : stream.avail_in))
          stream.next_in = source.baseAddress.map { $0 + read }
          stream.avail_in = count - UInt32(read)
          stream.next_out = target.baseAddress
          stream.avail_out = UInt32(target.count)
          code = inflate(&stream, Z_NO_FLUSH)
          return (target.count - Int(stream.avail_out), stream.avail_in)
        }
      }
      guard out.count + fresh <= limit else { throw .tooLarge(limit: limit) }
      out += chunk[..<fresh]
      if code == Z_OK, fresh == 0, left == 0 { throw .damaged }
    }
    guard code == Z_STREAM_END else { throw .damaged }
    return Int(count - stream.avail_in)
  }
}
