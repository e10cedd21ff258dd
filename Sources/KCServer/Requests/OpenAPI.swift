internal import KCData
internal import KCKube

/// The interface in OpenAPI v3: what clients read there is which operations take which parameters.
struct OpenAPI {
  let types: ResourceTypes
  let version: String

  /// The answer, where the path is one of the documents.
  ///
  /// - Parameter accept: what the client reads.
  func answer(_ path: String, accept: String?) -> APIResponse? {
    let parts = path.split(separator: "/").map(String.init)
    if parts == ["openapi", "v2"] { return older(accept ?? "") }
    guard parts.count >= 2, parts[0] == "openapi", parts[1] == "v3" else { return nil }
    if parts.count == 2 { return found(["paths": .object(Fields(index()))]) }
    let (group, version) =
      parts[2] == "api" ? ("", parts.last ?? "") : (parts.count == 5 ? parts[3] : "-", parts[parts.count - 1])
    let served = types.all.filter { $0.group == group && $0.version == version }
    return served.isEmpty ? nil : found(document(served))
  }

  private func found(_ value: Value) -> APIResponse { APIResponse(status: 200, body: .value(value)) }

  /// The document of version 2, without types: older clients want it to be there before they send anything, and leave
  /// checks to the server where it says nothing. They read it in the form of protocol buffers.
  private func older(_ accept: String) -> APIResponse {
    let title = "Kubernetes"
    guard accept.contains("protobuf") else {
      return found([
        "swagger": "2.0", "info": ["title": .string(title), "version": .string(version)], "paths": [:],
        "definitions": [:],
      ])
    }
    func field(_ number: UInt8, _ bytes: some Collection<UInt8>) -> [UInt8] {
      // Lengths below 128 are one byte.
      [number << 3 | 2, UInt8(clamping: min(bytes.count, 127))] + bytes.prefix(127)
    }
    let info = field(1, Array(title.utf8)) + field(2, Array(version.utf8).prefix(64))
    return APIResponse(
      status: 200, contentType: "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
      body: .bytes(field(1, Array("2.0".utf8)) + field(2, info)))
  }

  private func index() -> [(String, Value)] {
    var roots: [String] = []
    for type in types.all {
      let root = type.group.isEmpty ? "api/\(type.version)" : "apis/\(type.group)/\(type.version)"
      if !roots.contains(root) { roots.append(root) }
    }
    return roots.map { root in
      let digest = SHA256.hex(Array("\(version) \(root) \(types.all.count)".utf8))
      return (root, ["serverRelativeURL": .string("/openapi/v3/\(root)?hash=\(digest)")])
    }
  }

  private func document(_ types: [ResourceType]) -> Value {
    var paths: [(String, Value)] = []
    for type in types {
      let namespace = type.namespaced ? "{namespace}" : nil
      paths.append((type.path(namespace: namespace), operations(type, ["get": "list", "post": "create"])))
      let one = ["get": "get", "put": "update", "patch": "patch", "delete": "delete"]
      paths.append((type.path(namespace: namespace, name: "{name}"), operations(type, one)))
    }
    return [
      "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": .string(version)],
      "paths": .object(Fields(paths)), "components": ["schemas": [:]],
    ]
  }

  /// The operations of a path, by their methods.
  private func operations(_ type: ResourceType, _ methods: [String: String]) -> Value {
    var out: Value = [:]
    for (method, verb) in methods.sorted(by: { $0.key < $1.key }) where type.verbs.contains(verb) {
      var operation: Value = [
        "x-kubernetes-action": .string(verb == "create" ? "post" : verb == "update" ? "put" : verb),
        "x-kubernetes-group-version-kind": [
          "group": .string(type.group), "version": .string(type.version), "kind": .string(type.kind),
        ],
        "responses": ["200": ["description": "OK"]],
      ]
      if ["create", "update", "patch"].contains(verb) {
        operation["parameters"] = .array(
          ["dryRun", "fieldManager", "fieldValidation"].map {
            ["name": .string($0), "in": "query", "schema": ["type": "string", "uniqueItems": true]]
          })
      }
      out[method] = operation
    }
    return out
  }
}
