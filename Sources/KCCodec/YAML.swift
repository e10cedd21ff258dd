internal import CYAML
public import KCData

/// YAML text ⇄ values, as Kubernetes reads and writes it. Reading and writing of the text itself is libyaml's.
public enum YAML {
  /// Reads all documents of a text; empty ones are left out.
  ///
  /// Plain scalars are typed as by YAML 1.1 (`yes` is a truth value, `0o17` and `017` are octal), merge keys and
  /// aliases are resolved.
  /// - Throws: for text that is no YAML, for a key that stands twice in a map, and past the limits on nesting (512
  ///   levels) and on what aliases may multiply to (2 million nodes).
  public static func parseAll(_ text: String) throws(CodecError) -> [Value] {
    var reader = YAMLReader()
    return try reader.read(Array(text.utf8))
  }
}

/// Builds values from libyaml's events.
struct YAMLReader {
  static let depthLimit = 512
  static let nodeLimit = 2_000_000

  private var anchors: [String: (value: Value, size: Int)] = [:]
  private var nodes = 0

  /// A collection that is being read.
  private enum Frame {
    case list([Value], anchor: String?, start: Int)
    case map(Fields, key: String?, merges: [Value], anchor: String?, start: Int)
  }
  private var stack: [Frame] = []
  private var documents: [Value] = []

  mutating func read(_ bytes: [UInt8]) throws(CodecError) -> [Value] {
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
    return documents
  }

  private mutating func consume(_ parser: inout yaml_parser_t) throws(CodecError) {
    while true {
      var event = yaml_event_t()
      guard yaml_parser_parse(&parser, &event) == 1 else { throw Self.failure(parser) }
      defer { yaml_event_delete(&event) }
      if event.type == YAML_STREAM_END_EVENT { return }
      do throws(Problem) {
        try handle(event)
      } catch {
        throw CodecError(
          message: error.message, line: Int(event.start_mark.line) + 1, column: Int(event.start_mark.column) + 1)
      }
    }
  }

  private struct Problem: Error { var message: String }

  private static func failure(_ parser: yaml_parser_t) -> CodecError {
    let problem = parser.problem.map { String(cString: $0) } ?? "this is no YAML"
    let mark = parser.error == YAML_READER_ERROR ? parser.mark : parser.problem_mark
    return CodecError(message: problem, line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }

  private mutating func handle(_ event: yaml_event_t) throws(Problem) {
    switch event.type {
    case YAML_DOCUMENT_START_EVENT: anchors = [:]
    case YAML_SCALAR_EVENT: try scalar(event.data.scalar)
    case YAML_ALIAS_EVENT:
      let name = Self.text(event.data.alias.anchor) ?? ""
      guard let known = anchors[name] else { throw Problem(message: "there is no anchor named \(name)") }
      nodes += known.size
      try add(known.value, size: known.size, isPlainMergeKey: false)
    case YAML_SEQUENCE_START_EVENT:
      try push(.list([], anchor: Self.text(event.data.sequence_start.anchor), start: nodes))
    case YAML_MAPPING_START_EVENT:
      try push(
        .map([:], key: nil, merges: [], anchor: Self.text(event.data.mapping_start.anchor), start: nodes))
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: try pop()
    default: break
    }
  }

  private static func text(_ start: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    start.map { String(decoding: UnsafeBufferPointer(start: $0, count: strlen($0)), as: UTF8.self) }
  }

  private static func strlen(_ start: UnsafePointer<UInt8>) -> Int {
    var length = 0
    while start[length] != 0 { length += 1 }
    return length
  }

  private mutating func push(_ frame: Frame) throws(Problem) {
    guard stack.count < Self.depthLimit else {
      throw Problem(message: "this is nested deeper than \(Self.depthLimit) levels")
    }
    stack.append(frame)
  }

  private mutating func pop() throws(Problem) {
    guard let frame = stack.popLast() else { return }
    switch frame {
    case .list(let elements, let anchor, let start):
      try finish(.array(elements), anchor, start)
    case .map(var fields, _, let merges, let anchor, let start):
      for merge in merges { try Self.merge(merge, into: &fields) }
      try finish(.object(fields), anchor, start)
    }
  }

  private mutating func finish(_ value: Value, _ anchor: String?, _ start: Int) throws(Problem) {
    let size = nodes - start + 1
    if let anchor { anchors[anchor] = (value, size) }
    try add(value, size: size, isPlainMergeKey: false)
  }

  /// `<<`: fields that the map itself has not set.
  private static func merge(_ source: Value, into fields: inout Fields) throws(Problem) {
    switch source {
    case .object(let other):
      for (key, value) in other where fields[key] == nil { fields[key] = value }
    case .array(let others):
      for other in others { try merge(other, into: &fields) }
    default: throw Problem(message: "only a map can be merged with <<")
    }
  }

  private mutating func scalar(_ scalar: yaml_event_s.__Unnamed_union_data.__Unnamed_struct_scalar) throws(Problem) {
    let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
    let text = String(decoding: bytes, as: UTF8.self)
    let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
    let tag = Self.text(scalar.tag)
    let value: Value
    switch tag {
    case nil: value = isPlain ? YAMLScalar.resolve(text) : .string(text)
    case "tag:yaml.org,2002:str"?, "!"?: value = .string(text)
    default: value = YAMLScalar.resolve(text)
    }
    if let anchor = Self.text(scalar.anchor) { anchors[anchor] = (value, 1) }
    try add(value, size: 1, isPlainMergeKey: isPlain && tag == nil && text == "<<", keyText: text)
  }

  private mutating func add(_ value: Value, size: Int, isPlainMergeKey: Bool, keyText: String? = nil) throws(Problem) {
    nodes += 1
    guard nodes <= Self.nodeLimit else {
      throw Problem(message: "its aliases multiply to more than \(Self.nodeLimit) nodes")
    }
    guard let frame = stack.popLast() else {
      if value != .null { documents.append(value) }
      return
    }
    switch frame {
    case .list(var elements, let anchor, let start):
      elements.append(value)
      stack.append(.list(elements, anchor: anchor, start: start))
    case .map(let fields, nil, let merges, let anchor, let start):
      let key = isPlainMergeKey ? Self.mergeMark : try Self.key(value, keyText)
      if !isPlainMergeKey, fields[key] != nil { throw Problem(message: "the key \"\(key)\" stands twice in this map") }
      stack.append(.map(fields, key: key, merges: merges, anchor: anchor, start: start))
    case .map(var fields, let key?, var merges, let anchor, let start):
      if key == Self.mergeMark { merges.append(value) } else { fields[key] = value }
      stack.append(.map(fields, key: nil, merges: merges, anchor: anchor, start: start))
    }
  }

  /// No key of a document can be this: YAML has no NUL.
  private static let mergeMark = "\0<<"

  private static func key(_ value: Value, _ text: String?) throws(Problem) -> String {
    switch value {
    case .string(let text): return text
    case .bool(let truth): return truth ? "true" : "false"
    case .int(let number): return String(number)
    case .number(let number): return JSON.numberText(number)
    case .null: return text == nil || text == "" ? "null" : "null"
    case .array, .object: throw Problem(message: "a map or a list cannot be a key here")
    }
  }
}
