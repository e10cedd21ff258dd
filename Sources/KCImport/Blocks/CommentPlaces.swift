internal import KCCodec
internal import KCData

/// Where the comments of an object go in the lines that say it.
struct CommentPlaces {
  /// Comments by the number of their line, counted as lines are written.
  private(set) var byLine: [Int: [YAML.Comment]] = [:]
  /// Those within a value that is written as it is: the writer finds their place.
  private(set) var inner: [YAML.Comment] = []
  /// Those that belong to no line.
  private(set) var left: [YAML.Comment] = []

  private var lines: [SourceLine] = []
  /// The lines that say a path.
  private var exact: [FieldPath: Int] = [:]
  /// The first line that says something within a path.
  private var first: [FieldPath: Int] = [:]

  init(_ comments: [YAML.Comment], _ source: [SourceLine]) {
    guard !comments.isEmpty else { return }
    collect(source)
    for comment in comments { settle(comment) }
  }

  private mutating func collect(_ source: [SourceLine]) {
    for line in source {
      let number = lines.count
      lines.append(line)
      for path in line.paths where !path.isEmpty {
        if exact[path] == nil { exact[path] = number }
        var outer = path
        while !outer.isEmpty {
          outer.elements.removeLast()
          if first[outer] == nil { first[outer] = number }
        }
      }
      collect(line.inner)
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
      let below = Array(comment.path.elements.suffix(depth))
      switch lines[line].content {
      case .value(_, let value, _) where Self.holds(value, below[...]): return inner.append(comment)
      case .body(_, let fields, _) where Self.holds(.object(fields), below[...]): return inner.append(comment)
      default: break
      }
      if let line = first[comment.path] { return put(comment, line, isMoved: true) }
      if outer.isEmpty { break }
      return put(comment, line, isMoved: true)
    }
    if let line = first[comment.path] { return put(comment, line, isMoved: true) }
    left.append(comment)
  }

  /// The line with what no other says.
  private var rawLine: Int? {
    lines.lastIndex { line in
      if case .body("raw", _, _) = line.content { line.paths.first?.isEmpty ?? false } else { false }
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

  /// A comment of a part that no line says by itself stands above the line around it.
  private mutating func put(_ comment: YAML.Comment, _ line: Int, isMoved: Bool = false) {
    var comment = comment
    if isMoved { comment.position = .above }
    byLine[line, default: []].append(comment)
  }
}
