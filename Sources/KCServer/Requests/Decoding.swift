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
      let first = bytes.first { $0 != 0x20 && $0 != 0x0a && $0 != 0x0d && $0 != 0x09 }
      let isYAML = (request.contentType?.contains("yaml") ?? false) && first != UInt8(ascii: "{")
      do {
        guard isYAML else { return try JSON.parse(bytes) }
        return try YAML.parseAll(String(decoding: bytes, as: UTF8.self)).first ?? .null
      } catch {
        throw .badRequest("the body of the request cannot be read: \(error.message)")
      }
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

  static let objectMedia = ["application/json", "application/yaml"]

  /// The object that a create or an update sends.
  func decode(_ request: APIRequest, _ type: ResourceType, _ options: WriteOptions) throws(APIStatus) -> DecodedBody {
    try Self.checkMedia(request, Self.objectMedia)
    if case .none = request.body {
      throw .badRequest("the object provided is unrecognized (must be of type \(type.kind)): the body is empty")
    }
    if case .bytes(let bytes) = request.body, bytes.isEmpty {
      throw .badRequest("the object provided is unrecognized (must be of type \(type.kind)): the body is empty")
    }
    var object = try Self.body(request)
    if object == .null { object = [:] }
    guard object.object != nil else {
      throw .badRequest("the object provided is unrecognized (must be of type \(type.kind)): it is no object")
    }
    try Self.checkKind(&object, type)
    let schema = try objects.read { state throws(APIStatus) in state.catalogue.openSchema(of: type) }
    let problems = Problems(object, type, schema: schema)
    if let misfit = problems.misfits.first {
      throw .badRequest(
        "\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): "
          + "\(misfit.field): \(misfit.message)"
      )
    }
    if !problems.unknown.isEmpty, options.fieldValidation == .strict {
      throw .badRequest(
        "\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): strict decoding error: "
          + problems.unknown.joined(separator: ", "))
    }
    return DecodedBody(object: object, warnings: options.fieldValidation == .warn ? problems.unknown : [])
  }

  /// What a body says of its kind must be what the path says; what it leaves out is filled in.
  private static func checkKind(_ object: inout Value, _ type: ResourceType) throws(APIStatus) {
    let apiVersion = object.apiVersion.flatMap { $0.isEmpty ? nil : $0 } ?? type.apiVersion
    let kind = object.kind.flatMap { $0.isEmpty ? nil : $0 } ?? type.kind
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

    /// - Parameter schema: of custom resources.
    init(_ object: Value, _ type: ResourceType, schema: Value?) {
      if let schema {
        unknown = CustomValidation(object, schema: schema).unknown
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
        if cause.message.hasPrefix("unknown field") { unknown.append(cause.message) } else { misfits.append(cause) }
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
