import KCCodec
import KCData
import KCLang

extension Project {
  /// Reads a file of parameters; what is wrong with its text is the compiler's to report.
  static func parameterFile(_ path: String) throws -> ParameterFile {
    guard let bytes = Files.read(path) else {
      let isFolder = ProjectSources.realPath(path).map { Files.isFolder($0) } ?? false
      throw Terminal.fail(
        isFolder ? "\(path) is a folder" : "there is no file \(path)", help: "--params names a YAML or JSON file",
        code: .input)
    }
    return ParameterFile(path: path, bytes: bytes, content: content(bytes, isJSON: path.hasSuffix(".json")))
  }

  private static func content(_ bytes: [UInt8], isJSON: Bool) -> ParameterFile.Content {
    do {
      // What YAML takes and JSON does not: commas too many, comments.
      if isJSON { _ = try JSON.parse(bytes) }
      let documents = try YAML.parseWithPlaces(String(decoding: bytes, as: UTF8.self), as: .textKeys)
      if documents.count > 1 {
        return .problem(
          "it holds \(documents.count) documents, and one map of values is read", at: place(documents[1].place))
      }
      guard let document = documents.first else { return .values(.null, places: [:]) }
      if let (path, tag) = document.tags.min(by: { "\($0.key)" < "\($1.key)" }) {
        let place = document.places[path] ?? document.place
        return .problem("the tag `\(tag)` has no meaning here", at: self.place(place))
      }
      return .values(document.value, places: document.places.mapValues(place))
    } catch {
      return .problem(error.message, at: ParameterFile.Place(line: error.line, column: error.column))
    }
  }

  private static func place(_ place: YAML.Place) -> ParameterFile.Place {
    ParameterFile.Place(line: place.line, column: place.column)
  }
}
