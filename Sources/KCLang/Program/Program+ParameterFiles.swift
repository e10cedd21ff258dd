internal import KCData
internal import KCSyntax

/// A parameter's value in a file.
struct GivenParameter: Sendable {
  var name: String
  var value: Value
  /// Where it stands, as far as that is on one line.
  var span: Span
  /// Where the values of the file stand, by their paths.
  var places: [FieldPath: ParameterFile.Place]
  /// Where all of them begin, in order.
  var starts: [Int]
  /// All that stands behind its name, up to the next parameter.
  var extent: Span
}

/// `--params FILE`.
extension Program {
  /// Reads the files' values, the last file's first; reports what is no parameter.
  mutating func readParameterFiles() {
    for file in options.parameterFiles {
      let source = SourceFile(id: files.count, path: file.path, bytes: file.bytes)
      files.append(source)
      trees.append(Parser.parse(SourceFile(id: source.id, path: source.path, bytes: [])))
      switch file.content {
      case .problem(let message, let place):
        hiddenTexts.unplaced.append(Span(file: source.id, range: 0..<source.bytes.count))
        report("KC0321", "`\(file.path)` cannot be read: \(message)", at: self.place(of: place, in: source))
      case .values(let value, let places): read(value, places, in: source)
      }
    }
  }

  private mutating func read(_ value: Value, _ places: [FieldPath: ParameterFile.Place], in source: SourceFile) {
    if case .null = value { return }
    guard let fields = value.object else {
      return report(
        "KC0321", "`\(source.path)` is no map from parameters to values", at: Span(file: source.id, range: 0..<0),
        help: "write `NAME: VALUE` lines")
    }
    let known = parameters()
    let starts = places.filter { $0.key.elements.count == 1 }.map { offset($0.value, in: source) }.sorted()
    let all = places.values.map { offset($0, in: source) }.sorted()
    for (name, given) in fields {
      let place = keySpan(name, places[FieldPath().field(name)], source)
      let end = starts.first { $0 > place.start } ?? source.bytes.count
      let extent = extent(min(place.end, end)..<end, in: source)
      guard known.contains(name) else {
        hiddenTexts.unplaced.append(extent)
        reportUnknown(
          "KC0320", "the program has no parameter `\(name)`", name, among: known, at: place,
          notes: known.isEmpty ? ["it declares none"] : ["it declares \(Self.enumerate(known))"])
        continue
      }
      parameterValues[key(name)] = GivenParameter(
        name: name, value: given, span: valueSpan(from: place.end, in: source) ?? place, places: places, starts: all,
        extent: extent)
    }
  }

  /// Where a key stands, by its place.
  func keySpan(_ name: String, _ place: ParameterFile.Place?, _ source: SourceFile) -> Span {
    guard let place else { return Span(file: source.id, range: 0..<0) }
    let start = offset(place, in: source)
    let isQuoted = start < source.bytes.count && [UInt8(ascii: "\""), UInt8(ascii: "'")].contains(source.bytes[start])
    let end = min(start + name.utf8.count + (isQuoted ? 2 : 0), source.bytes.count)
    return Span(file: source.id, range: start..<end)
  }

  /// All that stands behind a key, without what sets it apart.
  private func extent(_ range: Range<Int>, in source: SourceFile) -> Span {
    func isSign(_ byte: UInt8) -> Bool { byte <= 32 || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ",") }
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, isSign(source.bytes[start]) { start += 1 }
    while end > start, isSign(source.bytes[end - 1]) { end -= 1 }
    return Span(file: source.id, range: start..<end)
  }

  /// What follows a place on its line, without a comment; nil where the value stands in lines below.
  func valueSpan(from place: Int, in source: SourceFile) -> Span? {
    let bytes = source.bytes
    var start = place
    while start < bytes.count, [UInt8(ascii: " "), UInt8(ascii: ":")].contains(bytes[start]) { start += 1 }
    guard start < bytes.count else { return nil }
    var end = start
    if let quote = [UInt8(ascii: "\""), UInt8(ascii: "'")].first(where: { $0 == bytes[start] }) {
      end += 1
      while end < bytes.count, bytes[end] != quote, bytes[end] != 10 {
        end += quote == UInt8(ascii: "\"") && bytes[end] == UInt8(ascii: "\\") ? 2 : 1
      }
      end = min(end + 1, bytes.count)
      return Span(file: source.id, range: start..<(end > start && bytes[end - 1] == 10 ? end - 1 : end))
    }
    let isPlain = ![UInt8(ascii: "["), UInt8(ascii: "{")].contains(bytes[start])
    let stops = isPlain ? Array("\n#,}]".utf8) : Array("\n#".utf8)
    while end < bytes.count, !stops.contains(bytes[end]) { end += 1 }
    while end > start, [UInt8(ascii: " "), 13].contains(bytes[end - 1]) { end -= 1 }
    return end > start ? Span(file: source.id, range: start..<end) : nil
  }

  private func place(of place: ParameterFile.Place, in source: SourceFile) -> Span {
    let start = offset(place, in: source)
    return Span(file: source.id, range: start..<min(start + 1, source.bytes.count))
  }

  func offset(_ place: ParameterFile.Place, in source: SourceFile) -> Int {
    guard place.line <= source.lineCount else { return source.bytes.count }
    return min(source.lineRange(max(place.line, 1)).lowerBound + max(place.column - 1, 0), source.bytes.count)
  }
}
