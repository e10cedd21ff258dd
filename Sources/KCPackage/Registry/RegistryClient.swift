internal import KCCodec
internal import KCData
public import KCLang

/// A registry of the OCI distribution specification (1.1), over any transport.
public final class RegistryClient: PackageRegistry {
  /// How a client behaves.
  public struct Options {
    /// Whether plain HTTP is used for all hosts, not only for this machine itself.
    public var isInsecure = false
    /// How often a request is repeated that may succeed later.
    public var retries = 3
    /// Waits, in milliseconds.
    public var pause: (Int) -> Void = { _ in }
    /// Who one is to a host.
    public var credential: (String) throws(PackageError) -> RegistryCredential? = { (_: String) throws(PackageError) in
      nil
    }

    public init() {}
  }

  private let transport: any RegistryTransport
  private let options: Options
  private let authorizer: RegistryAuthorizer

  public init(_ transport: any RegistryTransport, options: Options = Options()) {
    self.transport = transport
    self.options = options
    authorizer = RegistryAuthorizer(options.credential, isInsecure: options.isInsecure)
  }

  public func manifest(_ reference: PackageReference) throws(PackageError) -> (bytes: [UInt8], digest: String) {
    let name = reference.digest ?? reference.tag ?? "latest"
    let response = try send(
      RegistryRequest(
        "GET", url(reference) + "manifests/\(name)", headers: ["accept": Self.manifestTypes],
        limit: PackageManifest.limit), reference)
    guard response.status == 200 else { throw refusal(response, reference, "read \(reference.text)") }
    let digest = PackageDigest.of(response.body)
    if let wanted = reference.digest, wanted != digest { throw Self.forged(wanted, digest, reference) }
    return (response.body, digest)
  }

  public func blob(_ blob: PackageManifest.Blob, of reference: PackageReference) throws(PackageError) -> [UInt8] {
    let request = RegistryRequest("GET", url(reference) + "blobs/\(blob.digest)", limit: blob.size)
    let response = try send(request, reference)
    guard response.status == 200 else { throw refusal(response, reference, "read \(reference.text)") }
    let digest = PackageDigest.of(response.body)
    guard digest == blob.digest else { throw Self.forged(blob.digest, digest, reference) }
    return response.body
  }

  public func tags(_ reference: PackageReference) throws(PackageError) -> [String] {
    var out: [String] = []
    var next: String? = url(reference) + "tags/list"
    // A registry gives long lists in pages.
    for _ in 0..<100 {
      guard let page = next else { return out }
      let response = try send(RegistryRequest("GET", page), reference)
      if response.status == 404 { return out }
      guard response.status == 200 else { throw refusal(response, reference, "list the tags of \(reference.identity)") }
      let list = (try? JSON.parse(response.body))?["tags"]?.array ?? []
      out += list.compactMap(\.string).filter(PackageReference.isTag)
      next = response.headers["link"].flatMap(Self.nextPage).flatMap { link in
        RegistryURL.resolve(link, from: page, isInsecure: options.isInsecure).flatMap {
          RegistryURL.origin($0) == RegistryURL.origin(page) ? $0 : nil
        }
      }
    }
    return out
  }

  /// Publishes a package under the tag of a reference.
  ///
  /// - Throws: where the registry refuses.
  public func publish(_ package: PackedPackage, to reference: PackageReference) throws(PackageError) {
    for bytes in [package.config, package.content] { try upload(bytes, to: reference) }
    let tag = reference.tag ?? package.digest
    let response = try send(
      RegistryRequest(
        "PUT", url(reference) + "manifests/\(tag)", headers: ["content-type": PackageManifest.mediaType],
        body: package.manifest), reference)
    guard (200..<300).contains(response.status) else {
      throw refusal(response, reference, "write to \(reference.identity)")
    }
  }

  private func upload(_ bytes: [UInt8], to reference: PackageReference) throws(PackageError) {
    let digest = PackageDigest.of(bytes)
    let known = try send(RegistryRequest("HEAD", url(reference) + "blobs/\(digest)"), reference)
    if known.status == 200 { return }
    let start = url(reference) + "blobs/uploads/"
    let opened = try send(RegistryRequest("POST", start, headers: ["content-length": "0"]), reference)
    guard opened.status == 202,
      let place = opened.headers["location"].flatMap({
        RegistryURL.resolve($0, from: start, isInsecure: options.isInsecure)
      })
    else { throw refusal(opened, reference, "write to \(reference.identity)") }
    let target = place + (place.contains("?") ? "&" : "?") + "digest=\(RegistryURL.escaped(digest))"
    let sent = try send(
      RegistryRequest("PUT", target, headers: ["content-type": "application/octet-stream"], body: bytes), reference)
    guard sent.status == 201 || sent.status == 204 else {
      throw refusal(sent, reference, "write to \(reference.identity)")
    }
  }

