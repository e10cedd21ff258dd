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
      documents = try YAML.parseWithPlaces(text)
    } catch {
      notes.append(ImportNote(.error, error.message, file: path, line: error.line, column: error.column))
      return nil
    }
    remarks.add(bytes, file: files.count - 1)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(Substring.init)
    var out: [ComposeNode] = []
    for document in documents {
      guard
        let node = node(document.value, FieldPath(), document, lines, line: document.place.line, depth: 0)
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
    _ value: Value, _ path: FieldPath, _ document: YAML.Document, _ lines: [Substring], line: Int, depth: Int
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
        guard var child = node(field, inner, document, lines, line: place, depth: depth + 1) else { return nil }
        child.override = document.places[inner].map { Self.override(lines, $0.line, key) } ?? .merge
        entries.append(.init(key: key, node: child))
      }
      return ComposeNode(content: .map(entries), file: file, line: line)
    case .array(let elements):
      var items: [ComposeNode] = []
      for (index, element) in elements.enumerated() {
        let inner = path.index(index)
        let place = document.places[inner]?.line ?? line
        guard let child = node(element, inner, document, lines, line: place, depth: depth + 1) else { return nil }
        items.append(child)
      }
      return ComposeNode(content: .list(items), file: file, line: line)
    case .string(let text):
      let marked = variables.mark(text) { [path = files[file]] severity, message, help in
        self.notes.append(ImportNote(severity, message, help: help, file: path, line: line))
      }
      return ComposeNode(content: .scalar(.string(marked)), file: file, line: line)
    case .bool:
      // Compose reads YAML 1.2, where `yes` and `off` are texts.
      let word = document.places[path].flatMap { Self.word(lines, $0, isField: Self.isField(path)) }
      if let word, let first = word.first, !"tTfF".contains(first) {
        return ComposeNode(content: .scalar(.string(word)), file: file, line: line)
      }
      return ComposeNode(content: .scalar(value), file: file, line: line)
    default: return ComposeNode(content: .scalar(value), file: file, line: line)
    }
  }

  private static func isField(_ path: FieldPath) -> Bool {
    if case .field? = path.elements.last { true } else { false }
  }

  /// The word that stands at a place, or for a field after its key; nil where that is no plain word.
  private static func word(_ lines: [Substring], _ place: YAML.Place, isField: Bool) -> String? {
    guard lines.indices.contains(place.line - 1), place.column > 0 else { return nil }
    var rest = lines[place.line - 1].dropFirst(place.column - 1)
    if isField {
      guard let colon = rest.firstIndex(of: ":") else { return nil }
      rest = rest[rest.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
    }
    let word = rest.prefix { $0.isASCII && $0.isLetter }
    return word.isEmpty ? nil : String(word)
  }

  /// `key: !reset …` and `key: !override …`: the reader of YAML drops tags, so the line is looked at.
  private static func override(_ lines: [Substring], _ line: Int, _ key: String) -> ComposeNode.Override {
    guard lines.indices.contains(line - 1), lines[line - 1].contains("!"),
      let colon = lines[line - 1].firstIndex(of: ":")
    else { return .merge }
    let rest = lines[line - 1][lines[line - 1].index(after: colon)...].drop { $0 == " " || $0 == "\t" }
    if rest.hasPrefix("!reset") { return .reset }
    return rest.hasPrefix("!override") ? .replace : .merge
  }
}
