internal import KCData

/// Texts that a file's objects repeat, and the names that they get.
struct Lift {
  /// The name of each text.
  private(set) var names: [String: String] = [:]
  /// The declarations, and an empty line; empty where there are none.
  private(set) var text = ""

  /// The shortest text that is lifted, in bytes, and how often it has to stand there.
  private static let shortest = 8
  private static let fewest = 3

  private struct Use {
    var key: String
    var count: Int
  }

  init(_ objects: [Value]) {
    var uses: [String: Use] = [:]
    var order: [String] = []
    var taken: Set<String> = []
    for object in objects {
      if let name = object.at("metadata", "name")?.string { taken.insert(name) }
      for (key, value) in object.object ?? [:] where !["apiVersion", "kind", "metadata"].contains(key) {
        Self.count(value, key, &uses, &order, depth: 0)
      }
      if let namespace = object.at("metadata", "namespace") {
        Self.count(namespace, "namespace", &uses, &order, depth: 0)
      }
    }
    var declarations = ""
    for value in order {
      guard let use = uses[value] else { continue }
      let isImage = use.key == "image"
      guard use.count >= (isImage ? 2 : Self.fewest), SourceText.isBlockName(use.key) else { continue }
      var name = use.key
      var number = 1
      while !taken.insert(name).inserted {
        number += 1
        name = "\(use.key)\(number)"
      }
      names[value] = name
      declarations += "\(isImage ? "param" : "let") \(name) = \(SourceText.quoted(value))\n"
    }
    text = declarations.isEmpty ? "" : declarations + "\n"
  }

  private static func count(
    _ value: Value, _ key: String, _ uses: inout [String: Use], _ order: inout [String], depth: Int
  ) {
    guard depth < 100 else { return }
    switch value {
    case .object(let fields): for (key, inner) in fields { count(inner, key, &uses, &order, depth: depth + 1) }
    case .array(let elements): for inner in elements { count(inner, key, &uses, &order, depth: depth + 1) }
    case .string(let text):
      guard text.utf8.count >= (key == "image" ? 1 : shortest), text.utf8.count <= 120, !text.contains("\n") else {
        return
      }
      if uses[text] == nil { order.append(text) }
      uses[text, default: Use(key: key, count: 0)].count += 1
    default: return
    }
  }
}