  private func url(_ reference: PackageReference) -> String {
    RegistryURL.base(reference, isInsecure: options.isInsecure)
  }

  private static let manifestTypes =
    "\(PackageManifest.mediaType), application/vnd.oci.image.index.v1+json, "
    + "application/vnd.docker.distribution.manifest.v2+json"

  /// `</v2/…?n=100&last=x>; rel="next"`
  private static func nextPage(_ header: String) -> String? {
    guard header.contains("next"), let open = header.firstIndex(of: "<"), let close = header.firstIndex(of: ">"),
      open < close
    else { return nil }
    return String(header[header.index(after: open)..<close])
  }
}

/// Sending.
extension RegistryClient {
  /// Sends a request: as whom the registry wants it, wherever it is sent on to, and again where that may help.
  private func send(
    _ request: RegistryRequest, _ reference: PackageReference
  ) throws(PackageError) -> RegistryResponse {
    var attempt = 0
    while true {
      do throws(PackageError) {
        let response = try sendAuthorized(request, reference)
        let mayPass = response.status == 429 || [500, 502, 503, 504].contains(response.status)
        guard mayPass, attempt < options.retries else { return response }
      } catch {
        guard error.kind == .registry, attempt < options.retries else { throw error }
      }
      options.pause(100 << attempt)
      attempt += 1
    }
  }

  private func sendAuthorized(
    _ request: RegistryRequest, _ reference: PackageReference
  ) throws(PackageError) -> RegistryResponse {
    let writes = !["GET", "HEAD"].contains(request.method)
    var signed = request
    let own = RegistryURL.origin(url(reference)) == RegistryURL.origin(request.url)
    if own { signed.headers["authorization"] = authorizer.known(reference, writes: writes) }
    var response = try follow(signed)
    if response.status == 401, own, let header = response.headers["www-authenticate"] {
      let answer = try authorizer.answer(
        Challenge.parse(header), reference, writes: writes,
        send: { (request) throws(PackageError) in
          try self.transport.send(request)
        })
      guard let answer else { return response }
      signed.headers["authorization"] = answer
      response = try follow(signed)
    }
    return response
  }

  /// Follows where a registry keeps contents elsewhere. Who one is, is told to the registry only.
  private func follow(_ request: RegistryRequest) throws(PackageError) -> RegistryResponse {
    var request = request
    for _ in 0..<5 {
      let response = try transport.send(request)
      guard [301, 302, 303, 307, 308].contains(response.status), ["GET", "HEAD"].contains(request.method),
        let location = response.headers["location"]
      else { return response }
      guard let target = RegistryURL.resolve(location, from: request.url, isInsecure: options.isInsecure) else {
        throw PackageError(
          .refused,
          "\(RegistryURL.origin(request.url) ?? "the registry") sends on to an address that kc does not follow",
          help: "only HTTPS is followed")
      }
      if RegistryURL.origin(target) != RegistryURL.origin(request.url) { request.headers["authorization"] = nil }
      request.url = target
    }
    throw PackageError(.refused, "\(RegistryURL.origin(request.url) ?? "the registry") sends on and on")
  }

  private static func forged(_ wanted: String, _ found: String, _ reference: PackageReference) -> PackageError {
    PackageError(
      .content, "\(reference.host) gave something else than what was asked for",
      notes: ["asked for \(wanted)", "came \(found)"],
      help: "the registry, or what stands before it, is not to be trusted")
  }

  /// What a registry's refusal means.
  private func refusal(_ response: RegistryResponse, _ reference: PackageReference, _ what: String) -> PackageError {
    let said = (try? JSON.parse(response.body))?["errors"]?.array?.first?["message"]?.string?.shown
    let notes = said.map { ["\(reference.host) says: \($0)"] } ?? []
    switch response.status {
    case 401, 403:
      return PackageError(
        .refused, "\(reference.host) does not let kc \(what)", notes: notes,
        help: "log in with `docker login \(reference.host)`: kc reads what that writes")
    case 404:
      return PackageError(
        .missing, "\(reference.host) has no \(reference.text.dropFirst(6 + reference.host.count + 1))", notes: notes)
    case 429: return PackageError(.refused, "\(reference.host) is asked too often", notes: notes, help: "try later")
    default:
      return PackageError(
        .refused, "\(reference.host) could not \(what): it answered \(response.status)", notes: notes)
    }
  }
}
