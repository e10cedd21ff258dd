internal import KCData

/// A type in the signature of a builtin method.
indirect enum SignatureType: Sendable, Hashable {
  case any
  /// A type of the table.
  case plain(TypeID)
  /// What the receiver is a list or map of.
  case element
  /// What the function that is given returns.
  case result
  case list(SignatureType)
  case map(SignatureType)
  case optional(SignatureType)
  case function([SignatureType], SignatureType)
  case either([SignatureType])
}

/// A parameter of a builtin method.
struct SignatureParameter: Sendable, Hashable {
  var name: String
  var type: SignatureType
  var isOptional: Bool
}

/// What a builtin method takes and gives, read from the line that its documentation shows:
/// `padStart(width: Int, with: String = " ") -> String`.
struct Signature: Sendable, Hashable {
  var name: String
  var parameters: [SignatureParameter] = []
  var result = SignatureType.any

  init(_ text: String) {
    var reader = SignatureReader(text)
    name = reader.word()
    // The type parameters, which are always `<U>`.
    if reader.take("<") {
      _ = reader.word()
      _ = reader.take(">")
    }
    guard reader.take("(") else { return }
    while !reader.take(")"), !reader.isAtEnd {
      let label = reader.word()
      _ = reader.take(":")
      let type = reader.type()
      let isOptional = reader.take("=")
      if isOptional { reader.skipDefault() }
      parameters.append(SignatureParameter(name: label, type: type, isOptional: isOptional))
      _ = reader.take(",")
    }
    if reader.take("->") { result = reader.type() }
  }

  /// How many arguments must be given.
  var required: Int { parameters.count { !$0.isOptional } }
}

/// Reads a signature from left to right. Signatures are the compiler's own: what it cannot read is any type.
private struct SignatureReader {
  private var rest: Substring
  init(_ text: String) { rest = text[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ sign: String) -> Bool {
    rest = rest.drop { $0 == " " }
    guard rest.hasPrefix(sign) else { return false }
    rest = rest.dropFirst(sign.count)
    return true
  }

  mutating func word() -> String {
    rest = rest.drop { $0 == " " }
    let word = rest.prefix { $0.isLetter || $0.isNumber }
    rest = rest.dropFirst(word.count)
    return String(word)
  }

  /// A default ends before the comma or parenthesis that follows it.
  mutating func skipDefault() {
    rest = rest.drop { $0 == " " }
    if rest.first == "\"" {
      rest = rest.dropFirst().drop { $0 != "\"" }.dropFirst()
      return
    }
    rest = rest.drop { $0 != "," && $0 != ")" }
  }

  mutating func type() -> SignatureType {
    var all = [single()]
    while take("|") { all.append(single()) }
    return all.count == 1 ? all[0] : .either(all)
  }

  private mutating func single() -> SignatureType {
    var type: SignatureType
    if take("(") {
      var parameters: [SignatureType] = []
      while !take(")"), !isAtEnd {
        parameters.append(self.type())
        _ = take(",")
      }
      guard take("->") else { return .any }
      return .function(parameters, self.type())
    }
    let name = word()
    switch name {
    case "List", "Map":
      _ = take("<")
      if name == "Map", rest.hasPrefix("String, ") { rest = rest.dropFirst(8) }
      let inner = self.type()
      _ = take(">")
      type = name == "List" ? .list(inner) : .map(inner)
    case "T": type = .element
    case "U": type = .result
    default: type = Self.plain[name].map { .plain($0) } ?? .any
    }
    if take("?") { type = .optional(type) }
    return type
  }

  private static let plain: [String: TypeID] = [
    "String": TypeTable.string, "Int": TypeTable.int, "Float": TypeTable.float, "Bool": TypeTable.bool,
    "Quantity": TypeTable.quantity, "Duration": TypeTable.duration, "Percent": TypeTable.percent,
    "Regex": TypeTable.regex, "Record": TypeTable.record,
  ]
}

extension Program {
  /// The type that stands behind one of a signature, for a receiver of elements of a type; `result` is what the function
  /// gives that was passed.
  mutating func type(_ type: SignatureType, element: TypeID, result: TypeID = TypeTable.any) -> TypeID {
    switch type {
    case .any: return TypeTable.any
    case .plain(let plain): return plain
    case .element: return element
    case .result: return result
    case .list(let inner): return types.add(.list(self.type(inner, element: element, result: result)))
    case .map(let inner): return types.add(.map(self.type(inner, element: element, result: result)))
    case .optional(let inner):
      let plain = self.type(inner, element: element, result: result)
      return plain == TypeTable.any ? plain : optional(plain)
    case .function(let parameters, let value):
      let own = parameters.map { self.type($0, element: element, result: result) }
      return types.add(.signature(own, self.type(value, element: element, result: result)))
    case .either(let members):
      return types.add(.union(members.map { self.type($0, element: element, result: result) }))
    }
  }
}
