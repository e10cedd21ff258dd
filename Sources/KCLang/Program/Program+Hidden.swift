internal import KCData
internal import KCSyntax

/// What was given for secrets by arguments and files of parameters, and must not be shown.
struct HiddenTexts: Sendable {
  /// What was overwritten in files, in parts: by the file.
  var parts: [Int: Set<String>] = [:]
  /// Values that nothing says the types of: of names that there are not, of files that cannot be read.
  var unplaced: [Span] = []
  /// What is to be hidden of the value from a file that is being read.
  var given: [Span] = []
  /// Where values became secret.
  var sites: Set<Int32> = []
  /// Texts that became secret where they were used, and stand elsewhere as plain ones.
  var texts: Set<String> = []
}

/// Hiding what is secret from excerpts and messages.
extension Program {
  /// Whether values of a type are secret, or hold ones that are as parts of theirs.
  func holdsSecret(_ type: TypeID) -> Bool {
    switch types[types.base(type)] {
    case .secret: true
    case .optional(let inner), .list(let inner), .map(let inner), .range(let inner): holdsSecret(inner)
    case .union(let members): members.contains(where: { holdsSecret($0) })
    default: false
    }
  }

  /// Whether values of a type may be secret, or hold ones that are, in whatever they stand.
  mutating func mayHoldSecret(_ type: TypeID) -> Bool {
    var seen: Set<Int32> = []
    return mayHoldSecret(type, &seen)
  }

  private mutating func mayHoldSecret(_ type: TypeID, _ seen: inout Set<Int32>) -> Bool {
    switch types[types.base(type)] {
    case .secret: return true
    case .optional(let inner), .list(let inner), .map(let inner), .range(let inner), .deferred(let inner):
      return mayHoldSecret(inner, &seen)
    case .union(let members):
      for member in members where mayHoldSecret(member, &seen) { return true }
      return false
    case .schema(let schema), .children(let schema):
      // What refers to a block does not hold it.
      guard !schemas[Int(schema.index)].isBlock, seen.insert(schema.index).inserted else { return false }
      ensureSchema(schema.index)
      for slot in schemas[Int(schema.index)].slots {
        let child = slot.childSchema
        if mayHoldSecret(child >= 0 ? types.add(.schema(SchemaID(index: child))) : slot.type, &seen) { return true }
      }
      return false
    default: return false
    }
  }

  /// Whether a value is secret, or holds one that is, in whatever it stands: also in what no block declares.
  mutating func tellsSecret(_ value: TreeValue, _ depth: Int = 0) -> Bool {
    if value.isSecret { return true }
    guard depth < 16 else { return false }
    switch value.tag {
    case .string: return !hiddenTexts.texts.isEmpty && tree.text(of: value).map(hiddenTexts.texts.contains) ?? false
    case .record:
      for field in Array(tree.fields(of: value)) where tellsSecret(field.value, depth + 1) { return true }
    case .list:
      for item in Array(tree.items(of: value)) where tellsSecret(item, depth + 1) { return true }
    case .instance:
      let index = Int32(bitPattern: value.payload)
      let schema = instances[Int(index)].schema
      guard instances[Int(index)].name < 0 else { return false }
      guard schema >= 0 else { return tellsSecret(materialize(value), depth + 1) }
      for (place, slot) in schemas[Int(schema)].slots.enumerated() where slot.childSchema < 0 {
        if tellsSecret(read(index, slot: Int32(place), at: 0), depth + 1) { return true }
      }
    default: break
    }
    return false
  }

  /// Keeps where a plain value has become a secret, and what it is: it stands in the source in clear.
  mutating func becomesSecret(_ value: TreeValue, at site: Int32) {
    guard isOwn(site) else { return }
    hiddenTexts.sites.insert(site)
    if value.tag == .string, value.length > 0, let text = tree.text(of: value) { hiddenTexts.texts.insert(text) }
  }

  /// Overwrites what was given for a secret, so that no excerpt shows it.
  mutating func hide(_ span: Span) { hide([span], in: span.file) }

