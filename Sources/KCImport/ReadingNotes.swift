/// What is said of the reading of many files, with what holds for several documents once.
enum ReadingNotes {
  /// The most files that a note names.
  private static let mostNamed = 3

  /// Notes on documents that are left out for one reason become one, which stands where the first of them did.
  static func gathered(_ notes: [ImportNote]) -> [ImportNote] {
    var groups: [String: [ImportNote]] = [:]
    for note in notes where note.topic == .noObject { groups[key(note), default: []].append(note) }
    return notes.compactMap { note in
      guard note.topic == .noObject else { return note }
      return groups.removeValue(forKey: key(note)).flatMap(one)
    }
  }

  private static func key(_ note: ImportNote) -> String { note.alike?.many ?? note.message }

  private static func one(_ notes: [ImportNote]) -> ImportNote? {
    guard var first = notes.first, notes.count > 1, let alike = first.alike else { return notes.first }
    var seen: Set<String> = []
    let files = notes.compactMap(\.alike?.subject).filter { seen.insert($0).inserted }
    let named = files.prefix(mostNamed).joined(separator: ", ")
    let others = files.count > mostNamed ? " and \(files.count - mostNamed) more" : ""
    first.message =
      alike.many.replacing("%", with: "\(notes.count) documents") + (files.count > 1 ? ": \(named)\(others)" : "")
    first.help = alike.help ?? first.help
    return first
  }
}

/// Why a document is left out that is no object.
struct NoObject {
  private var why: String
  private var many: String
  private var help: String?

  static let noMap = NoObject(
    why: "this document is no object of Kubernetes, and is left out",
    many: "% are no objects of Kubernetes, and are left out")
  static let untyped = NoObject(
    why: "this document has no `apiVersion` and `kind`, and is left out",
    many: "% have no `apiVersion` and `kind`, and are left out")
  static let compose = NoObject(
    why: "this is a Compose file, which has no objects, and is left out",
    many: "% are Compose files, which have no objects, and are left out",
    help: "import it by itself: kc import compose FILE --out FOLDER")

  func note(_ document: ImportedObject) -> ImportNote {
    let own = document.file == "-" ? help : help?.replacing("FILE", with: document.file)
    var note = ImportNote(.warning, why, help: own, file: document.file, line: document.line)
    note.topic = .noObject
    note.alike = ImportNote.Alike(subject: document.file, many: many, help: help)
    return note
  }
}
