/// A grammar read from its EBNF, and sentences of it made at random.
struct Grammar {
  indirect enum Rule {
    case literal(String)
    case token(String)
    case name(String)
    case sequence([Rule])
    case choice([Rule])
    case optional(Rule)
    case many(Rule)
  }

  private(set) var rules: [String: Rule] = [:]
  /// The least depth of a sentence of each rule.
  private var depths: [String: Int] = [:]

  init(_ text: String) {
    var reader = Reader(text)
    while let name = reader.next() {
      guard reader.next() == "=" else { break }
      rules[name] = reader.choice()
      guard reader.next() == ";" else { break }
    }
    findDepths()
  }

  /// Names that are used and not defined.
  var undefined: [String] { Set(rules.values.flatMap(Self.names)).filter { rules[$0] == nil }.sorted() }

  private static func names(_ rule: Rule) -> [String] {
    switch rule {
    case .literal, .token: []
    case .name(let name): [name]
    case .sequence(let parts), .choice(let parts): parts.flatMap(names)
    case .optional(let inner), .many(let inner): names(inner)
    }
  }

  private mutating func findDepths() {
    var isChanged = true
    while isChanged {
      isChanged = false
      for (name, rule) in rules {
        let depth = depth(rule) + 1
        if depth < depths[name] ?? 1000 {
          depths[name] = depth
          isChanged = true
        }
      }
    }
  }

  private func depth(_ rule: Rule) -> Int {
    switch rule {
    case .literal, .token, .optional, .many: 0
    case .name(let name): depths[name] ?? 1000
    case .sequence(let parts): parts.map(depth).max() ?? 0
    case .choice(let parts): parts.map(depth).min() ?? 0
    }
  }
}

/// Sentences.
extension Grammar {
  /// A sentence of a rule, with a space between its tokens.
  func sentence(of name: String, using random: inout some RandomNumberGenerator, budget: Int) -> String {
    var out: [String] = []
    var left = budget
    write(.name(name), &out, &random, &left, isCondition: false)
    return out.joined(separator: " ")
  }

  private func write(
    _ rule: Rule, _ out: inout [String], _ random: inout some RandomNumberGenerator, _ left: inout Int,
    isCondition: Bool
  ) {
    left -= 1
    switch rule {
    case .literal(let text): out.append(text)
    case .token(let name): out.append(Self.token(name, &random))
    case .name(let name):
      // Where `{` begins what follows, a record cannot stand; within brackets it can again.
      if name == "record", isCondition { return out.append("x") }
      let isBracket = ["paren", "list", "arguments", "index", "braced", "record", "body"].contains(name)
      let begins = ["condition", "operand", "subject"].contains(name)
      guard let inner = rules[name] else { return }
      write(inner, &out, &random, &left, isCondition: begins || isCondition && !isBracket)
    case .sequence(let parts): for part in parts { write(part, &out, &random, &left, isCondition: isCondition) }
    case .choice(let parts):
      let least = parts.map(depth).min() ?? 0
      let possible = left > 0 ? parts : parts.filter { depth($0) == least }
      if let one = possible.randomElement(using: &random) {
        write(one, &out, &random, &left, isCondition: isCondition)
      }
    case .optional(let inner):
      if left > 0, Bool.random(using: &random) { write(inner, &out, &random, &left, isCondition: isCondition) }
    case .many(let inner):
      while left > 0, Int.random(in: 0..<5, using: &random) < 2 {
        write(inner, &out, &random, &left, isCondition: isCondition)
      }
    }
  }

  private static func token(_ name: String, _ random: inout some RandomNumberGenerator) -> String {
    let samples: [String: [String]] = [
      "NAME": ["a", "web", "x1", "my-app", "größe", "_"], "NUMBER": ["0", "12", "1_000", "1.5"],
      "QUANTITY": ["250m", "128Mi", "5min", "25%", "1.5Gi"],
      "STRING": ["\"\"", "\"text\"", "\"a\\(x)b\"", "#\"raw \\(x)\"#", "\"\"\"\n  block \\(x)\n  \"\"\""],
      "REGEX": ["/a+/", "/[a-z]\\/x/"], "END": ["\n", "; "], "SEP": [",", "\n"],
    ]
    return samples[name]?.randomElement(using: &random) ?? name
  }
}

/// Reads EBNF.
private struct Reader {
  private var tokens: [String] = []
  private var position = 0

  init(_ text: String) {
    var rest = Substring(text)
    while let first = rest.first {
      if first.isWhitespace {
        rest.removeFirst()
      } else if rest.hasPrefix("(*") {
        rest = rest.firstRange(of: "*)").map { rest[$0.upperBound...] } ?? ""
      } else if first == "\"" {
        let body = rest.dropFirst().prefix { $0 != "\"" }
        tokens.append("\"" + body)
        rest = rest.dropFirst(body.count + 2)
      } else if first.isLetter {
        let word = rest.prefix { $0.isLetter }
        tokens.append(String(word))
        rest = rest.dropFirst(word.count)
      } else {
        tokens.append(String(rest.removeFirst()))
      }
    }
  }

  private var current: String { position < tokens.count ? tokens[position] : "" }

  mutating func next() -> String? {
    guard position < tokens.count else { return nil }
    position += 1
    return tokens[position - 1]
  }

  mutating func choice() -> Grammar.Rule {
    var parts = [sequence()]
    while current == "|" {
      position += 1
      parts.append(sequence())
    }
    return parts.count == 1 ? parts[0] : .choice(parts)
  }

  private mutating func sequence() -> Grammar.Rule {
    var parts: [Grammar.Rule] = []
    while !["", "|", ")", "]", "}", ";"].contains(current) { parts.append(one()) }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func one() -> Grammar.Rule {
    let token = next() ?? ""
    switch token {
    case "(": return enclosed { $0 }
    case "[": return enclosed(Grammar.Rule.optional)
    case "{": return enclosed(Grammar.Rule.many)
    default: break
    }
    if token.hasPrefix("\"") { return .literal(String(token.dropFirst())) }
    return token.allSatisfy(\.isUppercase) ? .token(token) : .name(token)
  }

  private mutating func enclosed(_ make: (Grammar.Rule) -> Grammar.Rule) -> Grammar.Rule {
    let inner = choice()
    position += 1
    return make(inner)
  }
}
