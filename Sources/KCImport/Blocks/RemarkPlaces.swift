internal import KCCodec
internal import KCData

/// Where the comments and the empty lines of an object go in the lines that say it.
struct RemarkPlaces {
  /// Comments by the number of their line, counted as lines are written.
  private(set) var byLine: [Int: [YAML.Comment]] = [:]
  /// Comments that follow a line, by its number.
  private(set) var afterLines: [Int: [YAML.Comment]] = [:]
  /// Those within a value that is written as it is: the writer finds their place.
  private(set) var inner: [YAML.Comment] = []
  /// Those that belong to no line.
  private(set) var left: [YAML.Comment] = []

  /// What is said already: YAML repeats labels, and what is said of them.
  private var texts: Set<String> = []
  private var lines: [SourceLine] = []
  /// The lines that say a path.
  private var exact: [FieldPath: Int] = [:]
  /// The first line that says something within a path.
  private var first: [FieldPath: Int] = [:]
  /// The last line that does, of those that lie in no other of them.
  private var last: [FieldPath: Int] = [:]

  /// The object, whose fields are in the order of the manifest.
  private let object: Value

  /// - Parameter object: what the lines say, and what they leave out.
  init(_ comments: [YAML.Comment], _ source: [SourceLine], of object: Value) {
    self.object = object
    guard !comments.isEmpty else { return }
    collect(source, within: nil)
    for comment in comments {
      switch comment.position {
      case .gap: settle(gap: comment)
      case .below: settle(below: comment)
      default: settle(comment)
      }
    }
  }

  private mutating func collect(_ source: [SourceLine], within block: FieldPath?) {
    for line in source {
      let number = lines.count
      lines.append(line)
      for path in line.paths where !path.isEmpty {
        if exact[path] == nil { exact[path] = number }
        var outer = path
        while !outer.isEmpty {
          outer.elements.removeLast()
          if first[outer] == nil { first[outer] = number }
          if !(block?.hasPrefix(outer) ?? false) { last[outer] = number }
        }
      }
      if let only = line.onlyText {
        // What belongs to the only element of a list belongs to the list.
        for path in only.paths { exact[path] = number }
        lines.append(only)
      } else {
        collect(line.inner, within: line.paths.first ?? block)
      }
    }
  }

  private mutating func settle(_ comment: YAML.Comment) {
    if comment.path.isEmpty { return left.append(comment) }
    if let line = exact[comment.path] { return put(comment, line) }
    var outer = comment.path
    var depth = 0
    while !outer.isEmpty {
      outer.elements.removeLast()
      depth += 1
      guard let line = exact[outer] ?? (outer.isEmpty ? rawLine : nil) else { continue }
      if holds(line, comment.path.elements.suffix(depth)) {
        texts.insert(comment.text)
        return keep(comment, within: line, depth)
      }
      if let line = first[comment.path] { return put(comment, line, isMoved: true) }
      if outer.isEmpty { break }
      if !putNear(comment, within: outer) { put(comment, line, isMoved: true) }
      return
    }
    if let line = first[comment.path] { return put(comment, line, isMoved: true) }
    if !putNear(comment) { left.append(comment) }
  }

  /// Puts a comment of what no line says by what follows it, else by what stands before, within the same map or list or
  /// one around it; false where nothing is said there.
  ///
  /// - Parameter limit: what is looked through at most.
  private mutating func putNear(_ comment: YAML.Comment, within limit: FieldPath = FieldPath()) -> Bool {
    var outer = comment.path
    while let own = outer.elements.popLast(), !outer.isEmpty, outer.hasPrefix(limit) {
      guard let siblings = Self.elements(of: object.at(outer)), let place = siblings.firstIndex(of: own) else {
        continue
      }
      func path(_ sibling: FieldPath.Element) -> FieldPath { FieldPath(outer.elements + [sibling]) }
      if let next = siblings[(place + 1)...].first(where: { first[path($0)] != nil }), let line = first[path(next)] {
        put(comment, line, isMoved: true)
        return true
      }
      if let before = siblings[..<place].last(where: { last[path($0)] != nil }), let line = last[path(before)] {
        if texts.insert(comment.text).inserted { afterLines[line, default: []].append(comment) }
        return true
      }
    }
    return false
  }