  /// The same for several texts of one file, which is written anew once.
  mutating func hide(_ spans: [Span], in file: Int) {
    guard !spans.isEmpty, files.indices.contains(file), !modules.contains(where: { $0.file == file }) else { return }
    var bytes = files[file].bytes
    for span in spans {
      let range = span.range.clamped(to: 0..<bytes.count)
      hiddenTexts.parts[file, default: []].formUnion(Self.parts(of: String(decoding: bytes[range], as: UTF8.self)))
      for place in range where bytes[place] != 10 { bytes[place] = UInt8(ascii: "*") }
    }
    files[file] = SourceFile(id: file, path: files[file].path, bytes: bytes)
  }

  /// Hides what was given for names that there are not, where the program has secrets: it may have been meant for one.
  mutating func hideUnplaced() {
    guard !hiddenTexts.unplaced.isEmpty, usesSecrets || takesSecrets() else { return }
    for span in hiddenTexts.unplaced { hide(span) }
    hiddenTexts.unplaced = []
  }

  /// Whether some parameter of the program may be, or hold, a secret.
  private mutating func takesSecrets() -> Bool {
    for module in modules where !module.isStandard && module.scope >= 0 {
      for name in scopes[Int(module.scope)].names.values {
        guard let node = name.node, node.kind == .paramDecl, let type = node.parts.first(where: \.isType) else {
          continue
        }
        if mayHoldSecret(compileType(type, in: module.scope)) { return true }
      }
    }
    return false
  }

  /// The words of a text, but for those that name what stands behind them.
  private static func parts(of text: String) -> Set<String> {
    var found: Set<String> = []
    func isEnd(_ character: Character) -> Bool { character.isWhitespace || "{}[]():=,\"'`".contains(character) }
    func isKey(_ rest: Substring) -> Bool {
      let next = rest.drop { $0 == " " || $0 == "\"" || $0 == "'" }.first
      return next == "=" || next == ":"
    }
    var rest = text[...]
    while let start = rest.firstIndex(where: { !isEnd($0) }) {
      let word = rest[start...].prefix { !isEnd($0) }
      rest = rest[word.endIndex...]
      if !isKey(rest) { found.insert(String(word)) }
    }
    // What is no list and no record is one value, whatever is in it.
    let whole = text.drop { " :\n\r\"".contains($0) }
    let isMade = whole.first == "[" || whole.first == "{" || text.contains("\n") || isKey(whole.drop { !isEnd($0) })
    if !isMade { found.insert(String(whole)) }
    return found
  }

  /// A diagnostic as it may be shown: messages about what is hidden in an excerpt do not quote it either.
  func redacted(_ diagnostic: Diagnostic) -> Diagnostic {
    guard !hiddenTexts.parts.isEmpty, let parts = hiddenTexts.parts[diagnostic.span.file] else { return diagnostic }
    var shown = diagnostic
    shown.message = Self.redacted(shown.message, parts)
    shown.notes = shown.notes.map { Self.redacted($0, parts) }
    for place in shown.labels.indices {
      shown.labels[place].message = Self.redacted(shown.labels[place].message, parts)
    }
    shown.help = shown.help.map { Self.redacted($0, parts) }
    if let fix = shown.fix, Self.tells(fix.replacement, parts) { shown.fix = nil }
    return shown
  }

  /// A message without the quotations that hold one of some words.
  private static func redacted(_ message: String, _ parts: Set<String>) -> String {
    var out = ""
    var rest = message[...]
    while let start = rest.firstIndex(where: { "`\"'".contains($0) }) {
      let mark = rest[start]
      let inside = rest[rest.index(after: start)...]
      // An apostrophe within a word quotes nothing.
      let isQuote = mark != "'" || start == rest.startIndex || rest[rest.index(before: start)] == " "
      guard isQuote, let end = inside.firstIndex(of: mark) else {
        out += rest[...start]
        rest = inside
        continue
      }
      let text = String(inside[..<end])
      out += rest[..<start]
      out += tells(text, parts) ? "\(mark)\(Tree.secretText)\(mark)" : "\(mark)\(text)\(mark)"
      rest = inside[inside.index(after: end)...]
    }
    return out + rest
  }

  /// Whether a text is one of some words, holds one, or is a piece of one.
  private static func tells(_ text: String, _ parts: Set<String>) -> Bool {
    var core = text
    core.removeAll { "\"'…".contains($0) }
    if parts.contains(core) { return true }
    return parts.contains { part in
      (part.count > 2 && core.contains(part)) || (core.count > 2 && part.contains(core))
    }
  }
}
