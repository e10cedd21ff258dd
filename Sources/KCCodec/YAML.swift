public import KCData

/// YAML text ⇄ values, as Kubernetes reads and writes it. Reading is libyaml's.
public enum YAML {
  /// Reads all documents of a text; empty ones are left out.
  ///
  /// Plain scalars are typed as by YAML 1.1 (`yes` is a truth value, `0o17` and `017` are octal), merge keys and
  /// aliases are resolved, keys become texts.
  /// - Throws: for text that is no YAML, for a key that stands twice in a map, for what JSON cannot say (`.nan`, lists
  ///   as keys), and past the limits on nesting (512 levels) and on what aliases may multiply to (2 million nodes).
  public static func parseAll(_ text: String) throws(CodecError) -> [Value] { try parseAll(Array(text.utf8)) }

  /// Reads all documents of a text in UTF-8, or in UTF-16 with its mark.
  public static func parseAll(_ bytes: [UInt8]) throws(CodecError) -> [Value] {
    var reader = YAMLReader(isRecordingPlaces: false)
    return try reader.read(bytes).map(\.value)
  }

  /// Reads all documents as Kubernetes reads bodies that it is not strict with: of a key that stands twice in a map the
  /// last value counts.
  ///
  /// - Returns: the documents, and the keys that stood in their map before, with their lines.
  /// - Throws: as `parseAll`, but for repeated keys.
  public static func parseRepeating(
    _ bytes: [UInt8]
  ) throws(CodecError) -> (values: [Value], repeated: [(line: Int, key: String)]) {
    var reader = YAMLReader(isRecordingPlaces: false, isRepeating: true)
    let documents = try reader.read(bytes)
    return (documents.map(\.value), reader.repeated)
  }

  /// A document and where its parts stand.
  public struct Document: Sendable {
    public var value: Value
    /// Where the document's first node stands.
    public var place: Place
    /// Where each field's key and each list element stands. Elements of lists are `.index`, fields `.field`; what an
    /// alias or a merge brings in has the place of the alias only.
    public var places: [FieldPath: Place]
    /// The tags of fields and elements that no version of YAML has: `!reset`.
    public var tags: [FieldPath: String]

    public init(value: Value, place: Place, places: [FieldPath: Place] = [:], tags: [FieldPath: String] = [:]) {
      (self.value, self.place, self.places, self.tags) = (value, place, places, tags)
    }
  }

  /// What plain scalars are.
  public enum Reading: Sendable {
    /// All are typed as by YAML 1.1, as Kubernetes' reader does.
    case kubernetes
    /// Keys are the texts that they are written as.
    case textKeys
    /// As Compose does: keys are texts, of words only `true`, `false` and `null` mean something else (YAML 1.2), and
    /// numbers that only 64 bits without a sign hold are texts, which keeps their digits.
    case compose
  }

  /// A place in a text; both counted from 1, the column in characters.
  public struct Place: Sendable, Hashable {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) {
      self.line = line
      self.column = column
    }
  }

  /// Reads all documents, with the places of their parts: for messages about what is in them. Slower than `parseAll`.
  public static func parseWithPlaces(
    _ text: String, as reading: Reading = .kubernetes
  ) throws(CodecError) -> [Document] {
    var reader = YAMLReader(isRecordingPlaces: true, reading: reading)
    return try reader.read(Array(text.utf8))
  }

  /// A comment, and what it belongs to.
  public struct Comment: Sendable, Hashable {
    public enum Position: Sendable, Hashable {
      /// On lines of its own, before what it belongs to.
      case above
      /// Behind it on its line.
      case behind
      /// After the last element of what it belongs to, a map or a list, and as far in as its elements.
      case below
      /// After all that the document says.
      case atEnd
      /// No comment, but an empty line before what it belongs to.
      case gap
    }

    /// What follows the `#`; nothing of an empty line.
    public var text: String
    /// Counted from 1.
    public var line: Int
    /// What it belongs to; empty at the document's end.
    public var path: FieldPath
    public var position: Position
    /// Whether an empty line stands above it.
    public var isApart: Bool

    public init(text: String, line: Int, path: FieldPath, position: Position, isApart: Bool = false) {
      self.text = text
      self.line = line
      self.path = path
      self.position = position
      self.isApart = isApart
    }
  }

  /// Reads all documents of a text in UTF-8, each with its comments and empty lines, in the order of their lines.
  ///
  /// Duplicate keys are reported with both places. Costs little more than `parseAll`.
  public static func parseWithComments(
    _ bytes: [UInt8]
  ) throws(CodecError) -> [(document: Document, comments: [Comment])] {
    let remarks = YAMLRemarks(bytes)
    var reader = remarks.isEmpty ? YAMLReader(isRecordingPlaces: false) : YAMLReader(remarks: remarks)
    do throws(CodecError) {
      let documents = try reader.read(bytes)
      let comments = reader.comments
      return documents.enumerated().map { ($1, $0 < comments.count ? comments[$0] : []) }
    } catch {
      // Again, to say more about what is wrong.
      var second = YAMLReader(isRecordingPlaces: bytes.count < placesLimit)
      _ = try second.read(bytes)
      throw error
    }
  }

  /// Places are not recorded for larger texts, in bytes: they take more memory than the values.
  private static let placesLimit = 8 << 20
}
