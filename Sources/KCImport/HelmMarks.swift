internal import KCData
internal import KCKube

/// What only Helm fills in, in manifests that YAML reads all the same: `image: "web:{{ .Values.tag }}"`.
enum HelmMarks {
  /// How words begin that stand between such braces; other tools have braces, too, and words of their own.
  private static let words = [
    ".Values.", "$.Values.", ".Release.", "$.Release.", ".Chart.", "$.Chart.", ".Capabilities.", "$.Capabilities.",
  ]
  private static let functions: Set<Substring> = ["include", "template", "tpl"]
  private static let depthLimit = 512

  /// What is to be said of an object that is one; nil of others. In the folder of a chart's templates it is an error, as
  /// it is for what YAML cannot read.
  static func note(_ imported: ImportedObject) -> ImportNote? {
    let isInChart = imported.file.split(separator: "/").dropLast().contains("templates")
    // Releases and the like hold the values of charts, which are filled in where they are installed.
    let (version, kind) = (imported.object["apiVersion"]?.string ?? "", imported.object["kind"]?.string ?? "")
    guard isInChart || ResourceTypes.builtin.find(apiVersion: version, kind: kind) != nil,
      let mark = mark(in: imported.object, depth: 0)
    else { return nil }
    var note = ImportNote(
      isInChart ? .error : .warning,
      isInChart
        ? "this is a template, and no manifest: what stands in `{{ … }}` is to be filled in"
        : "`\(mark)` is for Helm to fill in, and stands in the source as it is",
      help: "let Helm do so: helm template CHART | kc import yaml - --out FOLDER", file: imported.file,
      line: imported.line)
    if isInChart { note.topic = .template }
    return note
  }

  /// The first in a value. Texts of several lines are files that an object holds, such as rules and charts.
  private static func mark(in value: Value, depth: Int) -> String? {
    guard depth < depthLimit else { return nil }
    switch value {
    case .string(let text): return mark(in: text)
    case .array(let items):
      for item in items { if let found = mark(in: item, depth: depth + 1) { return found } }
    case .object(let fields):
      for inner in fields.values { if let found = mark(in: inner, depth: depth + 1) { return found } }
    default: break
    }
    return nil
  }

  private static func mark(in text: String) -> String? {
    guard text.utf8.contains(UInt8(ascii: "{")), !text.utf8.contains(UInt8(ascii: "\n")) else { return nil }
    for part in text.split(separator: "{{").dropFirst(text.hasPrefix("{{") ? 0 : 1) {
      guard let end = part.firstRange(of: "}}") else { continue }
      let inner = part[..<end.lowerBound]
      let parts = inner.split { " ()-|".contains($0) }
      if parts.contains(where: { word in words.contains { word.hasPrefix($0) } })
        || parts.first.map(functions.contains) ?? false
      {
        return "{{\(inner)}}"
      }
    }
    return nil
  }
}
