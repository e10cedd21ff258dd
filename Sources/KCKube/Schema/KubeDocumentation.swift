internal import CKubeSchema

/// What kinds and fields of the API are for, in a line each: of those that people use daily.
enum KubeDocumentation {
  /// By the name of a type, or that and a field's: `core.v1.Container.image`; `* spec` for all kinds.
  private static let lines: [Substring: Substring] = {
    let bytes = UnsafeBufferPointer(start: kc_kubernetes_docs(), count: kc_kubernetes_docs_size())
    var found: [Substring: Substring] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: line.hasPrefix("*") ? 2 : 1)
      guard let text = words.last, words.count > 1 else { continue }
      found[words.count > 2 ? "*.\(words[1])" : words[0]] = text
    }
    return found
  }()

  /// What a type is; nil where nothing is said of it.
  static func of(type: String) -> String? { lines[type[...]].map(String.init) }

  /// What a field is for; nil where nothing is said of it.
  static func of(field: String, in type: KubeSchema.TypeSchema) -> String? {
    if let own = lines["\(type.name).\(field)"] { return String(own) }
    return type.isKind ? lines["*.\(field)"].map(String.init) : nil
  }

  /// The names of all types and fields that something is said of.
  static var names: [String] { lines.keys.filter { !$0.hasPrefix("*") }.map(String.init) }
}

extension KubeSchema.TypeSchema {
  /// Whether objects of it say their kind and version.
  var isKind: Bool { field("apiVersion") != nil && field("kind") != nil && field("metadata") != nil }
}
