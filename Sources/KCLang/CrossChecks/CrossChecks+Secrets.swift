internal import KCData
internal import KCKube
internal import KCSyntax

/// The texts of secrets.
extension CrossChecks {
  /// Warns of texts that are in base 64 as they are written, and are put into it once more: pods would read base 64.
  mutating func checkSecret(_ object: Object) {
    guard let texts = child(object.root, isPlain ? names.stringData : names.data), texts.value.tag == .record else {
      return
    }
    for field in program.tree.fields(of: texts.value) {
      guard let node = child(texts, field.key), let written = program.tree.text(of: node.value) else { continue }
      // What kc's own kind has was put into base 64 already, and the API does it with `stringData`.
      let bytes = isPlain ? Array(written.utf8) : Base64.decode(written) ?? []
      guard let text = String(validating: bytes, as: UTF8.self), Self.isEncoded(text), isWritten(text, at: node.site)
      else { continue }
      let key = program.tree.keys.text(field.key)
      report(
        "KC0419", "`\(key)` of \(title(object)) is in base 64 already, and is put into it once more", at: node.site,
        isWarning: true, notes: ["pods would read the base 64, not what it says"],
        help: "write the text itself, or what the base 64 says: `\"…\".base64Decode() ?? \"\"`")
    }
  }

  /// Whether a text stands behind a key as it is: what an expression puts into base 64 is meant to be in it.
  private func isWritten(_ text: String, at site: Int32) -> Bool {
    let span = program.span(site)
    guard program.trees.indices.contains(span.file) else { return false }
    let rest = program.trees[span.file].file.bytes.dropFirst(span.end)
    return String(decoding: rest.prefix(text.utf8.count + 12), as: UTF8.self).contains("\"\(text)\"")
  }

  /// Whether a text is certainly plain text in base 64: what it says can be read, and its letters are no word.
  private static func isEncoded(_ text: String) -> Bool {
    guard text.utf8.count >= 12, text.utf8.count % 4 == 0, let bytes = Base64.decode(text),
      Base64.encode(bytes) == text, bytes.allSatisfy({ (32...126).contains($0) || $0 == 10 })
    else { return false }
    if text.hasSuffix("=") { return true }
    return text.utf8.count >= 16 && text.contains { $0.isUppercase } && text.contains { $0.isLowercase }
  }
}