  private static func elements(of value: Value?) -> [FieldPath.Element]? {
    value?.object.map { $0.keys.map { .field($0) } } ?? value?.array.map { $0.indices.map { .index($0) } }
  }

  /// What only wraps others in the API has no line: an empty line before it parts nothing.
  private static let wrappers: Set<FieldPath.Element> = [
    .field("metadata"), .field("spec"), .field("template"), .field("jobTemplate"), .field("selector"),
  ]

  private mutating func settle(gap: YAML.Comment) {
    guard let name = gap.path.elements.last else { return }
    if let line = exact[gap.path] { return put(gap, line) }
    if keepsInner(gap) { return }
    if let line = first[gap.path], !Self.wrappers.contains(name) { put(gap, line) }
  }

  private mutating func settle(below comment: YAML.Comment) {
    if keepsInner(comment) { return }
    var outer = comment.path
    while !outer.isEmpty {
      if let line = exact[outer], !lines[line].inner.isEmpty { return put(comment, line) }
      if let line = exact[outer] ?? last[outer] { return afterLines[line, default: []].append(comment) }
      outer.elements.removeLast()
    }
    left.append(comment)
  }

  /// Keeps a comment that belongs to something within a value that is written as it is; false where it does not.
  private mutating func keepsInner(_ comment: YAML.Comment) -> Bool {
    var outer = comment.path
    var depth = 0
    while true {
      if let line = exact[outer] ?? (outer.isEmpty ? rawLine : nil),
        holds(line, comment.path.elements.suffix(depth))
      {
        keep(comment, within: line, depth)
        return true
      }
      if outer.isEmpty { return false }
      outer.elements.removeLast()
      depth += 1
    }
  }

  /// A line of several parts of the object, as `data` and `stringData` of a secret, is written as its first one.
  private mutating func keep(_ comment: YAML.Comment, within line: Int, _ depth: Int) {
    var comment = comment
    let path = lines[line].paths.first ?? FieldPath()
    comment.path.elements = path.elements + comment.path.elements.suffix(depth)
    inner.append(comment)
  }

  /// The line with what no other says.
  private var rawLine: Int? {
    lines.lastIndex { line in
      if case .body("raw", _, _) = line.content { line.paths.first?.isEmpty ?? false } else { false }
    }
  }

  private func holds(_ line: Int, _ path: ArraySlice<FieldPath.Element>) -> Bool {
    switch lines[line].content {
    case .value(_, let value, _): Self.holds(value, path)
    case .body(_, let fields, _): Self.holds(.object(fields), path)
    default: false
    }
  }

  private static func holds(_ value: Value, _ path: ArraySlice<FieldPath.Element>) -> Bool {
    guard let next = path.first else { return true }
    switch next {
    case .field(let key), .key(let key): return value[key].map { holds($0, path.dropFirst()) } ?? false
    case .index(let place):
      guard let items = value.array, items.indices.contains(place) else { return false }
      return holds(items[place], path.dropFirst())
    }
  }

  /// A comment of a part that no line says by itself stands above the line around it, or behind it where it did so and
  /// no other does.
  private mutating func put(_ comment: YAML.Comment, _ line: Int, isMoved: Bool = false) {
    var comment = comment
    let isBehind = byLine[line]?.contains { $0.position == .behind } ?? false
    if isMoved, isBehind || !lines[line].isText { comment.position = .above }
    let isNew = texts.insert(comment.text).inserted
    if isMoved, !isNew, comment.position != .gap { return }
    byLine[line, default: []].append(comment)
  }
}

extension Value {
  /// What stands at a path; nil where nothing does.
  func at(_ path: FieldPath) -> Value? {
    path.elements.reduce(Optional(self)) { value, element in
      switch element {
      case .field(let key), .key(let key): value?[key]
      case .index(let place): value?.array.flatMap { $0.indices.contains(place) ? $0[place] : nil }
      }
    }
  }
}
