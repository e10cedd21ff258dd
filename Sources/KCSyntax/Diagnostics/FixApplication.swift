/// Makes the edits that diagnostics offer.
public enum FixApplication {
  /// The diagnostics whose edits of a file can be made together, in the order of their places. Of edits that overlap, the
  /// first one is made: the others can be, if they still apply, in another round.
  public static func applicable(_ diagnostics: [Diagnostic], to file: SourceFile) -> [Diagnostic] {
    var out: [Diagnostic] = []
    var end = 0
    for one in diagnostics.filter({ concerns($0, file) }).sorted(by: { place($0) < place($1) }) {
      let (start, stop) = place(one)
      guard out.isEmpty || start > end || (start == end && stop > end) else { continue }
      out.append(one)
      end = stop
    }
    return out
  }

  /// The content of a file with the edits made that concern it and do not overlap.
  ///
  /// - Returns: the content and how many edits were made.
  public static func apply(_ diagnostics: [Diagnostic], to file: SourceFile) -> (bytes: [UInt8], count: Int) {
    var out: [UInt8] = []
    var end = 0
    let chosen = applicable(diagnostics, to: file)
    for fix in chosen.compactMap(\.fix) {
      out += file.bytes[end..<fix.span.start]
      out += Array(fix.replacement.utf8)
      end = fix.span.end
    }
    return (out + file.bytes[end...], chosen.count)
  }

  private static func concerns(_ diagnostic: Diagnostic, _ file: SourceFile) -> Bool {
    guard let span = diagnostic.fix?.span else { return false }
    return span.file == file.id && span.start >= 0 && span.start <= span.end && span.end <= file.bytes.count
  }

  private static func place(_ diagnostic: Diagnostic) -> (Int, Int) {
    (diagnostic.fix?.span.start ?? 0, diagnostic.fix?.span.end ?? 0)
  }
}
