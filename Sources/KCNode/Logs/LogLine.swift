internal import KCData

/// A line of a container's log, as the runtime writes it: time, stream, tag, text.
struct LogLine: Equatable {
  /// RFC 3339, as written.
  var time: ArraySlice<UInt8>
  var text: ArraySlice<UInt8>
  var isStderr: Bool
  /// Whether the line goes on in the next one.
  var isPartial: Bool

  /// Reads a line without its end; nil where it is none.
  init?(_ line: ArraySlice<UInt8>) {
    let space = UInt8(ascii: " ")
    guard let first = line.firstIndex(of: space),
      let second = line[(first + 1)...].firstIndex(of: space),
      let third = line[(second + 1)...].firstIndex(of: space)
    else { return nil }
    time = line[..<first]
    switch line[(first + 1)..<second] {
    case let stream where stream.elementsEqual("stdout".utf8): isStderr = false
    case let stream where stream.elementsEqual("stderr".utf8): isStderr = true
    default: return nil
    }
    // Tags are separated by colons; the first says whether the line is whole.
    isPartial = line[second + 1] == UInt8(ascii: "P")
    text = line[(third + 1)...]
  }

  var moment: Timestamp? { Timestamp(String(decoding: time, as: UTF8.self)) }
}
