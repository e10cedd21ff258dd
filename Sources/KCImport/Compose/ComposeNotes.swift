/// Notes on a Compose project as a person reads them: in the order of the lines, what is said of several things once.
enum ComposeNotes {
  /// The most things that one line names, and the most lines.
  private static let mostNamed = 12

  /// By file and line, each once; those that say the same stand where the first of them does.
  static func gathered(_ notes: [ImportNote]) -> [ImportNote] {
    var seen = Set<ImportNote>()
    let ordered = notes.filter { seen.insert($0).inserted }.enumerated().sorted { left, right in
      (left.element.file, left.element.line, left.offset) < (right.element.file, right.element.line, right.offset)
    }.map(\.element)
    var groups: [Key: Int] = [:]
    var out: [[ImportNote]] = []
    for note in ordered {
      let key = Key(note)
      if note.severity != .error, let place = groups[key] {
        out[place].append(note)
      } else {
        groups[key] = out.count
        out.append([note])
      }
    }
    return out.map(one)
  }

  /// What notes have in common that become one.
  private struct Key: Hashable {
    var severity: ImportNote.Severity
    var file: String
    var text: String

    init(_ note: ImportNote) {
      (severity, file) = (note.severity, note.file)
      text = note.alike?.many ?? note.message
    }
  }

  private static func one(_ notes: [ImportNote]) -> ImportNote {
    guard var first = notes.first, notes.count > 1 else { return notes[0] }
    if let alike = first.alike {
      var seen = Set<String>()
      let subjects = notes.compactMap(\.alike?.subject).filter { seen.insert($0).inserted }
      guard subjects.count > 1 else { return first }
      first.message = alike.many.replacing("%", with: listed(subjects))
      first.help = alike.help ?? first.help
    } else {
      var seen: Set = [first.line]
      let lines = notes.map(\.line).filter { seen.insert($0).inserted }.map(String.init)
      if !lines.isEmpty { first.message += " (line\(lines.count == 1 ? "" : "s") \(listed(lines)), too)" }
    }
    return first
  }

  /// `a, b and c`
  private static func listed(_ texts: [String]) -> String {
    let shown = texts.prefix(mostNamed)
    if shown.count < texts.count { return "\(shown.joined(separator: ", ")) and \(texts.count - shown.count) more" }
    guard let last = shown.last, shown.count > 1 else { return shown.joined() }
    return "\(shown.dropLast().joined(separator: ", ")) and \(last)"
  }
}
