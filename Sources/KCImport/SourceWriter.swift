internal import KCCodec
internal import KCData
internal import KCKube

/// Writes the fields of objects as kc source, in the layout that `kc fmt` gives.
struct SourceWriter {
  typealias Shape = KubeSchema.Shape

  /// The widest line that things are gathered on.
  private static let width = 100

  /// The most of a map that stands on the line of its name.
  private static let blockRoom = 60

  private(set) var out = ""
  private let schema = KubeSchema.builtin
  /// Comments that are not yet written, by what they belong to.
  private var comments: [FieldPath: [YAML.Comment]] = [:]
  /// The paths of what holds something that has comments.
  private var holders: Set<FieldPath> = []

  /// Names that stand for texts.
  private let names: [String: String]
  /// Comments that belong to lines, by their numbers.
  private var lineComments: [Int: [YAML.Comment]] = [:]
  private var lineCount = 0

  /// - Parameter lines: what is written by `write(_:level:)`; comments find their places in it.
  init(_ given: [YAML.Comment], names: [String: String] = [:], lines: [SourceLine] = []) {
    self.names = names
    var comments = given.filter { $0.position != .atEnd }
    if !lines.isEmpty {
      let places = CommentPlaces(comments, lines)
      lineComments = places.byLine
      comments = places.inner
      unplaced = places.left
    }
    for comment in comments {
      self.comments[comment.path, default: []].append(comment)
      var path = comment.path
      while !path.isEmpty {
        path.elements.removeLast()
        guard holders.insert(path).inserted else { break }
      }
    }
  }

  /// Comments whose place was not written, in the order of their lines.
  var leftComments: [YAML.Comment] {
    (unplaced + comments.values.flatMap { $0 } + lineComments.values.flatMap { $0 }).sorted { $0.line < $1.line }
  }

  private var unplaced: [YAML.Comment] = []

  static func text(_ comment: YAML.Comment) -> String {
    var text = comment.text.replacing("\t", with: "  ")
    while text.last == " " { text.removeLast() }
    return text.isEmpty ? "//" : text.first == " " ? "//\(text)" : "// \(text)"
  }

  static func indent(_ level: Int) -> String {
    level < indents.count ? indents[level] : String(repeating: "  ", count: level)
  }

  private static let indents = (0..<16).map { String(repeating: "  ", count: $0) }

  // MARK: Fields

  /// The statements of a block's body.
  mutating func statements(_ fields: Fields, _ shape: Shape?, level: Int, path: FieldPath) {
    for (key, value) in fields { field(key, value, inner(shape, key), level, path, isBlock: true) }
  }

  mutating func field(
    _ key: String, _ value: Value, _ shape: Shape?, _ level: Int, _ parent: FieldPath, isBlock: Bool
  ) {
    let path = holders.isEmpty ? parent : parent.field(key)
    above(path, level)
    out += Self.indent(level)
    if isBlock, case .object(let fields) = value, opensBlock(key, fields, shape, level, path) {
      out += "\(key) {"
      behind(path)
      out += "\n"
      statements(fields, shape, level: level + 1, path: path)
      out += Self.indent(level) + "}\n"
      return
    }
    let isKeyed = isBlock && !SourceText.isFieldName(key)
    out += isKeyed ? "\"\(SourceText.escaped(key))\" = " : Self.key(key)
    self.value(value, shape, level, path, after: key.utf8.count + 3)
    behind(path)
    out += "\n"
  }

  /// What no field of an `object` says.
  mutating func raw(_ fields: Fields) {
    if fields.keys.allSatisfy({ SourceText.isFieldName($0) }) {
      out += "  raw {\n"
      statements(fields, nil, level: 2, path: FieldPath())
    } else {
      out += "  raw = {\n"
      for (key, value) in fields { field(key, value, nil, 2, FieldPath(), isBlock: false) }
    }
    out += "  }\n"
  }

  private static func key(_ key: String) -> String { SourceText.recordKey(key) }

  /// Whether a map is written as a body: its fields are all names, and it is too much for a line.
  private func opensBlock(_ key: String, _ fields: Fields, _ shape: Shape?, _ level: Int, _ path: FieldPath) -> Bool {
    guard SourceText.isBlockName(key), !fields.isEmpty, fields.keys.allSatisfy({ SourceText.isFieldName($0) }) else {
      return false
    }
    if level == 1 || fields.count > 2 || holders.contains(path) { return true }
    return short(.object(fields), shape, room: Self.blockRoom) == nil
  }

  func inner(_ shape: Shape?, _ key: String) -> Shape? {
    switch shape {
    case .type(let index)?: schema.types[index].field(key)?.shape
    case .map(let inner)?: inner
    default: nil
    }
  }

  // MARK: Values

