internal import KCClient
internal import KCKube
internal import KCServer

/// Carries the requests of the engine's own components to its API server: a call, no wire.
struct InProcessTransport: APITransport {
  let server: APIServer
  let user: APIUser

  func send(_ request: APIRequest) async throws(ClientError) -> APIResponse {
    var request = request
    request.user = user
    return await server.handle(request)
  }
}
