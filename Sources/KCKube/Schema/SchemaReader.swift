internal import KCData

extension KubeSchema {
  /// Reads the form that `Scripts/generate-kube-schema` describes.
  init(lines text: String) {
    var kindNames: [(String, String)] = []
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard let letter = words.first, words.count > 1 else { continue }
      switch letter {
      case "K" where words.count == 4: kindNames.append(("\(words[1]) \(words[2])", String(words[3])))
      case "T":
        let index = slot(String(words[1]))
        types[index].isAtomic = words.contains("atomic")
        current = index
      case "F" where words.count > 2: add(field(words))
      default: continue
      }
    }
    for (kind, name) in kindNames { kinds[kind] = slot(name) }
    current = nil
  }

  /// The index of a type, which may not have been read yet.
  mutating func slot(_ name: String) -> Int {
    if let index = typeIndex[name] { return index }
    typeIndex[name] = types.count
    types.append(TypeSchema(name: name))
    return types.count - 1
  }

  mutating func add(_ field: Field) {
    guard let current else { return }
    types[current].index[field.name] = types[current].fields.count
    types[current].fields.append(field)
  }

  private mutating func field(_ words: [Substring]) -> Field {
    var field = Field(name: String(words[1]))
    if field.name.hasSuffix("!") {
      field.name.removeLast()
      field.isRequired = true
    }
    field.shape = shape(words[2])
    for word in words.dropFirst(3) {
      let value = String(word.dropFirst(2))
      switch word.prefix(2) {
      case "L=": field.listKind = ListKind(rawValue: value)
      case "K=": field.keys = value.split(separator: ",").map(String.init)
      case "A": field.isAtomic = true
      case "Y": field.presence = .always
      case "Z": field.presence = .whenNotZero
      case "N": field.presence = .nullWhenNotSet
      case "M=": field.mergeKey = value
      case "P=": field.strategy = value
      case "E=": field.allowed = value.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      case "D=": field.defaultValue = Self.scalar(value)
      default: continue
      }
    }
    return field
  }

  /// A default: JSON text of a scalar. The schemas have no others.
  private static func scalar(_ text: String) -> Value? {
    switch text {
    case "true": .bool(true)
    case "false": .bool(false)
    default:
      if text.hasPrefix("\""), text.hasSuffix("\""), text.utf8.count > 1 {
        .string(String(text.dropFirst().dropLast()))
      } else {
        Int64(text).map { .int($0) }
      }
    }
  }

  private mutating func shape(_ text: Substring) -> Shape {
    switch text.first {
    case "@": .type(slot(String(text.dropFirst())))
    case "[": .list(shape(text.dropFirst()))
    case "{": .map(shape(text.dropFirst()))
    case "s": .string
    case "i": .integer
    case "l": .long
    case "n": .number
    case "b": .bool
    case "q": .quantity
    case "x": .intOrString
    case "t": .time
    case "u": .microTime
    case "y": .bytes
    default: .any
    }
  }
}
