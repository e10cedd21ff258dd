internal import KCData
internal import KCKube

/// A line or a block of a block's source, with the fields of the object that it says: comments find their place by them.
struct SourceLine: Sendable {
  enum Content: Sendable {
    /// A statement as it is written.
    case text(String)
    /// `head = value`, laid out by the value's size.
    case value(String, Value, KubeSchema.Shape?)
    /// `head { … }` with fields of the object, as they are.
    case body(String, Fields, KubeSchema.Shape?)
    /// `head { … }` with lines of its own.
    case block(String, [SourceLine])
    /// `head = [ … ]` with a line for each element.
    case list(String, [SourceLine])
    /// `{ … }` with lines of its own, as an element.
    case record([SourceLine])
    /// An empty line between what was written and what follows.
    case gap
  }

  var content: Content
  /// The paths in the object; the first is that of the value.
  var paths: [FieldPath]

  init(_ content: Content, _ paths: [FieldPath]) {
    self.content = content
    self.paths = paths
  }

  static func text(_ text: String, _ paths: FieldPath...) -> SourceLine { SourceLine(.text(text), paths) }

  static func value(_ head: String, _ value: Value, _ path: FieldPath, shape: KubeSchema.Shape? = nil) -> SourceLine {
    SourceLine(.value(head, value, shape), [path])
  }

  /// How much it says in the library's terms.
  var size: Int {
    switch content {
    case .text: 1
    case .value(_, let value, _): value.leaves
    case .body(let head, let fields, _): head.hasSuffix("aw") ? 0 : fields.count
    case .block(_, let lines): lines.reduce(1) { $0 + $1.size }
    case .list(_, let lines), .record(let lines): lines.reduce(0) { $0 + $1.size }
    case .gap: 0
    }
  }

  /// Whether it is a statement as it is written, or a list of one.
  var isText: Bool { if case .text = content { true } else { onlyText != nil } }

  /// The only element of a list, where it stands on its line.
  var onlyText: SourceLine? {
    guard case .list(_, let lines) = content, lines.count == 1, case .text = lines[0].content else { return nil }
    return lines[0]
  }

  /// The lines within it.
  var inner: [SourceLine] {
    switch content {
    case .block(_, let lines), .list(_, let lines), .record(let lines): lines
    default: []
    }
  }

  /// How many lines there are within it, and within those.
  var count: Int { inner.reduce(0) { $0 + 1 + $1.count } }

  static let gap = SourceLine(.gap, [])

  /// A block, on one line where it is short: `security { user = 1, drop = ["ALL"] }`.
  static func block(_ head: String, _ lines: [SourceLine], _ paths: FieldPath...) -> SourceLine {
    SourceLine(.block(head, lines), paths)
  }

  /// A list of expressions, on one line where it is short.
  static func list(_ head: String, _ texts: [String], _ path: FieldPath) -> SourceLine {
    SourceLine(.list(head, texts.enumerated().map { .text($1, path.index($0)) }), [path])
  }
}