  /// - Parameter after: how much stands on the line before it.
  mutating func value(_ value: Value, _ shape: Shape?, _ level: Int, _ path: FieldPath, after: Int) {
    if !holders.contains(path), let short = short(value, shape, room: Self.width - 2 * level - after) {
      out += short
      return
    }
    switch value {
    case .object(let fields):
      out += "{\n"
      for (key, value) in fields { field(key, value, inner(shape, key), level + 1, path, isBlock: false) }
      out += Self.indent(level) + "}"
    case .array(let elements):
      let inner: Shape? = if case .list(let inner)? = shape { inner } else { nil }
      out += "[\n"
      for (index, element) in elements.enumerated() {
        let place = holders.isEmpty ? path : path.index(index)
        above(place, level + 1)
        out += Self.indent(level + 1)
        self.value(element, inner, level + 1, place, after: 0)
        behind(place)
        out += "\n"
      }
      out += Self.indent(level) + "]"
    case .string(let text): out += SourceText.block(text, indent: Self.indent(level + 1)) ?? SourceText.quoted(text)
    default: out += scalar(value, shape)
    }
  }

  /// A value on the rest of a line; nil where it does not fit there.
  func short(_ value: Value, _ shape: Shape?, room: Int, depth: Int = 0) -> String? {
    guard room > 0, depth < 4 else { return nil }
    switch value {
    case .object(let fields):
      if fields.isEmpty { return "{}" }
      guard fields.count <= 4 else { return nil }
      var parts: [String] = []
      var left = room - 4
      for (key, value) in fields {
        guard let part = short(value, inner(shape, key), room: left, depth: depth + 1) else { return nil }
        parts.append(Self.key(key) + part)
        left -= key.utf8.count + part.utf8.count + 5
        if left < 0 { return nil }
      }
      return "{ \(parts.joined(separator: ", ")) }"
    case .array(let elements):
      if elements.isEmpty { return "[]" }
      guard elements.count <= 24, elements.count == 1 || elements.allSatisfy(\.isScalar) else { return nil }
      let inner: Shape? = if case .list(let inner)? = shape { inner } else { nil }
      var parts: [String] = []
      var left = room - 2
      for element in elements {
        guard let part = short(element, inner, room: left, depth: depth + 1) else { return nil }
        parts.append(part)
        left -= part.utf8.count + 2
        if left < 0 { return nil }
      }
      return "[\(parts.joined(separator: ", "))]"
    case .string(let text):
      if let name = names[text] { return name }
      if depth == 0, !text.utf8.contains(UInt8(ascii: "\n")) { return scalar(value, shape) }
      guard text.utf8.count <= room, text.utf8.count(where: { $0 == 0x0a }) <= 1 else { return nil }
      return SourceText.block(text, indent: "") == nil ? scalar(value, shape) : nil
    default: return scalar(value, shape)
    }
  }

  private func scalar(_ value: Value, _ shape: Shape?) -> String {
    switch value {
    case .null: "null"
    case .bool(let truth): truth ? "true" : "false"
    case .int(let number): SourceText.integer(number)
    case .number(let number): SourceText.number(number)
    case .string(let text):
      names[text]
        ?? (shape == .quantity ? SourceText.quantity(text) ?? SourceText.quoted(text) : SourceText.quoted(text))
    case .array, .object: ""
    }
  }

  // MARK: Lines

  mutating func put(_ text: String) { out += text }

  /// Comments on lines of their own, with the empty lines that stood between them.
  private mutating func put(_ comments: [YAML.Comment], _ level: Int) {
    var last = comments.first?.line ?? 0
    for comment in comments {
      if comment.line > last + 1 { out += "\n" }
      out += Self.indent(level) + Self.text(comment) + "\n"
      last = comment.line
    }
  }

  mutating func emptyLine() { out += "\n" }

  mutating func nextLine() -> Int {
    lineCount += 1
    return lineCount - 1
  }

  mutating func skipLines(_ count: Int) { lineCount += count }

  func hasComments(_ first: Int, _ count: Int) -> Bool {
    !lineComments.isEmpty && (first..<first + count).contains { lineComments[$0] != nil }
  }

  /// Whether something within a line's value has comments.
  func isCommented(_ line: SourceLine) -> Bool { !holders.isEmpty && line.paths.contains { holders.contains($0) } }

  mutating func aboveLine(_ number: Int, _ level: Int) {
    guard let own = lineComments[number] else { return }
    put(own.filter { $0.position == .above }, level)
    let rest = own.filter { $0.position != .above }
    lineComments[number] = rest.isEmpty ? nil : rest
  }

  mutating func behindLine(_ number: Int) {
    guard let own = lineComments.removeValue(forKey: number) else { return }
    for comment in own { out += " " + Self.text(comment) }
  }

  // MARK: Comments

  private mutating func above(_ path: FieldPath, _ level: Int) {
    guard !holders.isEmpty, let own = comments[path] else { return }
    put(own.filter { $0.position == .above }, level)
    let rest = own.filter { $0.position != .above }
    comments[path] = rest.isEmpty ? nil : rest
  }

  private mutating func behind(_ path: FieldPath) {
    guard !holders.isEmpty, let own = comments.removeValue(forKey: path) else { return }
    for comment in own { out += " " + Self.text(comment) }
  }
}

extension Value {
  fileprivate var isScalar: Bool { if case .array = self { false } else if case .object = self { false } else { true } }
}
