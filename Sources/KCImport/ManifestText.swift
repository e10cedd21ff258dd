internal import KCCodec
internal import KCData

/// The documents of a manifest's text.
enum ManifestText {
  /// YAML; or what JSON alone has, in a text that begins as JSON does: pairs of surrogates, several objects in a row.
  static func documents(
    _ bytes: [UInt8]
  ) throws(CodecError) -> [(document: YAML.Document, comments: [YAML.Comment])] {
    do throws(CodecError) {
      return try YAML.parseWithComments(bytes)
    } catch {
      let first = bytes.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
      guard first == UInt8(ascii: "{") || first == UInt8(ascii: "["), let values = try? JSON.parseAll(bytes) else {
        throw error
      }
      return values.map { value, line in
        (YAML.Document(value: value, place: YAML.Place(line: line, column: 1)), [])
      }
    }
  }

  /// Whether a line begins a document.
  static func beginsDocument(_ line: ArraySlice<UInt8>) -> Bool {
    line.starts(with: "---".utf8) && line.dropFirst(3).first.map { [0x20, 0x09, 0x0d].contains($0) } ?? true
  }
}
