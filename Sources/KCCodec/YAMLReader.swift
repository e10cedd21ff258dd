internal import CYAML
internal import KCData

/// Builds values from libyaml's events.
struct YAMLReader {
  static let depthLimit = 512
  /// How many nodes aliases may bring in, in all.
  static let aliasLimit = 2_000_000

  /// A collection that is being read.
  private struct Frame {
    var isMap: Bool
    var anchor: String?
    /// How many nodes there were before it.
    var start: Int
    /// Where it begins: of a list, the column of its dashes.
    var column = 1
    var elements: [Value] = []
    var fields = Fields()
    /// The key that waits for its value.
    var key: String?
    var isMergeKey = false
    var merges: [Value] = []
  }

  private struct Problem: Error {
    var message: String
    var place: YAML.Place?
  }

  private let isRecordingPlaces: Bool
  /// Whether of a key that stands twice the last value counts, instead of that being an error.
  private var isRepeating = false
  private var reading = YAML.Reading.kubernetes
  /// The keys that stood in their map before, with their lines.
  private(set) var repeated: [(line: Int, key: String)] = []
  private var anchors: [String: (value: Value, size: Int)] = [:]
  /// Where the document's first node stands.
  private var first = YAML.Place(line: 1, column: 1)
  private var nodes = 0
  /// How many of them came from aliases.
  private var aliased = 0
  private var stack: [Frame] = []
  private var documents: [YAML.Document] = []
  private var places: [FieldPath: YAML.Place] = [:]
  private var tags: [FieldPath: String] = [:]
  private var path = FieldPath()
  private var start = YAML.Place(line: 1, column: 1)
  private var remarks: YAMLRemarks?
  /// What stands in for some colons of the text.
  private var colons: FlowColons?
  private(set) var comments: [[YAML.Comment]] = []

  init(isRecordingPlaces: Bool, isRepeating: Bool = false, reading: YAML.Reading = .kubernetes) {
    self.reading = reading
    self.isRecordingPlaces = isRecordingPlaces
    self.isRepeating = isRepeating
  }

  /// Reads all documents, and where the comments in them belong.
  init(remarks: YAMLRemarks) {
    isRecordingPlaces = false
    self.remarks = remarks
  }

  private var isTrackingPath: Bool { isRecordingPlaces || remarks != nil }

  mutating func read(_ bytes: [UInt8]) throws(CodecError) -> [YAML.Document] {
    let fresh = self
    do throws(CodecError) {
      return try readOnce(bytes)
    } catch {
      guard error.message == FlowColons.problem, let colons = FlowColons(bytes) else {
        throw FlowColons.explained(error, bytes)
      }
      self = fresh
      self.colons = colons
      do throws(CodecError) { return try readOnce(colons.bytes) } catch { throw FlowColons.explained(error, bytes) }
    }
  }

