internal import KCCodec
internal import KCData
internal import KCKube
internal import KCLang

/// Convinces registries: with a name and password, or with tokens that these are exchanged for.
final class RegistryAuthorizer {
  private let credential: (String) throws(PackageError) -> RegistryCredential?
  private let isInsecure: Bool
  /// Values of the header `Authorization`, by repository and whether they let one write.
  private var headers: [String: String] = [:]

  init(_ credential: @escaping (String) throws(PackageError) -> RegistryCredential?, isInsecure: Bool) {
    self.credential = credential
    self.isInsecure = isInsecure
  }

  /// What convinced the registry before.
  func known(_ reference: PackageReference, writes: Bool) -> String? {
    headers[Self.key(reference, true)] ?? (writes ? nil : headers[Self.key(reference, false)])
  }

  private static func key(_ reference: PackageReference, _ writes: Bool) -> String {
    "\(reference.identity) \(writes ? "write" : "read")"
  }

  /// An answer to challenges; nil where there is none to give.
  func answer(
    _ challenges: [Challenge], _ reference: PackageReference, writes: Bool,
    send: (RegistryRequest) throws(PackageError) -> RegistryResponse
  ) throws(PackageError) -> String? {
    let found = try credential(reference.host)
    var header: String?
    if let bearer = challenges.first(where: { $0.scheme == "bearer" }) {
      header = try token(bearer, found, reference, writes: writes, send).map { "Bearer \($0)" }
    } else if challenges.contains(where: { $0.scheme == "basic" }), case .password(let user, let password) = found {
      header = Self.basic(user, password)
    }
    headers[Self.key(reference, writes)] = header
    return header
  }

  private static func basic(_ user: String, _ password: String) -> String {
    "Basic " + Base64.encode("\(user):\(password)".utf8)
  }

  private func token(
    _ challenge: Challenge, _ credential: RegistryCredential?, _ reference: PackageReference, writes: Bool,
    _ send: (RegistryRequest) throws(PackageError) -> RegistryResponse
  ) throws(PackageError) -> String? {
    guard let realm = challenge.parameters["realm"], let origin = RegistryURL.origin(realm) else { return nil }
    // A password goes over HTTPS, to this machine itself, or where plain HTTP was asked for.
    let isSafe =
      origin.hasPrefix("https://")
      || origin.hasPrefix("http://") && (isInsecure || RegistryURL.isLoopback(String(origin.dropFirst(7))))
    guard isSafe else {
      throw PackageError(
        .refused, "\(reference.host) wants kc to log in at \(origin.shown), which is no HTTPS",
        help: "--insecure allows plain HTTP")
    }
    let scope =
      challenge.parameters["scope"] ?? "repository:\(reference.repository):\(writes ? "pull,push" : "pull")"
    var fields = [("scope", scope)]
    if let service = challenge.parameters["service"] { fields.insert(("service", service), at: 0) }
    var request = RegistryRequest("GET", realm)
    switch credential {
    case .identityToken(let token):
      fields += [("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", "kc")]
      request = RegistryRequest(
        "POST", realm, headers: ["content-type": "application/x-www-form-urlencoded"],
        body: Array(Self.form(fields).utf8))
    case .password(let user, let password):
      request.headers["authorization"] = Self.basic(user, password)
      request.url += (realm.contains("?") ? "&" : "?") + Self.form(fields)
    case nil: request.url += (realm.contains("?") ? "&" : "?") + Self.form(fields)
    }
    let response = try send(request)
    guard response.status == 200, let value = try? JSON.parse(response.body) else { return nil }
    guard let token = value["token"]?.string ?? value["access_token"]?.string,
      token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
    else { return nil }
    return token
  }

  private static func form(_ fields: [(String, String)]) -> String {
    fields.map { "\($0)=\(RegistryURL.escaped($1))" }.joined(separator: "&")
  }
}
