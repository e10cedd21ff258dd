import KCData
import KCKube

/// Why an answer is not the recorded one, where that is known: what is refused here on purpose, and what a replay cannot
/// bring about. By rule, never by the name of a transcript.
struct RestReasons {
  /// The resources that were refused before: what follows about them differs, too.
  private var refused: [String] = []

  /// - Parameters:
  ///   - why: what differs, as the comparison says.
  /// - Returns: nil where the difference is not expected.
  mutating func reason(_ step: Value, _ response: APIResponse, _ why: String) -> String? {
    let (request, expected) = (step["request"] ?? .null, step["response"] ?? .null)
    let path = request["path"]?.string ?? ""
    if response.status == 501 {
      // A part of an object that could not be changed is missing in the object, too.
      let isPart = ["PATCH", "PUT"].contains(request["method"]?.string ?? "")
      refused.append(isPart ? path.split(separator: "/").dropLast().map { "/\($0)" }.joined() : path)
      return "refused on purpose: \(Self.offered(response))"
    }
    if refused.contains(where: { path.hasPrefix($0) }) { return "about what was refused before" }
    for (text, reason) in Self.texts where Self.says(text, expected) { return reason }
    if path.hasSuffix("/tokenreviews") { return "tokens are the carrier's: the server proves none" }
    if let reason = Self.pathReasons.first(where: { path.hasPrefix($0.path) })?.reason { return reason }
    if path.hasPrefix("/api/v1/namespaces"), Self.warning(response).contains("pod-security.kubernetes.io") {
      return "pod security levels are not checked; their labels are warned of"
    }
    return listReason(request, expected, why) ?? objectReason(path, expected, response, why)
  }

  private static let texts: [(String, String)] = [
    ("PodSecurity", "pod security levels are not checked; their labels are warned of"),
    ("ValidatingAdmissionPolicy", "refused on purpose: it evaluates no admission policies"),
    ("application/vnd.kubernetes.protobuf", "answers are JSON or YAML: protobuf is only read"),
  ]

  private static let pathReasons: [(path: String, reason: String)] = [
    ("/healthz", "the parts that a server consists of are its own"),
    ("/.well-known/openid", "no service account tokens are signed here"),
    ("/apis/networking.k8s.io/v1/ipaddresses", "addresses of services are kept with the services"),
  ]

  private static func says(_ text: String, _ expected: Value) -> Bool {
    let said = [expected.at("body", "message")?.string, expected.at("headers", "content-type")?.string]
    let warnings = (expected.at("headers", "warning")?.array ?? []).map(\.string)
    return (said + warnings).contains { $0?.contains(text) ?? false }
  }

  private static func warning(_ response: APIResponse) -> String { response.headers["warning"] ?? "" }

  private static func offered(_ response: APIResponse) -> String {
    guard case .value(let status) = response.body, let message = status["message"]?.string else { return "" }
    // Without the name of the object.
    return message.split(separator: ": ").last.map(String.init) ?? message
  }

  private func listReason(_ request: Value, _ expected: Value, _ why: String) -> String? {
    let version = request.at("query", "resourceVersion")?.string
    if let version, Int64(version) != nil, expected["status"] == 200 {
      return "a number of the recorder's own store: its versions are not known"
    }
    let isOpen = (expected.at("body", "metadata", "continue")?.string ?? "") != ""
    if isOpen, why.contains("metadata.continue is missing") || why.contains("remainingItemCount") {
      return "the list goes on with objects that were made without a word"
    }
    return nil
  }

  private func objectReason(
    _ path: String, _ expected: Value, _ response: APIResponse, _ why: String
  ) -> String? {
    let shown = expected.at("body")
    if shown?.kind == "ResourceQuota", why.contains("managedFields") {
      return "quotas are counted by the server itself, so the recorder's status is not news"
    }
    if path == "/" { return "the paths that are served are fewer" }
    let items = shown?["items"]?.array ?? []
    let isMetadata = shown?.kind == "PartialObjectMetadata" || items.first?.kind == "PartialObjectMetadata"
    if isMetadata, why.contains("fieldsV1.f:data") || why.contains("items has") {
      return "of an object that was made without a word only a line or the metadata is told"
    }
    if let warnings = expected.at("headers", "warning")?.array, !warnings.isEmpty, expected["status"] == 400,
      why.hasPrefix("warnings")
    {
      return "a refusal carries no warnings"
    }
    if why.contains("DELETE") || (shown?.kind == "CustomResourceDefinition" && shown?.isBeingDeleted == true) {
      return "a definition goes at once with its resources, so there is none that is being deleted"
    }
    if shown?["reason"] == "NotFound", why.hasPrefix("200 for 404"), path.contains("/pods/") {
      return "the status of a pod changed without a word"
    }
    if path.hasSuffix("/log"), response.status == 503 { return "no node is there to give the log" }
    return nil
  }
}
