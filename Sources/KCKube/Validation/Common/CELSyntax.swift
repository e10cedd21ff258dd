/// The syntax of the Common Expression Language, and as much of an expression's type as can be seen from it alone.
struct CELSyntax {
  /// What an expression evaluates to, as far as it can be told; `any` where it cannot.
  enum Kind: String { case bool, int, uint, double, string, bytes, null, list, map, any }

  /// Where and why a text is no expression.
  struct Failure: Error { var offset: Int }

  /// The chains of fields read from a name: `self.spec.size` is `["self", "spec", "size"]`.
  private(set) var chains: [[String]] = []

  private var loops: [(chain: [String], depth: Int)] = []
  private var loopDepth = 0
  /// Variables that macros declare.
  private var locals: Set<String> = []

  /// Names of types and of libraries of functions.
  private static let libraries: Set<String> = [
    "int", "uint", "double", "bool", "string", "bytes", "list", "map", "null_type", "type", "cel", "optional", "math",
    "format", "strings", "sets", "base64", "google", "semver", "lists", "net",
  ]
  /// Functions that go through a list or map with a variable of their own.
  private static let macros: Set<String> = [
    "all", "exists", "exists_one", "existsOne", "map", "filter", "transformList", "transformMap", "bind",
  ]

  /// Words that are no names.
  static let reserved: Set<String> = [
    "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let",
    "loop", "package", "namespace", "return", "var", "void", "while",
  ]

  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  /// Deeper expressions are refused.
  static let depthLimit = 100

  private init(_ text: String) { bytes = Array(text.utf8) }

  /// The kind of an expression.
  static func kind(of text: String) -> Result<Kind, Failure> { read(text).map(\.kind) }

  /// What is known of an expression.
  struct Reading {
    var kind: Kind
    /// The chains of fields it reads from its variables.
    var chains: [[String]]
    /// The lists and maps it goes through, and how many such passes are within one another.
    var loops: [(chain: [String], depth: Int)]
    /// The variables it uses.
    var roots: Set<String> { Set(chains.compactMap(\.first)) }
  }

  /// Reads an expression.
  static func read(_ text: String) -> Result<Reading, Failure> {
    var parser = CELSyntax(text)
    do throws(Failure) {
      let kind = try parser.expression().kind
      parser.skip()
      if parser.position < parser.bytes.count { throw Failure(offset: parser.position) }
      let known = parser.locals.union(Self.libraries)
      let chains = parser.chains.filter { !known.contains($0[0]) }
      return .success(Reading(kind: kind, chains: chains, loops: parser.loops))
    } catch {
      return .failure(error)
    }
  }

  /// A part of an expression: its kind, and the chain of fields if it is one.
  private struct Part {
    var kind: Kind
    var chain: [String]?
  }

  // MARK: Reading bytes

  private mutating func skip() {
    while position < bytes.count {
      let byte = bytes[position]
      if byte == 32 || (9...13).contains(byte) {
        position += 1
      } else if byte == 47, position + 1 < bytes.count, bytes[position + 1] == 47 {
        while position < bytes.count, bytes[position] != 10 { position += 1 }
      } else {
        return
      }
    }
  }

  private mutating func take(_ text: StaticString) -> Bool {
    skip()
    let count = text.utf8CodeUnitCount
    guard position + count <= bytes.count else { return false }
    for index in 0..<count where bytes[position + index] != text.utf8Start[index] { return false }
    position += count
    return true
  }

  private mutating func expect(_ text: StaticString) throws(Failure) {
    if !take(text) { throw Failure(offset: position) }
  }

  private func isWordByte(_ byte: UInt8) -> Bool { Names.isAlphanumeric(byte) || byte == 95 }