  private mutating func readOnce(_ bytes: [UInt8]) throws(CodecError) -> [YAML.Document] {
    var parser = yaml_parser_t()
    guard yaml_parser_initialize(&parser) == 1 else {
      throw CodecError(message: "there is no memory to read with", line: 1, column: 1)
    }
    defer { yaml_parser_delete(&parser) }
    let result: Result<Void, CodecError> = bytes.withUnsafeBufferPointer { buffer in
      yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
      do throws(CodecError) {
        try consume(&parser)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try result.get()
    if let rest = remarks?.finish(), !rest.isEmpty, !comments.isEmpty { comments[comments.count - 1] += rest }
    return documents
  }

  private mutating func consume(_ parser: inout yaml_parser_t) throws(CodecError) {
    while true {
      var event = yaml_event_t()
      guard yaml_parser_parse(&parser, &event) == 1 else { throw Self.failure(parser) }
      defer { yaml_event_delete(&event) }
      if event.type == YAML_STREAM_END_EVENT { return }
      start = YAML.Place(line: Int(event.start_mark.line) + 1, column: Int(event.start_mark.column) + 1)
      if stack.isEmpty { first = start }
      do throws(Problem) {
        try handle(event)
      } catch {
        let place = error.place ?? start
        throw CodecError(message: error.message, line: place.line, column: place.column)
      }
    }
  }

  private static func failure(_ parser: yaml_parser_t) -> CodecError {
    let problem = parser.problem.map { String(cString: $0) } ?? "this is no YAML"
    if parser.error == YAML_READER_ERROR {
      return CodecError(
        message: "\(problem) at byte \(parser.problem_offset)", line: Int(parser.mark.line) + 1,
        column: Int(parser.mark.column) + 1)
    }
    let mark = parser.problem_mark
    return CodecError(message: problem, line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }

  private mutating func handle(_ event: yaml_event_t) throws(Problem) {
    switch event.type {
    case YAML_DOCUMENT_START_EVENT:
      anchors.removeAll(keepingCapacity: true)
      places.removeAll()
      tags.removeAll()
      if let rest = remarks?.begin(at: start.line, isFirst: comments.isEmpty), !comments.isEmpty {
        comments[comments.count - 1] += rest
      }
    case YAML_SCALAR_EVENT:
      let style = event.data.scalar.style
      remarks?.skip(
        from: start, to: YAML.Place(line: Int(event.end_mark.line) + 1, column: Int(event.end_mark.column) + 1),
        isBlock: style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE)
      try scalar(event.data.scalar)
    case YAML_ALIAS_EVENT:
      let name = Self.text(event.data.alias.anchor) ?? ""
      guard let known = anchors[name] else { throw Problem(message: "there is no anchor named \(name) before this") }
      nodes += known.size
      aliased += known.size
      guard aliased <= Self.aliasLimit else {
        throw Problem(message: "its aliases multiply to more than \(Self.aliasLimit) nodes")
      }
      record()
      try add(known.value)
    case YAML_SEQUENCE_START_EVENT:
      record()
      record(tag: Self.text(event.data.sequence_start.tag))
      try push(isMap: false, anchor: Self.text(event.data.sequence_start.anchor))
    case YAML_MAPPING_START_EVENT:
      record()
      record(tag: Self.text(event.data.mapping_start.tag))
      try push(isMap: true, anchor: Self.text(event.data.mapping_start.anchor))
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: try pop()
    default: break
    }
  }
}

extension YAMLReader {
  private static func text(_ start: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    start.map { String(cString: UnsafePointer($0)) }
  }

  /// Notes where the node that starts here stands. A field's place is its key's, noted when the key was read.
  private mutating func record() {
    guard isTrackingPath, let frame = stack.last, !frame.isMap else { return }
    if isRecordingPlaces { places[path.index(frame.elements.count)] = start }
    if remarks?.isNear(start.line) ?? false { remarks?.meet(path.index(frame.elements.count), at: start) }
    remarks?.pass(.index(frame.elements.count), depth: path.count, column: frame.column)
  }

  /// Notes the tag of the node that starts here, unless it is one of YAML's own.
  private mutating func record(tag: String?) {
    guard isRecordingPlaces, let tag, !tag.hasPrefix("tag:"), let frame = stack.last else { return }
    tags[frame.isMap ? path.field(frame.key ?? "<<") : path.index(frame.elements.count)] = tag
  }

  private mutating func push(isMap: Bool, anchor: String?) throws(Problem) {
    guard stack.count < Self.depthLimit else {
      throw Problem(message: "this is nested deeper than \(Self.depthLimit) levels")
    }
    if let frame = stack.last {
      if frame.isMap, frame.key == nil, !frame.isMergeKey {
        throw Problem(message: "a map or a list cannot be a key here")
      }
      if isTrackingPath {
        path = frame.isMap ? path.field(frame.key ?? "<<") : path.index(frame.elements.count)
      }
    }
    stack.append(Frame(isMap: isMap, anchor: anchor, start: nodes, column: start.column))
  }

  private mutating func pop() throws(Problem) {
    guard var frame = stack.popLast() else { return }
    if isTrackingPath, !stack.isEmpty { path.removeLast() }
    for merge in frame.merges { try Self.merge(merge, into: &frame.fields) }
    let value: Value = frame.isMap ? .object(frame.fields) : .array(frame.elements)
    if let anchor = frame.anchor { anchors[anchor] = (value, nodes - frame.start + 1) }
    try add(value)
  }

  /// `<<`: fields that the map itself has not set.
  private static func merge(_ source: Value, into fields: inout Fields) throws(Problem) {
    switch source {
    case .object(let other):
      for (key, value) in other where fields[key] == nil { fields[key] = value }
    case .array(let others):
      for other in others {
        guard other.object != nil else { throw Problem(message: "only maps can be merged with <<") }
        try merge(other, into: &fields)
      }
    default: throw Problem(message: "only a map can be merged with <<")
    }
  }

  private mutating func scalar(_ scalar: yaml_event_s.__Unnamed_union_data.__Unnamed_struct_scalar) throws(Problem) {
    let written = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
    let text = colons?.restored(written) ?? written
    let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
    let tag = scalar.tag == nil ? nil : Self.text(scalar.tag)
    if let last = stack.indices.last, stack[last].isMap, stack[last].key == nil, !stack[last].isMergeKey {
      if isPlain, text == "<<", tag == nil || tag == "tag:yaml.org,2002:merge" {
        stack[last].isMergeKey = true
        nodes += 1
        return
      }
      return try key(reading == .kubernetes ? try value(text, isPlain: isPlain, tag: tag) : .string(text), of: last)
    }
    record(tag: tag)
    let value = try value(text, isPlain: isPlain, tag: tag)
    if scalar.anchor != nil, let anchor = Self.text(scalar.anchor) { anchors[anchor] = (value, 1) }
    record()
    try add(value)
  }

  private func value(_ text: String, isPlain: Bool, tag: String?) throws(Problem) -> Value {
    switch tag {
    case nil where !isPlain, "!"?, "tag:yaml.org,2002:str"?, "tag:yaml.org,2002:timestamp"?: return .string(text)
    case "tag:yaml.org,2002:binary"?: return .string(try Self.decoded(text))
    case nil, "tag:yaml.org,2002:int"?, "tag:yaml.org,2002:float"?, "tag:yaml.org,2002:bool"?,
      "tag:yaml.org,2002:null"?:
      do {
        return reading == .compose ? try YAMLScalar.modern(text) : try YAMLScalar.resolve(text)
      } catch {
        throw Problem(message: "\(text) has no counterpart in JSON")
      }
    default: return .string(text)
    }
  }

  private static func decoded(_ text: String) throws(Problem) -> String {
    guard let bytes = Base64Text.decode(text), let decoded = String(validating: bytes, as: UTF8.self) else {
      throw Problem(message: "this is not base 64 of a text")
    }
    return decoded
  }

  private mutating func key(_ value: Value, of frame: Int) throws(Problem) {
    nodes += 1
    let name = try Self.name(value)
    if stack[frame].fields[name] != nil {
      guard !isRepeating else {
        repeated.append((start.line, name))
        stack[frame].key = name
        return
      }
      let first = isRecordingPlaces ? places[path.field(name)].map { " (first on line \($0.line))" } ?? "" : ""
      throw Problem(message: "the key \"\(name)\" stands twice in this map\(first)")
    }
    stack[frame].key = name
    if isRecordingPlaces { places[path.field(name)] = start }
    if remarks?.isNear(start.line) ?? false { remarks?.meet(path.field(name), at: start) }
    remarks?.pass(.field(name), depth: path.count, column: start.column)
  }

  private static func name(_ value: Value) throws(Problem) -> String {
    switch value {
    case .string(let text): return text
    case .bool(let truth): return truth ? "true" : "false"
    case .int(let number): return String(number)
    case .number(let number): return JSON.numberText(number)
    case .null: throw Problem(message: "null cannot be a key here")
    case .array, .object: throw Problem(message: "a map or a list cannot be a key here")
    }
  }

  /// Puts a finished value where it belongs.
  private mutating func add(_ value: Value) throws(Problem) {
    nodes += 1
    guard let last = stack.indices.last else {
      guard value != .null else { return }
      documents.append(YAML.Document(value: value, place: first, places: places, tags: tags))
      if let found = remarks?.end() { comments.append(found) }
      return
    }
    if !stack[last].isMap {
      stack[last].elements.append(value)
    } else if stack[last].isMergeKey {
      stack[last].merges.append(value)
      stack[last].isMergeKey = false
    } else if let key = stack[last].key {
      stack[last].fields[key] = value
      stack[last].key = nil
    } else {
      // An alias in the place of a key.
      try self.key(value, of: last)
    }
  }
}
