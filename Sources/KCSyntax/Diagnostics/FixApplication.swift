/// Makes the edits that diagnostics offer.
public enum FixApplication {
  /// The content of a file with the edits made that concern it. Of edits that overlap, the first one is made: the others
  /// can be, if they still apply, in another round.
  ///
  /// - Returns: the content and how many edits were made.
  public static func apply(_ diagnostics: [Diagnostic], to file: SourceFile) -> (bytes: [UInt8], count: Int) {
    let fixes = diagnostics.compactMap(\.fix).filter { fix in
      fix.span.file == file.id && fix.span.start >= 0 && fix.span.start <= fix.span.end
        && fix.span.end <= file.bytes.count
    }
    var out: [UInt8] = []
    var end = 0
    var count = 0
    for fix in fixes.sorted(by: { ($0.span.start, $0.span.end) < ($1.span.start, $1.span.end) }) {
      guard fix.span.start > end || count == 0 || (fix.span.start == end && fix.span.end > end) else { continue }
      out += file.bytes[end..<fix.span.start]
      out += Array(fix.replacement.utf8)
      end = fix.span.end
      count += 1
    }
    return (out + file.bytes[end...], count)
  }
}
