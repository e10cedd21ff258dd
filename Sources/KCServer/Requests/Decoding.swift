internal import KCCodec
internal import KCData
internal import KCKube

/// The object of a request, and what to warn its sender of.
struct DecodedBody {
  var object: Value
  var warnings: [String] = []
}

extension APIServer {
  /// The body of a request as a value; null where there is none.
  static func body(_ request: APIRequest) throws(APIStatus) -> Value {
    switch request.body {
    case .value(let value): return value
    case .none: return .null
    case .bytes(let bytes):
      if bytes.isEmpty { return .null }
      if isProtobuf(request) { return try protobuf(bytes) }
      do {
        guard isYAML(request, bytes) else { return try JSON.parse(bytes) }
        return try YAML.parseAll(String(decoding: bytes, as: UTF8.self)).first ?? .null
      } catch {
        throw .badRequest("the body of the request cannot be read: \(error.message)")
      }
    }
  }

  private static func isYAML(_ request: APIRequest, _ bytes: [UInt8]) -> Bool {
    let first = bytes.first { $0 != 0x20 && $0 != 0x0a && $0 != 0x0d && $0 != 0x09 }
    return (request.contentType?.contains("yaml") ?? false) && first != UInt8(ascii: "{")
  }

  /// The object of a body, and what it says twice: that is forbidden only where validation is strict.
  private static func repeatingBody(
    _ request: APIRequest
  ) throws(APIStatus) -> (value: Value, repeated: [String]) {
    guard case .bytes(let bytes) = request.body, !bytes.isEmpty, !isProtobuf(request) else {
      return (try body(request), [])
    }
    do {
      if isYAML(request, bytes) {
        let (values, repeated) = try YAML.parseRepeating(bytes)
        return (values.first ?? .null, repeated.map { "line \($0.line): key \"\($0.key)\" already set in map" })
      }
      return try repeatingJSON(bytes)
    } catch {
      throw .badRequest("the body of the request cannot be read: \(error.message)")
    }
  }

  /// The fast reader takes nothing twice; what it refuses is read once more, slowly.
  private static func repeatingJSON(
    _ bytes: [UInt8]
  ) throws(CodecError) -> (value: Value, repeated: [String]) {
    do throws(CodecError) {
      return (try JSON.parse(bytes), [])
    } catch {
      // A text that is broken in another way is told of as the fast reader does.
      guard let found = try? JSON.parseRepeating(bytes), !found.repeated.isEmpty else { throw error }
      return (found.value, found.repeated.map { "duplicate field \"\($0)\"" })
    }
  }

  /// Refuses bodies in a format that is not read.
  static func checkMedia(_ request: APIRequest, _ accepted: [String]) throws(APIStatus) {
    guard case .bytes = request.body, let type = request.contentType, !type.isEmpty else { return }
    let media = type.split(separator: ";").first.map { $0.filter { $0 != " " } } ?? ""
    if accepted.contains(media) { return }
    throw APIStatus(
      code: 415, reason: "UnsupportedMediaType",
      message: "the body of the request was in an unknown format - accepted media types include: "
        + accepted.joined(separator: ", "))
  }

  static let objectMedia = ["application/json", "application/yaml", Protobuf.mediaType]

  private static func isProtobuf(_ request: APIRequest) -> Bool {
    request.contentType?.hasPrefix(Protobuf.mediaType) ?? false
  }

  private static func protobuf(_ bytes: [UInt8]) throws(APIStatus) -> Value {
    do {
      return try Protobuf.decode(bytes)
    } catch {
      throw .badRequest("the body of the request cannot be read: \(error.message)")
    }
  }

