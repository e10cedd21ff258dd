import KCClient
import KCData
import KCKube
import Testing

/// A server that tells what it serves.
private struct Listing: APITransport {
  let list: Value

  func send(_ request: APIRequest) async throws(ClientError) -> APIResponse {
    APIResponse(status: request.path == "/apis" ? 200 : 404, body: .value(list))
  }
}

@Suite struct DiscoveryTests {
  private func client(_ groups: Value) async throws -> APIClient {
    try await APIClient(transport: Listing(list: ["items": groups]), fieldManager: "kc").discovered()
  }

  private func group(_ name: String, _ version: String, _ kind: String, _ plural: String) -> Value {
    [
      "metadata": ["name": .string(name)],
      "versions": [
        [
          "version": .string(version),
          "resources": [
            ["resource": .string(plural), "responseKind": ["kind": .string(kind)], "scope": "Namespaced"]
          ],
        ]
      ],
    ]
  }

  @Test func whatAServerDoesNotListItDoesNotServe() async throws {
    let types = try await client([
      group("apps", "v1", "Deployment", "deployments"), group("example.com", "v1", "Widget", "widgets"),
    ]).types
    #expect(types.find(apiVersion: "apps/v1", kind: "Deployment") != nil)
    #expect(types.find(apiVersion: "example.com/v1", kind: "Widget") != nil)
    #expect(types.find(apiVersion: "v1", kind: "ConfigMap") != nil)
    #expect(types.find(apiVersion: "resource.k8s.io/v1", kind: "ResourceClaim") == nil)
    #expect(types.find(apiVersion: "batch/v1", kind: "Job") == nil)
  }

  /// What it serves is not known then: a kind that is none of Kubernetes would be taken for one that it does not serve.
  @Test(arguments: [429, 500, 503]) func aServerInTroubleIsNotTakenAtItsName(_ status: Int) async throws {
    struct Broken: APITransport {
      let status: Int
      func send(_ request: APIRequest) async throws(ClientError) -> APIResponse {
        APIResponse(status: status, body: .none)
      }
    }
    let client = APIClient(transport: Broken(status: status), fieldManager: "kc")
    await #expect(throws: ClientError.self) { try await client.discovered() }
    // One that has no discovery is in no trouble.
    _ = try await APIClient(transport: Broken(status: 404), fieldManager: "kc").discovered()
  }

  /// One that tells nothing, as those before Kubernetes 1.26, is taken to serve what Kubernetes does.
  @Test func aServerThatTellsNothingIsTakenAtItsName() async throws {
    #expect(try await client([]).types.find(apiVersion: "batch/v1", kind: "Job") != nil)
  }
}
