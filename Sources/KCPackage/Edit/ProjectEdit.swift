public import KCLang
internal import KCSyntax

/// Changes of `project.kc` by a tool: they touch what they are about and nothing else.
public struct ProjectEdit: Sendable {
  /// The file's text.
  public private(set) var bytes: [UInt8]
  /// What it says.
  public private(set) var file: ProjectFile

  /// - Throws: where the file does not parse, or has no `project` block with a body or without one.
  public init(_ bytes: [UInt8]) throws(PackageError) {
    self.bytes = bytes
    file = try Self.read(bytes)
  }

  private static func read(_ bytes: [UInt8]) throws(PackageError) -> ProjectFile {
    let tree = Parser.parse(SourceFile(id: 0, path: "project.kc", bytes: bytes))
    let file = ProjectFile(tree)
    if let problem = (tree.diagnostics + file.problems).first {
      throw PackageError(
        .content, "project.kc has an error in line \(tree.file.line(at: problem.span.start)): \(problem.message)",
        help: "`kc check` shows it; mend that first")
    }
    guard file.name != nil, file.end != nil else {
      throw PackageError(
        .content, "project.kc has no `project NAME { … }` block to put a dependency into",
        help: "write one: `project shop {` and `}` on two lines")
    }
    return file
  }

  /// Adds a dependency, or gives the one of that name another source.
  public mutating func set(_ name: String, to source: PackageSource) throws(PackageError) {
    if let old = file.dependencies.first(where: { $0.name == name }) {
      try replace(old.sourceSpan.range, with: "\"\(source.text)\"")
      return
    }
    let statement = "dependency \(name) = \"\(source.text)\""
    if let last = file.dependencies.last {
      // A comment after it stays with it.
      let rest = bytes[last.span.end...].prefix { $0 != 0x0a }
      let words = rest.drop { $0 == 0x20 || $0 == 0x09 }
      let place = words.starts(with: "//".utf8) ? rest.endIndex : last.span.end
      return try replace(place..<place, with: "\n\(indent(at: last.span.start))\(statement)")
    }
    guard let end = file.end else { return }
    // The brace's line begins where the last line of the block ends.
    let lineStart = bytes[..<end].lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
    let isAlone = bytes[lineStart..<end].allSatisfy { $0 == 0x20 || $0 == 0x09 }
    let outer = indent(at: end)
    if isAlone {
      let gap = file.isEmpty ? "" : "\n"
      return try replace(lineStart..<lineStart, with: "\(gap)\(outer)  \(statement)\n")
    }
    var start = end
    while start > 0, bytes[start - 1] == 0x20 || bytes[start - 1] == 0x09 { start -= 1 }
    try replace(start..<end, with: "\n\(outer)  \(statement)\n\(outer)")
  }

  /// Takes a dependency out, with its comment and its line.
  ///
  /// - Returns: whether there was one.
  public mutating func remove(_ name: String) throws(PackageError) -> Bool {
    guard let old = file.dependencies.first(where: { $0.name == name }) else { return false }
    var (start, end) = (old.span.start, old.span.end)
    while start > 0, bytes[start - 1] == 0x20 || bytes[start - 1] == 0x09 { start -= 1 }
    let restOfLine = bytes[end...].prefix { $0 != 0x0a }
    let rest = restOfLine.drop { $0 == 0x20 || $0 == 0x09 }
    let isWhole = (start == 0 || bytes[start - 1] == 0x0a) && (rest.isEmpty || rest.starts(with: "//".utf8))
    if isWhole {
      end = min(bytes.count, restOfLine.endIndex + 1)
      // An empty line that stood before it, with nothing left between it and the brace.
      let after = bytes[end...].drop { $0 == 0x20 || $0 == 0x09 }
      if after.first == UInt8(ascii: "}"), start > 1, bytes[start - 2] == 0x0a { start -= 1 }
    }
    try replace(start..<end, with: "")
    return true
  }

  private mutating func replace(_ range: Range<Int>, with text: String) throws(PackageError) {
    bytes.replaceSubrange(range, with: text.utf8)
    file = try Self.read(bytes)
  }

  /// The space that the line of a place begins with.
  private func indent(at place: Int) -> String {
    let start = bytes[..<place].lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
    return String(decoding: bytes[start..<place].prefix { $0 == 0x20 || $0 == 0x09 }, as: UTF8.self)
  }
}
