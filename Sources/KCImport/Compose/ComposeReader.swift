internal import KCCodec
internal import KCData

/// Reads the text of Compose files into nodes: variables become marks, what cannot be read becomes a note.
struct ComposeReader {
  /// The most nodes that a file may come to; aliases count each time.
  static let nodeLimit = 200_000
  static let depthLimit = 128

  var notes: [ImportNote] = []
  var variables = ComposeVariables()
  var remarks = ComposeRemarks()
  private(set) var files: [String] = []
  private var nodes = 0

  /// The documents of a file, the later ones over the earlier; nil after a note.
  mutating func read(_ path: String, _ bytes: [UInt8]) -> [ComposeNode]? {
    files.append(path)
    nodes = 0
    let text = String(decoding: bytes, as: UTF8.self)
    let documents: [YAML.Document]
    do {
      documents = try YAML.parseWithPlaces(text, as: .compose)
    } catch {
      notes.append(ImportNote(.error, error.message, file: path, line: error.line, column: error.column))
      return nil
    }
    remarks.add(bytes, file: files.count - 1)
    var out: [ComposeNode] = []
    for document in documents {
      guard
        let node = node(document.value, FieldPath(), document, line: document.place.line, depth: 0)
      else {
        notes.append(
          ImportNote(
            .error, "this is more than a Compose file can hold: \(Self.nodeLimit) parts, \(Self.depthLimit) deep",
            file: path))
        return nil
      }
      out.append(node)
    }
    return out
  }

  private mutating func node(
    _ value: Value, _ path: FieldPath, _ document: YAML.Document, line: Int, depth: Int
  ) -> ComposeNode? {
    nodes += 1
    guard nodes <= Self.nodeLimit, depth <= Self.depthLimit else { return nil }
    let file = files.count - 1
    switch value {
    case .object(let fields):
      var entries: [ComposeNode.Entry] = []
      for (key, field) in fields {
        let inner = path.field(key)
        let place = document.places[inner]?.line ?? line
        guard var child = node(field, inner, document, line: place, depth: depth + 1) else { return nil }
        child.override = Self.override(document.tags[inner])
        entries.append(.init(key: key, node: child))
      }
      return ComposeNode(content: .map(entries), file: file, line: line)
    case .array(let elements):
      var items: [ComposeNode] = []
      for (index, element) in elements.enumerated() {
        let inner = path.index(index)
        let place = document.places[inner]?.line ?? line
        guard let child = node(element, inner, document, line: place, depth: depth + 1) else { return nil }
        items.append(child)
      }
      return ComposeNode(content: .list(items), file: file, line: line)
    case .string(let text):
      let marked = variables.mark(text) { [path = files[file]] said in
        var note = said
        (note.file, note.line) = (path, line)
        self.notes.append(note)
      }
      return ComposeNode(content: .scalar(.string(marked)), file: file, line: line)
    default: return ComposeNode(content: .scalar(value), file: file, line: line)
    }
  }

  /// `key: !reset …` and `key: !override …`
  private static func override(_ tag: String?) -> ComposeNode.Override {
    switch tag {
    case "!reset": .reset
    case "!override": .replace
    default: .merge
    }
  }
}
