internal import KCSyntax

/// Which words of the language can stand as names, and where. The parser is asked: it decides.
enum SourceWords {
  /// Words that cannot be set as a field, `if = 1`.
  static let unsettable = words { "block {\n  \($0) = 1\n}\n" }
  /// Words that cannot be opened as a block of fields, `test { a = 1 }`.
  static let unopenable = words { "block {\n  \($0) {\n    a = 1\n  }\n}\n" }
  /// Words that cannot name a block, `port if = 1`.
  static let unnamable = words { "block \($0) {}\nouter {\n  block \($0) = 1\n}\n" }
  /// Words that cannot name a member of a schema, `if: Int`.
  static let undeclarable = words { "schema S {\n  \($0): Int\n}\n" }
  /// Words that are no name where a value is expected.
  static let unreadable = words { "let a = \($0)\nlet b = [\n  \($0)\n  \($0).x\n]\nlet c = f(\($0), x: \($0))\n" }
    .union(LanguageWords.values)

  /// The words with which a program is not what it is with a plain name in their place.
  private static func words(in program: (String) -> String) -> Set<String> {
    let usual = kinds(program("plain"))
    return LanguageWords.all.filter { kinds(program($0)) != usual }
  }

  /// The kinds of a program's nodes in order; what has mistakes has others.
  private static func kinds(_ text: String) -> [SyntaxKind] {
    let tree = Parser.parse(SourceFile(id: 0, path: "words.kc", bytes: Array(text.utf8)))
    var found: [SyntaxKind] = tree.diagnostics.isEmpty ? [] : [.missing]
    var queue = [tree.root]
    while let node = queue.popLast() {
      found.append(node.kind)
      queue += node.childNodes
    }
    return found
  }
}
