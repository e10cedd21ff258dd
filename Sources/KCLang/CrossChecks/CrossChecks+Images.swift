internal import KCData

/// Names of images that none can have.
extension CrossChecks {
  /// Reports what makes an image's name one that no registry has.
  ///
  /// - Returns: whether something does.
  mutating func checkImageName(_ image: Node, _ container: String) -> Bool {
    if program.tree.withUTF8(of: image.value, Self.isPlainName) { return false }
    guard let text = program.tree.text(of: image.value), let (why, help) = Self.imageTrouble(text) else { return false }
    report("KC0417", "no registry has the image of `\(container)`: \(why)", at: image.site, isWarning: true, help: help)
    return true
  }

  /// Whether a name is of the common form, `shop/web:1.2.3` without a port or a digest: it needs no second look.
  private static func isPlainName(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var (isBetween, hasTag) = (false, false)
    for byte in text {
      if isLetterOrDigit(byte) {
        isBetween = true
        continue
      }
      // Each sign stands between letters or digits, and what follows a tag is none of a path.
      guard isBetween else { return false }
      switch byte {
      case UInt8(ascii: "."), UInt8(ascii: "-"): break
      case UInt8(ascii: "/"): if hasTag { return false }
      case UInt8(ascii: ":"): if hasTag { return false } else { hasTag = true }
      default: return false
      }
      isBetween = false
    }
    return isBetween && text.count <= 128
  }

  /// What is wrong with an image's name, and the way out; nil for one that may be there.
  private static func imageTrouble(_ text: String) -> (why: String, help: String)? {
    if let trouble = templateTrouble(text) { return trouble }
    // What a tool puts in later is not here yet: a variable, or a blank and `ko://` as some ask for it.
    if text.utf8.allSatisfy({ $0 <= 32 }) || text.utf8.contains(UInt8(ascii: "$")) || text.contains("{{") { return nil }
    if let scheme = ["https://", "http://", "docker://", "oci://"].first(where: text.hasPrefix) {
      return ("it begins with `\(scheme)`", "write `\"\(text.dropFirst(scheme.count))\"`")
    }
    if text.contains("://") { return nil }
    if let open = text.firstIndex(of: "<"), let close = text[open...].firstIndex(of: ">") {
      return ("`\(text[open...close])` stands for something", "write what is meant in its place")
    }
    if text.utf8.contains(where: { $0 <= 32 }) {
      let rest = text.utf8.filter { $0 > 32 }
      return ("it has a space in it", "write `\"\(String(decoding: rest, as: UTF8.self))\"`")
    }
    let (rest, digest) = split(text, at: "@")
    if let digest, !isDigest(digest) {
      return ("`\(digest)` is no digest", "a digest is `sha256:` and 64 digits of `0` to `9` and `a` to `f`")
    }
    return repositoryTrouble(rest, hasDigest: digest != nil)
  }

  /// What Helm and Compose would put in, and nothing else does: charts' values, and variables with a default.
  private static func templateTrouble(_ text: String) -> (why: String, help: String)? {
    for (open, close) in [("{{", "}}"), ("${", "}")] {
      guard let start = text.firstRange(of: open), let end = text[start.upperBound...].firstRange(of: close) else {
        continue
      }
      let inside = text[start.upperBound..<end.lowerBound]
      let isHelm = [".Values", ".Chart", ".Release", "include "].contains { inside.contains($0) }
      guard open == "{{" ? isHelm : inside.contains("-") else { continue }
      return (
        "`\(text[start.lowerBound..<end.upperBound])` is plain text here",
        "what is given from outside is a `param`, put into text: `\"shop/web:\\(tag)\"`"
      )
    }
    return nil
  }

  private static func repositoryTrouble(_ text: String, hasDigest: Bool) -> (why: String, help: String)? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let last = parts.last ?? ""
    let (own, tag) = split(last, at: ":")
    if let tag, tag.isEmpty {
      return ("its tag is empty", hasDigest ? "remove the `:`" : "name a version: `\"\(text)1.2.3\"`")
    }
    if let tag, !isTag(tag) {
      return ("`\(tag)` is no tag", "a tag has letters, digits, `_`, `.` and `-`, up to 128 of them")
    }
    let path = (isHost(parts[0]) && parts.count > 1 ? parts.dropFirst().dropLast() : parts.dropLast()) + [own]
    if path.contains("") { return ("a part of its path is empty", "parts stand between single `/`: `shop/web:1.2.3`") }
    guard let wrong = path.first(where: { !isPathPart($0) }) else { return nil }
    if wrong.lowercased() != wrong, isPathPart(wrong.lowercased()) {
      return ("`\(wrong)` has capital letters", "write `\(wrong.lowercased())`: the path of an image is in lower case")
    }
    return (
      "`\(wrong)` is no part of a path",
      "the parts of an image's path have `a` to `z` and digits, with `.`, `_` or `-` between them"
    )
  }

  private static func split(_ text: String, at sign: Character) -> (String, String?) {
    guard let place = text.firstIndex(of: sign) else { return (text, nil) }
    return (String(text[..<place]), String(text[text.index(after: place)...]))
  }

  /// Whether the first part of an image's name is a registry: it has a dot or a port, or is `localhost`.
  private static func isHost(_ part: String) -> Bool {
    part.contains(".") || part.contains(":") || part == "localhost"
  }

  private static func isDigest(_ text: String) -> Bool {
    let (algorithm, digits) = split(text, at: ":")
    guard let digits, !algorithm.isEmpty else { return false }
    let isHex = digits.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    return isHex && (algorithm == "sha256" ? digits.utf8.count == 64 : digits.utf8.count >= 32)
  }

  private static func isTag(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.count <= 128 && bytes[0] != UInt8(ascii: ".") && bytes[0] != UInt8(ascii: "-")
      && bytes.allSatisfy { isLetterOrDigit($0) || [45, 46, 95].contains($0) || (65...90).contains($0) }
  }

  /// Whether it is letters and digits with `.`, `_`, `__` or dashes between them.
  private static func isPathPart(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, let last = bytes.last, isLetterOrDigit(first), isLetterOrDigit(last) else {
      return false
    }
    let runs = bytes.split(whereSeparator: isLetterOrDigit)
    return runs.allSatisfy { run in
      let sign = run.first ?? 0
      guard run.allSatisfy({ $0 == sign }) else { return false }
      return sign == 45 || sign == 46 && run.count == 1 || sign == 95 && run.count <= 2
    }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...122).contains(byte) }
}
