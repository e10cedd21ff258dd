internal import KCSyntax

extension Diagnostic {
  /// The longest word of a message that is shown whole, in characters: names, keys and paths may be of any length.
  private static let longestWord = 200

  /// The same with words that nobody would read to their end cut in the middle.
  ///
  /// What is secret has to be taken out before: a part of it would not be known as one.
  var shortened: Diagnostic {
    var shown = self
    shown.message = Self.shortened(message)
    shown.notes = notes.map(Self.shortened)
    for place in shown.labels.indices { shown.labels[place].message = Self.shortened(labels[place].message) }
    shown.help = help.map(Self.shortened)
    return shown
  }

  private static func shortened(_ text: String) -> String {
    guard text.utf8.count > longestWord else { return text }
    let words = text.split(separator: " ", omittingEmptySubsequences: false).map { word in
      word.utf8.count > longestWord ? "\(word.prefix(longestWord / 2))…\(word.suffix(longestWord / 4))" : String(word)
    }
    return words.joined(separator: " ")
  }
}
