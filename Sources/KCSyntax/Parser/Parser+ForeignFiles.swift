/// Files of other tools: the whole file is one mistake.
extension Parser {
  /// Reports a Kubernetes manifest or a Compose file, told by the keys of its first column. Nothing else is said of it.
  mutating func checkForeign() {
    guard let habit = foreignFile() else { return }
    diagnostics = []
    report(habit, file.line(at: habit.range.lowerBound))
  }

  private func foreignFile() -> Habit? {
    // A file of kc begins with none of these, nor does one whose `#` was reported.
    let isYAML = kind(0) == .name && kind(1) == .colon || kind(0) == .minus && kind(1) == .minus || !diagnostics.isEmpty
    let isJSON = kind(0) == .leftBrace && kind(1) == .stringOpen
    guard isYAML || isJSON else { return nil }
    var keys: [String: Int] = [:]
    for place in tokens.indices.prefix(4000) where isJSON ? kind(place) == .stringOpen : isFirstColumn(place) {
      let name = isJSON ? place + 1 : place
      let colon = isJSON ? place + 3 : place + 1
      if kind(colon) == .colon, keys[word(name)] == nil { keys[word(name)] = place }
    }
    if let version = keys["apiVersion"], let kind = keys["kind"] {
      let first = min(version, kind)
      return Habit(
        code: "KC0016", message: "this is a Kubernetes manifest in \(isJSON ? "JSON" : "YAML")",
        range: range(first, first + (isJSON ? 3 : 1)), help: "`kc import yaml FILE` writes it as kc",
        isWholeFile: true)
    }
    guard let services = keys["services"], isJSON || isCompose(services) else { return nil }
    return Habit(
      code: "KC0016", message: "this is a Compose file", range: range(services, services + (isJSON ? 3 : 1)),
      help: "`kc import compose FILE` writes it as kc", isWholeFile: true)
  }

  private func isFirstColumn(_ place: Int) -> Bool {
    kind(place) == .name && (place == 0 || tokens[place].isAfterNewline) && indentation(tokens[place]) == 0
  }

  /// Whether names with a `:` and nothing else on their line follow `services:`.
  private func isCompose(_ place: Int) -> Bool {
    kind(place + 2) == .name && tokens[place + 2].isAfterNewline && kind(place + 3) == .colon
      && tokens[place + 4].isAfterNewline && indentation(tokens[place + 2]) > 0
  }
}
