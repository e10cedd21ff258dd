internal import KCCodec
public import KCData
public import KCKube

/// A client of a Kubernetes API: typed requests over any transport.
public struct APIClient: Sendable {
  public let transport: any APITransport
  /// The name under which writes are recorded in `managedFields`.
  public let fieldManager: String
  public let types: ResourceTypes

  public init(transport: any APITransport, fieldManager: String, types: ResourceTypes = .builtin) {
    self.transport = transport
    self.fieldManager = fieldManager
    self.types = types
  }

  /// A patch's type, by what it is called on the wire.
  public enum PatchKind: String, Sendable {
    case json = "application/json-patch+json"
    case merge = "application/merge-patch+json"
    case strategic = "application/strategic-merge-patch+json"
  }

  /// Sends a request and gives the object of its answer.
  ///
  /// - Throws: `status` for any answer that is not a success.
  public func object(_ request: APIRequest) async throws(ClientError) -> Value {
    try Self.value(of: try await transport.send(request))
  }

  /// The object of an answer, or the refusal as an error.
  static func value(of response: APIResponse) throws(ClientError) -> Value {
    let value: Value
    switch response.body {
    case .none: value = .null
    case .value(let body): value = body
    case .bytes(let bytes):
      do { value = bytes.isEmpty ? .null : try JSON.parse(bytes) } catch {
        let status = APIStatus(
          code: response.status, reason: "Unknown", message: String(decoding: bytes.prefix(200), as: UTF8.self))
        throw response.status < 400 ? .badAnswer(error.message) : .status(status)
      }
    case .events, .stream: throw .badAnswer("a stream where one object was asked for")
    }
    if response.status < 400 { return value }
    if let status = APIStatus(value) { throw .status(status) }
    throw .status(APIStatus(code: response.status, reason: "Unknown", message: "the API answered \(response.status)"))
  }

  /// For answers of which only the metadata counts: the server need not send the rest.
  static let metadataOnly = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"

  private func writeQuery(dryRun: Bool = false, extra: [(name: String, value: String)] = [])
    -> [(name: String, value: String)]
  {
    [("fieldManager", fieldManager)] + (dryRun ? [("dryRun", "All")] : []) + extra
  }
}

/// The requests.
extension APIClient {
  public func get(_ type: ResourceType, namespace: String?, name: String) async throws(ClientError) -> Value {
    try await object(APIRequest(method: "GET", path: type.path(namespace: namespace, name: name)))
  }

  /// The object, or nil where there is none.
  public func find(_ type: ResourceType, namespace: String?, name: String) async throws(ClientError) -> Value? {
    do throws(ClientError) {
      return try await get(type, namespace: namespace, name: name)
    } catch {
      if error.isNotFound { return nil }
      throw error
    }
  }

  /// - Parameter dryRun: whether the server only says what it would do.
  public func create(_ object: Value, type: ResourceType, dryRun: Bool = false) async throws(ClientError) -> Value {
    try await self.object(
      APIRequest(
        method: "POST", path: type.path(namespace: object.namespace), query: writeQuery(dryRun: dryRun),
        contentType: "application/json", body: .value(object)))
  }

  /// Replaces an object; its resource version, if it has one, must be the current one.
  public func update(_ object: Value, type: ResourceType, subresource: String? = nil) async throws(ClientError)
    -> Value
  {
    try await self.object(
      APIRequest(
        method: "PUT",
        path: type.path(namespace: object.namespace, name: object.name ?? "", subresource: subresource),
        query: writeQuery(), contentType: "application/json", body: .value(object)))
  }

  public func patch(
    _ type: ResourceType, namespace: String?, name: String, _ patch: Value, kind: PatchKind = .merge,
    subresource: String? = nil, wantsObject: Bool = true
  ) async throws(ClientError) -> Value {
    try await object(
      APIRequest(
        method: "PATCH", path: type.path(namespace: namespace, name: name, subresource: subresource),
        query: writeQuery(), contentType: kind.rawValue, accept: wantsObject ? nil : Self.metadataOnly,
        body: .value(patch)))
  }

  /// Server-side apply.
  ///
  /// - Parameter force: whether fields that other managers own are taken from them.
  public func apply(
    _ object: Value, type: ResourceType, force: Bool = false, dryRun: Bool = false, subresource: String? = nil,
    wantsObject: Bool = true
  ) async throws(ClientError) -> Value {
    try await self.object(
      APIRequest(
        method: "PATCH",
        path: type.path(namespace: object.namespace, name: object.name ?? "", subresource: subresource),
        query: writeQuery(dryRun: dryRun, extra: force ? [("force", "true")] : []),
        contentType: "application/apply-patch+yaml", accept: wantsObject ? nil : Self.metadataOnly,
        body: .value(object)))
  }

  /// Deletes an object. One that is gone already is an error `NotFound`.
  ///
  /// - Parameters:
  ///   - gracePeriod: seconds; nil is the object's own.
  ///   - propagation: `Background`, `Foreground` or `Orphan`; nil is the resource's default.
  public func delete(
    _ type: ResourceType, namespace: String?, name: String, preconditionUID: String? = nil,
    resourceVersion: String? = nil, gracePeriod: Int? = nil, propagation: String? = nil
  ) async throws(ClientError) {
    var options: Value = ["apiVersion": "v1", "kind": "DeleteOptions"]
    options.set(preconditionUID.map { .string($0) }, at: "preconditions", "uid")
    options.set(resourceVersion.map { .string($0) }, at: "preconditions", "resourceVersion")
    options["gracePeriodSeconds"] = gracePeriod.map { Value($0) }
    options["propagationPolicy"] = propagation.map { .string($0) }
    _ = try await object(
      APIRequest(
        method: "DELETE", path: type.path(namespace: namespace, name: name), contentType: "application/json",
        body: .value(options)))
  }
}
