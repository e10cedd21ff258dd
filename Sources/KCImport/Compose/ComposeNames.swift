internal import KCSyntax

/// Names in the program: each means one thing at the top.
struct ComposeNames {
  /// Whether the library or the language uses a name where the program's own would hide it.
  private static func isReserved(_ name: String) -> Bool {
    LanguageWords.all.contains(name) || SourceText.isStandardName(name) || ComposePorts.namesInProbes.contains(name)
  }

  private var top: Set<String> = []
  private var inner: Set<String> = []

  /// A text as a DNS label: lower case, digits and dashes; nil where nothing of it remains.
  static func dns(_ text: String, limit: Int = 63) -> String? {
    var out = ""
    for byte in text.utf8 {
      switch byte {
      case 97...122, 48...57: out.unicodeScalars.append(Unicode.Scalar(byte))
      case 65...90: out.unicodeScalars.append(Unicode.Scalar(byte + 32))
      default: if !out.isEmpty, !out.hasSuffix("-") { out += "-" }
      }
    }
    out = String(out.prefix(limit))
    while out.hasSuffix("-") { out.removeLast() }
    return out.isEmpty ? nil : out
  }

  /// A name at the top that nothing else has: `wanted`, or with an ending.
  mutating func declare(_ wanted: String, ending: String = "app") -> String {
    var base = wanted
    if let first = base.utf8.first, (48...57).contains(first) { base = "n\(base)" }
    if !SourceText.isBare(base) || Self.isReserved(base) { base += "-\(ending)" }
    var name = base
    if top.contains(name) || inner.contains(name) { name = "\(base)-\(ending)" }
    var number = 2
    while top.contains(name) || inner.contains(name) {
      name = "\(base)-\(number)"
      number += 1
    }
    top.insert(name)
    return name
  }

  /// A name inside a workload, which may stand in many, and is none at the top.
  mutating func local(_ wanted: String, ending: String) -> String {
    var base = wanted
    if let first = base.utf8.first, (48...57).contains(first) { base = "n\(base)" }
    var name = SourceText.isBare(base) && !Self.isReserved(base) ? base : "\(base)-\(ending)"
    var number = 2
    while top.contains(name) {
      name = number == 2 ? "\(base)-\(ending)" : "\(base)-\(ending)-\(number)"
      number += 1
    }
    inner.insert(name)
    return name
  }

  func isTop(_ name: String) -> Bool { top.contains(name) }
}
