internal import KCData
internal import KCKube

extension APIServer {
  /// What is not about objects: discovery, health, version.
  func document(
    _ request: APIRequest, _ catalogue: Catalogue, _ representation: Representation
  ) throws(APIStatus) -> APIResponse {
    let parts = request.path.split(separator: "/").map(String.init)
    let answer: APIResponse?
    switch parts.first {
    case "healthz"?, "livez"?, "readyz"?: answer = health(parts, request)
    case "version"? where parts.count == 1: answer = APIResponse(status: 200, body: .value(version()))
    case "openapi"?:
      answer = OpenAPI(types: catalogue.types, version: settings.version).answer(
        request.path, accept: request.accept)
    default:
      let discovery = Discovery(types: catalogue.types, address: "\(settings.address):\(settings.port)") { type in
        catalogue.isCustom(type) ? catalogue.storageVersion(of: type) : nil
      }
      answer = discovery.answer(request.path, representation)
    }
    guard let answer else {
      if parts.first == "api", parts.count > 1 { throw .notServed }
      return Self.text("404 page not found\n", status: 404)
    }
    guard request.method == "GET" else { throw .notAllowed }
    return answer
  }

  private static func text(_ text: String, status: Int = 200) -> APIResponse {
    APIResponse(status: status, contentType: "text/plain; charset=utf-8", body: .bytes(Array(text.utf8)))
  }

  private func health(_ parts: [String], _ request: APIRequest) -> APIResponse? {
    if parts.count == 2, ["ping", "store"].contains(parts[1]) { return Self.text("ok") }
    guard parts.count == 1 else { return nil }
    guard request[query: "verbose"] != nil else { return Self.text("ok") }
    return Self.text("[+]ping ok\n[+]store ok\n\(parts[0]) check passed\n")
  }

  private func version() -> Value {
    [
      "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1",
      "minCompatibilityMinor": "35", "gitVersion": .string(settings.version), "gitCommit": "", "gitTreeState": "",
      "buildDate": "1970-01-01T00:00:00Z", "goVersion": "", "compiler": "swift", "platform": "linux/amd64",
    ]
  }
}