  private mutating func word() -> String? {
    skip()
    guard position < bytes.count, isWordByte(bytes[position]), !(48...57).contains(bytes[position]) else { return nil }
    let start = position
    while position < bytes.count, isWordByte(bytes[position]) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// Takes `in` where a relation may stand.
  private mutating func takeIn() -> Bool {
    let before = position
    if word() == "in" { return true }
    position = before
    return false
  }

  // MARK: Grammar

  private mutating func expression() throws(Failure) -> Part {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.depthLimit { throw Failure(offset: position) }
    let condition = try either()
    guard take("?") else { return condition }
    let left = try either()
    try expect(":")
    let right = try expression()
    return Part(kind: left.kind == right.kind ? left.kind : .any)
  }

  private mutating func either() throws(Failure) -> Part {
    var part = try both()
    while take("||") {
      _ = try both()
      part = Part(kind: .bool)
    }
    return part
  }

  private mutating func both() throws(Failure) -> Part {
    var part = try relation()
    while take("&&") {
      _ = try relation()
      part = Part(kind: .bool)
    }
    return part
  }

  private mutating func relation() throws(Failure) -> Part {
    var part = try sum()
    while take("==") || take("!=") || take("<=") || take(">=") || take("<") || take(">") || takeIn() {
      _ = try sum()
      part = Part(kind: .bool)
    }
    return part
  }

  private mutating func sum() throws(Failure) -> Part {
    var part = try product()
    while take("+") || take("-") {
      let right = try product()
      part = Part(kind: part.kind == .any ? right.kind : part.kind)
    }
    return part
  }

  private mutating func product() throws(Failure) -> Part {
    var part = try unary()
    while take("*") || take("/") || take("%") {
      let right = try unary()
      part = Part(kind: part.kind == .any ? right.kind : part.kind)
    }
    return part
  }

  private mutating func unary() throws(Failure) -> Part {
    var isNegation = false
    skip()
    while position < bytes.count, bytes[position] == 33,
      position + 1 >= bytes.count || bytes[position + 1] != 61
    {
      position += 1
      isNegation = true
      skip()
    }
    while take("-") {}
    let part = try member()
    return isNegation ? Part(kind: .bool) : part
  }

  private mutating func member() throws(Failure) -> Part {
    var part = try primary()
    while true {
      if take(".") {
        let isOptional = take("?")
        guard let name = word() else { throw Failure(offset: position) }
        if take("(") {
          note(part)
          let isLoop = Self.macros.contains(name)
          if isLoop {
            loopDepth += 1
            loops.append((part.chain ?? [], loopDepth))
            declare()
          }
          try arguments(until: ")")
          if isLoop { loopDepth -= 1 }
          part = Part(kind: Self.results[name] ?? .any)
        } else {
          part = Part(kind: .any, chain: isOptional ? nil : part.chain.map { $0 + [name] })
        }
      } else if take("[") {
        note(part)
        _ = take("?")
        _ = try expression()
        try expect("]")
        part = Part(kind: .any)
      } else if part.chain != nil, take("{") {
        note(part)
        try fields()
        part = Part(kind: .any)
      } else {
        break
      }
    }
    note(part)
    return part
  }

  /// The fields of an object that is made: `Object{spec: Object.spec{replicas: 1}}`.
  private mutating func fields() throws(Failure) {
    while !take("}") {
      _ = take("?")
      guard word() != nil else { throw Failure(offset: position) }
      try expect(":")
      _ = try expression()
      if take(",") { continue }
      try expect("}")
      return
    }
  }

  /// Takes note of the variables that a macro's first arguments declare.
  private mutating func declare() {
    let start = position
    defer { position = start }
    while let name = word(), take(",") { locals.insert(name) }
  }

  private mutating func note(_ part: Part) { if let chain = part.chain { chains.append(chain) } }

  private static let results: [String: Kind] = [
    "startsWith": .bool, "endsWith": .bool, "matches": .bool, "contains": .bool, "all": .bool, "exists": .bool,
    "exists_one": .bool, "has": .bool, "size": .int, "lowerAscii": .string, "upperAscii": .string, "trim": .string,
    "replace": .string, "join": .string, "filter": .list, "map": .list, "split": .list, "isSorted": .bool,
  ]
  private static let conversions: [String: Kind] = [
    "int": .int, "uint": .uint, "double": .double, "string": .string, "bytes": .bytes, "bool": .bool, "size": .int,
    "has": .bool,
  ]

  private mutating func arguments(until close: StaticString) throws(Failure) {
    if take(close) { return }
    repeat {
      if take(close) { return }
      _ = try expression()
    } while take(",")
    try expect(close)
  }

  private mutating func primary() throws(Failure) -> Part {
    skip()
    guard position < bytes.count else { throw Failure(offset: position) }
    let byte = bytes[position]
    switch byte {
    case UInt8(ascii: "("):
      position += 1
      let part = try expression()
      try expect(")")
      return Part(kind: part.kind)
    case UInt8(ascii: "["):
      position += 1
      try arguments(until: "]")
      return Part(kind: .list)
    case UInt8(ascii: "{"):
      position += 1
      return try map()
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      try string(isRaw: false)
      return Part(kind: .string)
    case 48...57: return number()
    default: return try name()
    }
  }

  private mutating func map() throws(Failure) -> Part {
    if !take("}") {
      repeat {
        if take("}") { return Part(kind: .map) }
        _ = try expression()
        try expect(":")
        _ = try expression()
      } while take(",")
      try expect("}")
    }
    return Part(kind: .map)
  }

  private mutating func name() throws(Failure) -> Part {
    _ = take(".")
    guard let name = word() else { throw Failure(offset: position) }
    if position < bytes.count, bytes[position] == 34 || bytes[position] == 39 {
      let prefix = name.lowercased()
      guard ["r", "b", "rb", "br"].contains(prefix) else { throw Failure(offset: position) }
      try string(isRaw: prefix.contains("r"))
      return Part(kind: prefix.contains("b") ? .bytes : .string)
    }
    switch name {
    case "true", "false": return Part(kind: .bool)
    case "null": return Part(kind: .null)
    case _ where Self.reserved.contains(name): throw Failure(offset: position)
    default: break
    }
    if take("(") {
      try arguments(until: ")")
      return Part(kind: Self.conversions[name] ?? .any)
    }
    return Part(kind: .any, chain: [name])
  }

  private mutating func number() -> Part {
    var isDouble = false
    let start = position
    let isHex = position + 1 < bytes.count && bytes[position] == 48 && bytes[position + 1] | 32 == 120
    while position < bytes.count {
      let byte = bytes[position]
      if byte == 46, !isHex, position + 1 < bytes.count, (48...57).contains(bytes[position + 1]) {
        isDouble = true
      } else if byte | 32 == 101, !isHex {
        isDouble = true
        if position + 1 < bytes.count, bytes[position + 1] == 43 || bytes[position + 1] == 45 { position += 1 }
      } else if !(48...57).contains(byte), !(isHex && isWordByte(byte) && byte | 32 != 117) {
        break
      }
      position += 1
    }
    if position < bytes.count, bytes[position] | 32 == 117, position > start {
      position += 1
      return Part(kind: .uint)
    }
    return Part(kind: isDouble ? .double : .int)
  }

  private mutating func string(isRaw: Bool) throws(Failure) {
    let quote = bytes[position]
    var count = 1
    if position + 2 < bytes.count, bytes[position + 1] == quote, bytes[position + 2] == quote { count = 3 }
    position += count
    while position < bytes.count {
      let byte = bytes[position]
      if byte == quote {
        let end = position + count
        if end <= bytes.count, bytes[position..<end].allSatisfy({ $0 == quote }) {
          position = end
          return
        }
      }
      if byte == 92, !isRaw { position += 1 }
      if byte == 10 || byte == 13, count == 1 { throw Failure(offset: position) }
      position += 1
    }
    throw Failure(offset: position)
  }
}
