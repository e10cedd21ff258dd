internal import KCData

/// Reads rules.
struct RuleParser {
  typealias Node = RuleExpression.Node
  typealias Unreadable = RuleExpression.Unreadable

  static let depthLimit = 64

  private var tokens: [RuleToken]
  private var position = 0
  private var depth = 0
  /// All names that stand alone.
  private(set) var names: Set<String> = []

  init(_ text: String) throws(Unreadable) { tokens = try RuleToken.all(in: text) }

  mutating func whole() throws(Unreadable) -> Node {
    let node = try conditional()
    guard position == tokens.count else { throw Unreadable(why: "nothing was expected at \(tokens[position].text)") }
    return node
  }

  private var next: RuleToken? { position < tokens.count ? tokens[position] : nil }

  private mutating func take(_ symbol: String) -> Bool {
    guard next == .symbol(symbol) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ symbol: String) throws(Unreadable) {
    guard take(symbol) else { throw Unreadable(why: "\(symbol) was expected, not \(next?.text ?? "the end")") }
  }

  private mutating func conditional() throws(Unreadable) -> Node {
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.depthLimit else { throw Unreadable(why: "it is nested deeper than \(Self.depthLimit) levels") }
    let condition = try either()
    guard take("?") else { return condition }
    let first = try conditional()
    try expect(":")
    return .conditional(condition, first, try conditional())
  }

  private mutating func either() throws(Unreadable) -> Node {
    var left = try both()
    while take("||") { left = .either(left, try both()) }
    return left
  }

  private mutating func both() throws(Unreadable) -> Node {
    var left = try relation()
    while take("&&") { left = .both(left, try relation()) }
    return left
  }

  private mutating func relation() throws(Unreadable) -> Node {
    let left = try sum()
    for symbol in ["==", "!=", "<=", ">=", "<", ">"] where take(symbol) { return .binary(symbol, left, try sum()) }
    if next == .name("in") {
      position += 1
      return .binary("in", left, try sum())
    }
    return left
  }

  private mutating func sum() throws(Unreadable) -> Node {
    var left = try product()
    while true {
      if take("+") {
        left = .binary("+", left, try product())
      } else if take("-") {
        left = .binary("-", left, try product())
      } else {
        return left
      }
    }
  }

  private mutating func product() throws(Unreadable) -> Node {
    var left = try unary()
    loop: while true {
      for symbol in ["*", "/", "%"] where take(symbol) {
        left = .binary(symbol, left, try unary())
        continue loop
      }
      return left
    }
  }

  private mutating func unary() throws(Unreadable) -> Node {
    var marks: [Bool] = []
    while marks.count < Self.depthLimit {
      if take("!") { marks.append(true) } else if take("-") { marks.append(false) } else { break }
    }
    var node = try member()
    for isNot in marks.reversed() { node = isNot ? .not(node) : .negative(node) }
    return node
  }

  private mutating func member() throws(Unreadable) -> Node {
    var node = try primary()
    var links = 0
    while links < 256 {
      links += 1
      if take(".") {
        guard case .name(let name)? = next else { throw Unreadable(why: "a name was expected after a point") }
        position += 1
        node = take("(") ? try method(name, of: node) : .field(node, RuleNames.unescaped(name))
      } else if take("[") {
        let index = try conditional()
        try expect("]")
        node = .element(node, index)
      } else {
        return node
      }
    }
    throw Unreadable(why: "it has too long a chain of fields")
  }

  private static let macros: Set<String> = ["all", "exists", "exists_one", "map", "filter"]

  private mutating func method(_ name: String, of target: Node) throws(Unreadable) -> Node {
    let arguments = try self.arguments()
    guard Self.macros.contains(name) else {
      guard RuleFunctions.methods.contains(name) else {
        throw Unreadable(why: "the function \(name) is not known here")
      }
      return .call(name, target, arguments)
    }
    let counts: ClosedRange<Int> = name == "map" ? 2...3 : 2...2
    guard counts.contains(arguments.count), case .name(let variable) = arguments[0] else {
      throw Unreadable(why: "\(name) takes a name and a condition")
    }
    return .macro(name, target, variable, Array(arguments.dropFirst()))
  }

  private mutating func arguments() throws(Unreadable) -> [Node] {
    var out: [Node] = []
    if take(")") { return out }
    repeat { out.append(try conditional()) } while take(",")
    try expect(")")
    return out
  }

  private mutating func primary() throws(Unreadable) -> Node {
    guard let token = next else { throw Unreadable(why: "it ends too early") }
    position += 1
    switch token {
    case .literal(let value): return .literal(value)
    case .name(let name): return try named(name)
    case .symbol("("):
      let node = try conditional()
      try expect(")")
      return node
    case .symbol("["):
      var elements: [Node] = []
      if take("]") { return .list(elements) }
      repeat {
        if next == .symbol("]") { break }
        elements.append(try conditional())
      } while take(",")
      try expect("]")
      return .list(elements)
    case .symbol("{"):
      var pairs: [(Node, Node)] = []
      if take("}") { return .map(pairs) }
      repeat {
        let key = try conditional()
        try expect(":")
        pairs.append((key, try conditional()))
      } while take(",")
      try expect("}")
      return .map(pairs)
    default: throw Unreadable(why: "\(token.text) was not expected")
    }
  }

  private mutating func named(_ name: String) throws(Unreadable) -> Node {
    guard take("(") else {
      names.insert(name)
      return .name(name)
    }
    let arguments = try self.arguments()
    if name == "has" {
      guard arguments.count == 1, case .field(let target, let field) = arguments[0] else {
        throw Unreadable(why: "has takes a field")
      }
      return .presence(target, field)
    }
    guard RuleFunctions.functions.contains(name) else {
      throw Unreadable(why: "the function \(name) is not known here")
    }
    return .call(name, nil, arguments)
  }
}
