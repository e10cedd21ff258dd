/// Types as other languages write them: `[string]`, `string[]`, `dict[str, int]`, `map[string]string`.
extension Parser {
  /// A type as kc has it, and the place behind its last token.
  private struct Meant {
    var text: String
    var end: Int
  }

  /// The types of kc by their names elsewhere.
  public static let otherTypes: [String: String] = [
    "str": "String", "string": "String", "text": "String", "int": "Int", "integer": "Int", "int32": "Int",
    "int64": "Int", "number": "Int", "bool": "Bool", "boolean": "Bool", "float": "Float", "float64": "Float",
    "double": "Float",
  ]

  private static let maps: Set<String> = ["dict", "Dict", "map", "Map", "Record", "record", "object", "Mapping"]
  private static let lists: Set<String> = [
    "list", "List", "array", "Array", "set", "Set", "seq", "Sequence", "Listing", "vec", "Vec", "slice",
  ]

  /// Takes a type in square brackets, which is reported with what it is here.
  ///
  /// - Returns: whether one stands here.
  mutating func takeOtherType() -> Bool {
    let isNamed = at(.name) && peek(1).kind == .leftBracket && !peek(1).isAfterNewline
    guard at(.leftBracket) || isNamed || at(.leftBrace) && peek(1).kind == .leftBracket else { return false }
    let mark = start()
    let meant = meant(position, 0)
    let text = meant?.text ?? "List<T>"
    let what = text.hasPrefix("Map") ? "a map" : text.hasPrefix("List") ? "a list" : "what may be absent"
    let message = what.hasPrefix("a ") ? "\(what)'s type is `\(text)`" : "\(what) has the type `\(text)`"
    if let meant {
      let whole = range(position, meant.end - 1)
      report("KC0046", message, whole, help: "write `\(meant.text)`", fix: edit(whole, meant.text))
      while position < meant.end { take() }
    } else {
      report("KC0046", message, current.range, help: "write `List<T>`, or `Map<String, T>`")
      skip()
    }
    finish(.unexpected, mark)
    return true
  }

  /// What a type at a place is here; nil where it is none that is told.
  private func meant(_ place: Int, _ depth: Int) -> Meant? {
    guard depth < 20, tokens.indices.contains(place) else { return nil }
    var found: Meant?
    switch kind(place) {
    case .leftBracket:
      let isEmpty = kind(place + 1) == .rightBracket
      guard let element = meant(place + (isEmpty ? 2 : 1), depth + 1) else { return nil }
      guard isEmpty || kind(element.end) == .rightBracket else { return nil }
      found = Meant(text: "List<\(element.text)>", end: element.end + (isEmpty ? 0 : 1))
    case .leftBrace:
      guard kind(place + 1) == .leftBracket, let key = meant(place + 2, depth + 1), kind(key.end) == .rightBracket,
        kind(key.end + 1) == .colon, let value = meant(key.end + 2, depth + 1), kind(value.end) == .rightBrace
      else { return nil }
      found = Meant(text: "Map<\(key.text), \(value.text)>", end: value.end + 1)
    case .name: found = meantByName(place, depth)
    default: return nil
    }
    while let element = found, isFollowed(element.end) {
      if kind(element.end) == .question {
        found = Meant(text: element.text + "?", end: element.end + 1)
      } else if kind(element.end) == .leftBracket, kind(element.end + 1) == .rightBracket {
        found = Meant(text: "List<\(element.text)>", end: element.end + 2)
      } else {
        break
      }
    }
    return found
  }

  private func meantByName(_ place: Int, _ depth: Int) -> Meant? {
    let name = word(place)
    let own = Meant(text: Self.otherTypes[name] ?? name, end: place + 1)
    let isOpen = kind(place + 1) == .leftBracket || kind(place + 1) == .less
    guard isOpen, isFollowed(place + 1), kind(place + 2) != .rightBracket else { return own }
    let close: SyntaxKind = kind(place + 1) == .less ? .greater : .rightBracket
    var arguments: [String] = []
    var end = place + 1
    repeat {
      guard let next = meant(end + 1, depth + 1) else { return nil }
      arguments.append(next.text)
      end = next.end
    } while kind(end) == .comma
    guard kind(end) == close else { return nil }
    if Self.maps.contains(name) {
      // The type of the values stands behind the brackets in `map[string]string`.
      if arguments.count == 1, isFollowed(end + 1), let value = meant(end + 1, depth + 1) {
        return Meant(text: "Map<\(arguments[0]), \(value.text)>", end: value.end)
      }
      if arguments.count == 1 { arguments.insert("String", at: 0) }
      return Meant(text: "Map<\(arguments.joined(separator: ", "))>", end: end + 1)
    }
    if Self.lists.contains(name) { return Meant(text: "List<\(arguments[0])>", end: end + 1) }
    if name == "Optional" || name == "Option" { return Meant(text: "\(arguments[0])?", end: end + 1) }
    return Meant(text: "\(own.text)<\(arguments.joined(separator: ", "))>", end: end + 1)
  }
}
