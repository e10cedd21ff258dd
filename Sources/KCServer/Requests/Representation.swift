internal import KCCodec
internal import KCData
internal import KCKube

/// The form in which a client wants an answer.
struct Representation: Sendable {
  enum Form: Sendable, Equatable {
    case object
    /// With the version of `meta.k8s.io`.
    case table(String)
    case partial(String, ofList: Bool)
    case discovery
  }

  var form = Form.object
  var isYAML = false
  var isPretty = false
  /// What the rows of tables carry: `None`, `Metadata` or `Object`.
  var includeObject = "Metadata"

  private static let accepted = "application/json, application/yaml"

  /// - Throws: `NotAcceptable` where nothing that the client takes can be given.
  init(_ request: APIRequest) throws(APIStatus) {
    isPretty = request[query: "pretty"].map { ListOptions.truth($0) } ?? false
    if let include = request[query: "includeObject"], !include.isEmpty {
      guard ["None", "Metadata", "Object"].contains(include) else {
        throw .badRequest("unrecognized includeObject value: \"\(include)\"")
      }
      includeObject = include
    }
    guard let accept = request.accept, !accept.isEmpty else { return }
    var hasUnknownForm = false
    for clause in accept.split(separator: ",") {
      let parts = clause.split(separator: ";").map { $0.filter { $0 != " " } }
      guard let media = parts.first,
        ["application/json", "application/yaml", "*/*", "application/json;stream=watch"].contains(media)
      else { continue }
      var parameters: [String: String] = [:]
      for part in parts.dropFirst() {
        let pair = part.split(separator: "=", maxSplits: 1)
        if pair.count == 2 { parameters[String(pair[0])] = String(pair[1]) }
      }
      isYAML = media == "application/yaml"
      guard let name = parameters["as"] else { return }
      guard let form = Self.form(name, parameters) else {
        hasUnknownForm = true
        continue
      }
      self.form = form
      return
    }
    isYAML = accept.contains("application/yaml")
    let why =
      hasUnknownForm
      ? "only the following media types are accepted: \(Self.accepted)"
      : "406: Not Acceptable\n\nAvailable representations: \(Self.accepted)"
    throw APIStatus(code: 406, reason: "NotAcceptable", message: why, details: hasUnknownForm ? nil : .init())
  }

  /// What an error is written as, whatever was asked for.
  static let plain = Representation()

  private init() {}

  private static func form(_ name: String, _ parameters: [String: String]) -> Form? {
    let version = parameters["v"] ?? ""
    if name == "APIGroupDiscoveryList" {
      return parameters["g"] == "apidiscovery.k8s.io" && version == "v2" ? .discovery : nil
    }
    guard parameters["g"] == "meta.k8s.io", ["v1", "v1beta1"].contains(version) else { return nil }
    switch name {
    case "Table": return .table(version)
    case "PartialObjectMetadata": return .partial(version, ofList: false)
    case "PartialObjectMetadataList": return .partial(version, ofList: true)
    default: return nil
    }
  }

  /// An object or a list in the form that was asked for.
  func present(_ value: Value, type: ResourceType, catalogue: Catalogue, now: Timestamp) -> Value {
    if value.kind == "Status", value.apiVersion == "v1" { return value }
    switch form {
    case .object, .discovery: return value
    case .table(let version):
      return Tables.table(
        value, layout: catalogue.layout(of: type), apiVersion: "meta.k8s.io/\(version)", include: includeObject,
        now: now)
    case .partial(let version, _):
      let apiVersion = "meta.k8s.io/\(version)"
      guard let items = value["items"]?.array else { return Self.partial(value, apiVersion) }
      return [
        "kind": "PartialObjectMetadataList", "apiVersion": .string(apiVersion), "metadata": value["metadata"] ?? [:],
        "items": .array(items.map { Self.partial($0, apiVersion) }),
      ]
    }
  }

  /// Refuses the form of a list for one object, and the other way round.
  func check(isList: Bool) throws(APIStatus) {
    guard case .partial(_, let ofList) = form, ofList != isList else { return }
    let (name, what) = ofList ? ("PartialObjectMetadataList", "not a list") : ("PartialObjectMetadata", "a list")
    throw APIStatus(
      code: 406, reason: "NotAcceptable", message: "you requested \(name), but the requested object is \(what)")
  }

  static func partial(_ object: Value, _ apiVersion: String) -> Value {
    ["kind": "PartialObjectMetadata", "apiVersion": .string(apiVersion), "metadata": object["metadata"] ?? [:]]
  }

  /// A body in the text that was asked for; values stay values unless that is YAML or made to be read.
  func encoded(_ response: APIResponse) -> APIResponse {
    guard case .value(let value) = response.body else { return response }
    var out = response
    if isYAML {
      out.contentType = "application/yaml"
      out.body = .bytes(Array(YAML.text(value).utf8))
    } else if isPretty {
      out.body = .bytes(JSON.bytes(value, pretty: true) + [0x0a])
    }
    return out
  }
}
