/// Files of `KEY=VALUE` lines.
enum ComposeEnvFile {
  /// Whether a shell reads the file as Compose does.
  static func isScript(_ bytes: [UInt8]) -> Bool {
    String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).allSatisfy { line in
      guard line.first != "#", let equals = line.firstIndex(of: "=") else { return line.first == "#" }
      let value = line[line.index(after: equals)...]
      if value.count > 1, let quote = value.first, quote == "'" || quote == "\"", value.last == quote {
        return !value.dropFirst().dropLast().contains { $0 == quote || "$`\\".contains($0) }
      }
      return value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:=@%+,".contains($0)) }
    }
  }

  static func parse(_ bytes: [UInt8]) -> [(String, String)] {
    String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap { line in
      var text = line.drop { $0 == " " || $0 == "\t" }
      guard !text.isEmpty, text.first != "#" else { return nil }
      if text.hasPrefix("export ") { text = text.dropFirst(7) }
      guard let equals = text.firstIndex(of: "=") else { return nil }
      let key = text[..<equals].filter { $0 != " " }
      var value = text[text.index(after: equals)...].drop { $0 == " " }
      while value.last == " " || value.last == "\r" { value.removeLast() }
      if value.count > 1, let quote = value.first, quote == "\"" || quote == "'", value.last == quote {
        value = value.dropFirst().dropLast()
        // Between single quotes nothing is a variable.
        if quote == "'" { return key.isEmpty ? nil : (key, String(value.replacing("$", with: "$$"))) }
      }
      return key.isEmpty ? nil : (String(key), String(value))
    }
  }
}
