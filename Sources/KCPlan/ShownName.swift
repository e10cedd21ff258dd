/// How people name an object of a project: by its address in the source, or as plans call it.
public enum ShownName {
  /// Whether a word of the command line means an object: `claim.data`, `claim data` or `claim/data`.
  public static func means(_ word: String, address: String, title: String) -> Bool {
    if word == address || word == title { return true }
    guard let end = word.firstIndex(where: { $0 == "/" || $0 == "." }) else { return false }
    return "\(word[..<end]) \(word[word.index(after: end)...])" == title
  }

  /// The word for the command line that means an object: what plans call it is in quotes where the address looks different.
  public static func word(address: String, title: String) -> String {
    let isPlain = title.split(separator: " ").joined(separator: ".") == address
    return isPlain ? address : "'\(title)'"
  }

  /// What objects are called where no two of them may be called the same: `config settings in shop`.
  public static func apart(_ items: [(title: String, key: ObjectKey)]) -> [String] {
    // By title, how many there are in each namespace.
    var same: [String: [String: Int]] = [:]
    for (title, key) in items { same[title, default: [:]][key.namespace, default: 0] += 1 }
    return items.map { title, key in
      guard let places = same[title], let beside = places[key.namespace], places.count > 1 || beside > 1 else {
        return title
      }
      if beside > 1 { return key.group.isEmpty ? title : "\(title) of \(key.group)" }
      return key.namespace.isEmpty ? title : "\(title) in \(key.namespace)"
    }
  }

  /// The names of all objects that are declared, or that the project owns.
  struct Names {
    private var titles: [ObjectKey: (address: String, title: String)] = [:]

    init(_ desired: [DesiredObject], _ owned: [InventoryEntry]) {
      var items: [(title: String, key: ObjectKey)] = []
      var addresses: [String] = []
      var seen: Set<ObjectKey> = []
      for item in desired where seen.insert(item.key).inserted {
        items.append((item.title, item.key))
        addresses.append(item.address)
      }
      for entry in owned where seen.insert(entry.key).inserted {
        items.append((entry.title, entry.key))
        addresses.append(entry.address)
      }
      for (index, title) in apart(items).enumerated() { titles[items[index].key] = (addresses[index], title) }
    }

    /// The addresses of the objects that words of the command line mean; what means nothing stays as it is.
    func addresses(of words: Set<String>) -> Set<String> {
      if words.isEmpty { return [] }
      return words.union(
        titles.values.filter { name in words.contains { means($0, address: name.address, title: name.title) } }
          .map(\.address))
    }

    func call(_ steps: inout [Step]) {
      for index in steps.indices {
        if let name = titles[steps[index].key] { steps[index].title = name.title }
      }
    }
  }
}
