/// The words of the language, for those who write source: most are names like any other where they mean nothing.
public enum LanguageWords {
  /// All that the grammar gives a meaning somewhere, and the names of values.
  public static let all = Set(Word.allCases.dropFirst().map(\.rawValue)).union(values)
  /// What stands for a value of its own wherever one is expected.
  public static let values: Set<String> = ["false", "none", "null", "self", "true", "workload"]
}

/// The names that the grammar gives a meaning, where they stand in certain places: elsewhere they are names like any other.
enum Word: String, CaseIterable {
  case none
  case affinity, apart, `as`, assert, because, by, component, delete, deny, `else`, `enum`, env, exists, expect, extends
  case final, `for`, from, `func`, `if`, `import`, `in`, info, keyed, `let`, match, maxSkew, minDomains, mixin, moved
  case near, node, not, object, on, or, param, policy, prefer, primary, require, resource, schema, snapshot, spread
  case test, to, tolerate, type, until, use, waive, warn, weight, `where`, with

  /// The words by a hash of their length and two of their letters, so that most names are told from them at once.
  private static let table: [(word: Word, text: [UInt8])] = {
    var table = Array(repeating: (word: Word.none, text: [UInt8]()), count: 1024)
    for word in allCases.dropFirst() {
      let text = Array(word.rawValue.utf8)
      var slot = hash(text[0], text[text.count - 1], text.count)
      while table[slot].word != .none { slot = (slot + 1) & 1023 }
      table[slot] = (word, text)
    }
    return table
  }()

  private static func hash(_ first: UInt8, _ last: UInt8, _ count: Int) -> Int {
    (Int(first) &* 31 &+ Int(last) &* 7 &+ count &* 131) & 1023
  }

  /// The word that these bytes spell, or `none`.
  static func spelled(by bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> Word {
    let count = end - start
    guard count > 1, count <= 10 else { return .none }
    var slot = hash(bytes[start], bytes[end - 1], count)
    while table[slot].word != .none {
      let text = table[slot].text
      if text.count == count, (0..<count).allSatisfy({ text[$0] == bytes[start + $0] }) { return table[slot].word }
      slot = (slot + 1) & 1023
    }
    return .none
  }
}
