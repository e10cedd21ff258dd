internal import KCData

/// The simple ones of the rules that definitions state (CEL), as conditions of kc.
enum CRDRule {
  private enum Token: Equatable {
    case name(String), number(String), text(String), sign(String)
  }

  /// A rule as a condition; nil for one that is more than comparisons of fields, literals, `has()` and `size()`.
  static func condition(_ rule: String, _ schema: Value) -> String? {
    guard rule.utf8.count < 1000, let tokens = tokens(rule), let properties = schema["properties"]?.object else {
      return nil
    }
    let required = Set(schema["required"]?.array?.compactMap(\.string) ?? [])
    var out: [String] = []
    var guarded = Set<String>()
    var used = Set<String>()
    var place = 0
    func at(_ offset: Int) -> Token? { tokens.indices.contains(place + offset) ? tokens[place + offset] : nil }
    /// The field that `self.field` at an offset names, if it has a type that kc compares as CEL does.
    func field(_ offset: Int) -> String? {
      guard at(offset) == .name("self"), at(offset + 1) == .sign("."), case .name(let name)? = at(offset + 2),
        let property = properties[name], CRDWriter.isMember(name), at(offset + 3) != .sign("."),
        property["x-kubernetes-int-or-string"]?.bool != true
      else { return nil }
      return name
    }
    while let token = at(0) {
      switch token {
      case .name("has"):
        guard at(1) == .sign("("), let name = field(2), at(5) == .sign(")") else { return nil }
        guarded.insert(name)
        out.append("(self.\(name) != none)")
        place += 6
      case .name("size"):
        guard at(1) == .sign("("), let name = field(2), at(5) == .sign(")") else { return nil }
        used.insert(name)
        out.append("self.\(name).count")
        place += 6
      case .name("self"):
        if at(1) == .sign("."), case .name(let name)? = at(2), at(3) == .sign("."), at(4) == .name("size"),
          at(5) == .sign("("), at(6) == .sign(")"), properties[name] != nil, CRDWriter.isMember(name)
        {
          used.insert(name)
          out.append("self.\(name).count")
          place += 7
          continue
        }
        guard let name = field(0) else { return nil }
        let kind = properties[name]?["type"]?.string
        guard kind == "string" || kind == "integer" || kind == "boolean" else { return nil }
        used.insert(name)
        out.append("self.\(name)")
        place += 3
      case .name("true"), .name("false"):
        if case .name(let word) = token { out.append(word) }
        place += 1
      case .name: return nil
      case .number(let text):
        out.append(text)
        place += 1
      case .text(let text):
        out.append(SourceText.quoted(text))
        place += 1
      case .sign(let sign):
        guard ["&&", "||", "!", "==", "!=", "<", "<=", ">", ">=", "(", ")"].contains(sign) else { return nil }
        out.append(sign)
        place += 1
      }
    }
    // What may be absent must be asked for first: CEL fails there, and kc would compare with nothing.
    for name in used where !required.contains(name) && properties[name]?["default"] == nil && !guarded.contains(name) {
      return nil
    }
    return out.isEmpty ? nil : joined(out)
  }

  private static func joined(_ parts: [String]) -> String {
    var text = ""
    for part in parts {
      let isTight = text.isEmpty || text.hasSuffix("!") || text.hasSuffix("(") || part == ")"
      text += isTight ? part : " \(part)"
    }
    return text
  }

  private static func tokens(_ rule: String) -> [Token]? {
    var out: [Token] = []
    var rest = rule[...]
    while let first = rest.first {
      if first.isWhitespace {
        rest.removeFirst()
      } else if first == "'" || first == "\"" {
        guard let end = rest.dropFirst().firstIndex(of: first) else { return nil }
        let text = rest[rest.index(after: rest.startIndex)..<end]
        guard !text.contains("\\") else { return nil }
        out.append(.text(String(text)))
        rest = rest[rest.index(after: end)...]
      } else if first.isASCII, first.isNumber {
        let number = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(number.count)
        guard rest.first != ".", Int64(number) != nil else { return nil }
        out.append(.number(String(number)))
      } else if first == "_" || (first.isASCII && first.isLetter) {
        let name = rest.prefix { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
        out.append(.name(String(name)))
        rest = rest.dropFirst(name.count)
      } else {
        let sign = ["&&", "||", "==", "!=", "<=", ">="].first { rest.hasPrefix($0) } ?? String(first)
        out.append(.sign(sign))
        rest = rest.dropFirst(sign.count)
      }
    }
    return out
  }
}