  /// The object that a create or an update sends.
  func decode(_ request: APIRequest, _ type: ResourceType, _ options: WriteOptions) throws(APIStatus) -> DecodedBody {
    try Self.checkMedia(request, Self.objectMedia)
    if case .none = request.body {
      throw .badRequest("the object provided is unrecognized (must be of type \(type.kind)): the body is empty")
    }
    if case .bytes(let bytes) = request.body, bytes.isEmpty {
      throw .badRequest("the object provided is unrecognized (must be of type \(type.kind)): the body is empty")
    }
    var (object, repeated) = try Self.repeatingBody(request)
    if object == .null { object = [:] }
    guard object.object != nil else {
      throw .badRequest("the object provided is unrecognized (must be of type \(type.kind)): it is no object")
    }
    let catalogue = try objects.read { state throws(APIStatus) in state.catalogue }
    try Self.checkKind(&object, type, isCustom: catalogue.isCustom(type))
    let problems = Problems(object, type, catalogue)
    let strictly = repeated + problems.unknown
    if let misfit = problems.misfits.first {
      throw .badRequest(
        "\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): "
          + "\(misfit.field): \(misfit.message)"
      )
    }
    if !strictly.isEmpty, options.fieldValidation == .strict {
      throw .badRequest(
        "\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): strict decoding error: "
          + strictly.joined(separator: ", "))
    }
    return DecodedBody(object: object, warnings: options.fieldValidation == .warn ? strictly : [])
  }

  /// What a body says of its kind must be what the path says; what it leaves out is filled in.
  private static func checkKind(
    _ object: inout Value, _ type: ResourceType, isCustom: Bool
  ) throws(APIStatus) {
    let apiVersion = object.apiVersion.flatMap { $0.isEmpty ? nil : $0 } ?? type.apiVersion
    let kind = object.kind.flatMap { $0.isEmpty ? nil : $0 } ?? type.kind
    // Custom resources have no types to be decoded into: another kind in the same version is seen by validation.
    if isCustom, apiVersion == type.apiVersion, kind != type.kind {
      throw .invalid(
        kind: kind, group: type.group, object.name ?? "",
        [
          .init(
            reason: "FieldValueInvalid", message: "Invalid value: \"\(kind)\": must be \(type.kind)", field: "kind")
        ])
    }
    if apiVersion != type.apiVersion || kind != type.kind {
      let version = apiVersion.split(separator: "/").last.map(String.init) ?? ""
      throw .badRequest(
        "\(kind) in version \"\(version)\" cannot be handled as a \(type.kind): \(type.apiVersion) \(type.kind) is "
          + "expected here")
    }
    object["apiVersion"] = .string(type.apiVersion)
    object["kind"] = .string(type.kind)
  }

  /// What does not fit an object's type.
  struct Problems {
    /// `unknown field "x"`, one for each.
    var unknown: [String] = []
    var misfits: [APIStatus.Cause] = []

    init(_ object: Value, _ type: ResourceType, _ catalogue: Catalogue) {
      if catalogue.isCustom(type) {
        let causes = catalogue.schema.unknownFields(of: object, apiVersion: type.apiVersion, kind: type.kind)
        unknown = causes.map(\.message)
        // Metadata is the same for all kinds: that of the simplest one is looked at.
        note(["metadata": object["metadata"] ?? [:]], Self.plain)
        return
      }
      note(object, type)
    }

    private static let plain = ResourceType(
      group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true)

    private mutating func note(_ object: Value, _ type: ResourceType) {
      for cause in Validation.unknownFields(object, type: type) {
        guard cause.message.hasPrefix("unknown field") else {
          misfits.append(cause)
          continue
        }
        if !unknown.contains(cause.message) { unknown.append(cause.message) }
      }
    }
  }

  /// Adds a warning to those that an answer has.
  static func warn(_ response: inout APIResponse, _ text: String?) {
    guard let text, let header = warningHeader([text])["warning"] else { return }
    response.headers["warning"] = [response.headers["warning"], header].compactMap { $0 }.joined(separator: ", ")
  }

  /// The header that tells of warnings.
  static func warningHeader(_ warnings: [String]) -> [String: String] {
    if warnings.isEmpty { return [:] }
    let list = warnings.map { text in
      "299 - \"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: " "))\""
    }
    return ["warning": list.joined(separator: ", ")]
  }
}
