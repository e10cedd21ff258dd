/// What became of an import, in a few lines.
public struct ImportSummary: Sendable {
  private let objects: [ImportedObject]
  private let result: SourceImport.Result
  private let notes: [ImportNote]
  private let tools: Int

  /// - Parameters:
  ///   - notes: what reading the manifests gave.
  ///   - tools: how many documents were for other tools.
  public init(_ objects: [ImportedObject], _ result: SourceImport.Result, notes: [ImportNote], tools: Int = 0) {
    self.tools = tools
    self.objects = objects
    self.result = result
    self.notes = notes
  }

  /// How many objects there are and how they are said, and what is left out.
  public var lines: [String] {
    var lines = [Self.count(objects.count, "object") + forms]
    if let left { lines.append(left) }
    return lines
  }

  /// `: 3 as blocks of the library, 1 in the terms of the API`
  private var forms: String {
    var counts: [SourceImport.Form: Int] = [:]
    for form in result.forms { counts[form, default: 0] += 1 }
    let raw = counts[.libraryWithRaw, default: 0]
    let library = counts[.library, default: 0] + raw
    let open = counts[.open, default: 0]
    let withRaw = raw == 0 ? "" : raw == library ? " with some `raw`" : " (\(raw) with some `raw`)"
    let parts = [
      (library, (library == 1 ? "as a block of the library" : "as blocks of the library") + withRaw),
      (counts[.api, default: 0], "in the terms of the API"),
      (open, "of \(open == 1 ? "a kind" : "kinds") that kc has no schema of"),
    ].filter { $0.0 > 0 }
    if parts.count == 1 { return ", \(parts[0].1)." }
    return parts.isEmpty ? "." : ": \(parts.map { "\($0.0) \($0.1)" }.joined(separator: ", "))."
  }

  private var left: String? {
    let files = Set(notes.filter { $0.severity == .error }.map(\.file)).count
    let documents = notes.count { $0.severity == .warning }
    var parts: [String] = []
    if files > 0 { parts.append("\(Self.count(files, "file")) that cannot be read") }
    if documents == 1 { parts.append("a document that is no object") }
    if documents > 1 { parts.append("\(documents) documents that are no objects") }
    if tools > 0 { parts.append("\(Self.count(tools, "document")) for other tools") }
    return parts.isEmpty ? nil : "Left out: \(parts.joined(separator: ", "))."
  }

  private static func count(_ number: Int, _ name: String) -> String { "\(number) \(name)\(number == 1 ? "" : "s")" }
}
