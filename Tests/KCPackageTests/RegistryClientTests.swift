import KCCodec
import KCData
import KCKube
import KCLang
import Testing

@testable import KCPackage

/// Answers requests by what a test says, and keeps them.
private final class ScriptedTransport: RegistryTransport {
  var requests: [RegistryRequest] = []
  var answer: (RegistryRequest) throws(PackageError) -> RegistryResponse

  init(_ answer: @escaping (RegistryRequest) throws(PackageError) -> RegistryResponse) { self.answer = answer }

  func send(_ request: RegistryRequest) throws(PackageError) -> RegistryResponse {
    requests.append(request)
    return try answer(request)
  }
}

/// What kc says to registries, and what it believes of their answers.
@Suite struct RegistryClientTests {
  private let reference: PackageReference
  private let packed: PackedPackage

  init() throws {
    reference = try PackageReference("oci://registry.local/kc/redis:1.2.0")
    packed = try PackedPackage(PackageContent(files: ["project.kc": [0x0a]]), name: "redis", summary: nil)
  }

  private func client(
    _ transport: ScriptedTransport, login: RegistryCredential? = nil, isInsecure: Bool = false,
    pauses: @escaping (Int) -> Void = { _ in }
  ) -> RegistryClient {
    var options = RegistryClient.Options()
    options.isInsecure = isInsecure
    options.pause = pauses
    options.credential = { (host: String) throws(PackageError) in host == "registry.local" ? login : nil }
    return RegistryClient(transport, options: options)
  }

  private func message(_ body: () throws(PackageError) -> Void) -> PackageError? {
    do throws(PackageError) {
      try body()
      return nil
    } catch {
      return error
    }
  }

  @Test func manifestsComeByTagAndByDigest() throws {
    let transport = ScriptedTransport { _ in RegistryResponse(status: 200, body: self.packed.manifest) }
    #expect(try client(transport).manifest(reference).digest == packed.digest)
    let pinned = try PackageReference("oci://registry.local/kc/redis@\(packed.digest)")
    _ = try client(transport).manifest(pinned)
    #expect(
      transport.requests.map(\.url) == [
        "https://registry.local/v2/kc/redis/manifests/1.2.0",
        "https://registry.local/v2/kc/redis/manifests/\(packed.digest)",
      ])
    #expect(transport.requests.allSatisfy { $0.headers["authorization"] == nil })
  }

  @Test func whatDoesNotHaveItsDigestIsRefused() throws {
    let transport = ScriptedTransport { _ in RegistryResponse(status: 200, body: Array("forged".utf8)) }
    let pinned = try PackageReference("oci://registry.local/kc/redis@\(packed.digest)")
    let client = client(transport)
    #expect(message { () throws(PackageError) in _ = try client.manifest(pinned) }?.kind == .content)
    let blob = try PackageManifest(packed.manifest).content
    #expect(message { () throws(PackageError) in _ = try client.blob(blob, of: pinned) }?.kind == .content)
    // No more is read than the manifest says there is.
    #expect(transport.requests.last?.limit == blob.size)
  }

  @Test func tokensAreFetchedOnceAndSentToTheRegistryOnly() throws {
    let transport = ScriptedTransport { request in
      if request.url.hasPrefix("https://auth.local/token") {
        return RegistryResponse(status: 200, body: Array(#"{"token":"t0ken"}"#.utf8))
      }
      if request.url.hasPrefix("https://cdn.local/") { return RegistryResponse(status: 200, body: self.packed.content) }
      guard request.headers["authorization"] == "Bearer t0ken" else {
        let challenge =
          #"Bearer realm="https://auth.local/token",service="registry, local",scope="repository:kc/redis:pull""#
        return RegistryResponse(status: 401, headers: ["www-authenticate": challenge])
      }
      if request.url.contains("/blobs/") {
        return RegistryResponse(status: 307, headers: ["location": "https://cdn.local/blob?signed=1"])
      }
      return RegistryResponse(status: 200, body: self.packed.manifest)
    }
    let client = client(transport, login: .password(user: "ann", password: "s3cret"))
    _ = try client.manifest(reference)
    _ = try client.blob(PackageManifest(packed.manifest).content, of: reference)
    #expect(
      transport.requests.map(\.url) == [
        "https://registry.local/v2/kc/redis/manifests/1.2.0",
        "https://auth.local/token?service=registry%2C%20local&scope=repository%3Akc%2Fredis%3Apull",
        "https://registry.local/v2/kc/redis/manifests/1.2.0",
        "https://registry.local/v2/kc/redis/blobs/\(PackageDigest.of(packed.content))",
        "https://cdn.local/blob?signed=1",
      ])
    #expect(transport.requests[1].headers["authorization"] == "Basic \(Base64.encode("ann:s3cret".utf8))")
    #expect(transport.requests[4].headers["authorization"] == nil)
  }

  @Test func identityTokensAreExchanged() throws {
    let transport = ScriptedTransport { request in
      if request.method == "POST" {
        return RegistryResponse(status: 200, body: Array(#"{"access_token":"t"}"#.utf8))
      }
      return request.headers["authorization"] == "Bearer t"
        ? RegistryResponse(status: 200, body: self.packed.manifest)
        : RegistryResponse(
          status: 401, headers: ["www-authenticate": #"Bearer realm="https://registry.local/t",service="r""#])
    }
    _ = try client(transport, login: .identityToken("id&token")).manifest(reference)
    #expect(transport.requests[1].url == "https://registry.local/t")
    #expect(String(decoding: transport.requests[1].body, as: UTF8.self).contains("refresh_token=id%26token"))
  }

  @Test func passwordsGoToRegistriesThatAskForThem() throws {
    let transport = ScriptedTransport { request in
      request.headers["authorization"] == nil
        ? RegistryResponse(status: 401, headers: ["www-authenticate": #"Basic realm="x""#])
        : RegistryResponse(status: 200, body: self.packed.manifest)
    }
    _ = try client(transport, login: .password(user: "ann", password: "p:w")).manifest(reference)
    #expect(transport.requests.last?.headers["authorization"] == "Basic \(Base64.encode("ann:p:w".utf8))")
    // Without a login, it is refused in words; what was sent is not among them.
    let refused = message { () throws(PackageError) in _ = try client(transport).manifest(reference) }
    #expect(refused?.message == "registry.local does not let kc read oci://registry.local/kc/redis:1.2.0")
    #expect(refused?.help?.contains("docker login registry.local") == true)
  }

  @Test func passwordsDoNotGoOverPlainHTTP() throws {
    let transport = ScriptedTransport { _ in
      RegistryResponse(status: 401, headers: ["www-authenticate": #"Bearer realm="http://auth.local/token""#])
    }
    let login = RegistryCredential.password(user: "ann", password: "s3cret")
    let refused = message { () throws(PackageError) in _ = try client(transport, login: login).manifest(reference) }
    #expect(refused?.message.contains("no HTTPS") == true && transport.requests.count == 1)
    #expect("\(String(describing: refused))".contains("s3cret") == false)
  }

  @Test(arguments: [
    ("http://registry.local/x", false), ("//other/x", false), ("https://user@other/x", false), ("ftp://other/x", false),
    ("/v2/x", true), ("https://other/x", true), ("http://127.0.0.1:5000/x", true), ("x y", false),
  ]) func onlySafePlacesAreFollowed(_ location: String, _ isFollowed: Bool) throws {
    let transport = ScriptedTransport { request in
      request.url.hasSuffix("/1.2.0")
        ? RegistryResponse(status: 302, headers: ["location": location])
        : RegistryResponse(status: 200, body: self.packed.manifest)
    }
    let failure = message { () throws(PackageError) in _ = try client(transport).manifest(reference) }
    #expect((failure == nil) == isFollowed && transport.requests.count == (isFollowed ? 2 : 1))
  }

  @Test func redirectionsEnd() throws {
    let transport = ScriptedTransport { request in
      RegistryResponse(status: 302, headers: ["location": request.url + "x"])
    }
    #expect(
      message { () throws(PackageError) in _ = try client(transport).manifest(reference) }?.message.contains(
        "on and on") == true)
  }

  @Test func failuresThatMayPassAreRepeated() throws {
    var (answers, pauses): ([Int], [Int]) = ([503, 429, 500, 200], [])
    let transport = ScriptedTransport { _ in RegistryResponse(status: answers.removeFirst(), body: self.packed.manifest)
    }
    _ = try client(transport, pauses: { pauses.append($0) }).manifest(reference)
    #expect(pauses == [100, 200, 400])
    answers = [Int](repeating: 503, count: 4)
    let failure = message { () throws(PackageError) in _ = try client(transport).manifest(reference) }
    #expect(failure?.message.hasSuffix("it answered 503") == true && answers.isEmpty)
    var attempts = 0
    let dead = ScriptedTransport { _ throws(PackageError) in
      attempts += 1
      throw PackageError(.registry, "nothing listens")
    }
    #expect(
      message { () throws(PackageError) in _ = try client(dead).manifest(reference) }?.message == "nothing listens")
    #expect(attempts == 4)
  }

  @Test func whatIsMissingIsSaidSo() throws {
    let body = #"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest\u001b[31m unknown"}]}"#
    let transport = ScriptedTransport { _ in RegistryResponse(status: 404, body: Array(body.utf8)) }
    let failure = message { () throws(PackageError) in _ = try client(transport).manifest(reference) }
    #expect(failure?.kind == .missing && failure?.message == "registry.local has no kc/redis:1.2.0")
    // A registry's words do not reach a terminal with control characters.
    #expect(failure?.notes == ["registry.local says: manifest [31m unknown"])
  }

  @Test func tagsComeInPages() throws {
    let transport = ScriptedTransport { request in
      request.url.hasSuffix("list")
        ? RegistryResponse(
          status: 200, headers: ["link": "</v2/kc/redis/tags/list?last=1.0.0>; rel=\"next\""],
          body: Array(#"{"tags":["1.0.0","../x"]}"#.utf8))
        : RegistryResponse(status: 200, body: Array(#"{"tags":["1.1.0"]}"#.utf8))
    }
    #expect(try client(transport).tags(reference) == ["1.0.0", "1.1.0"])
    #expect(try client(ScriptedTransport { _ in RegistryResponse(status: 404) }).tags(reference) == [])
  }

  @Test func publishingSendsWhatIsNotThere() throws {
    let known = PackageDigest.of(packed.config)
    let transport = ScriptedTransport { request in
      switch request.method {
      case "HEAD": RegistryResponse(status: request.url.hasSuffix(known) ? 200 : 404)
      case "POST": RegistryResponse(status: 202, headers: ["location": "/upload/1?state=a"])
      default: RegistryResponse(status: 201)
      }
    }
    try client(transport).publish(packed, to: reference)
    let sent = transport.requests.filter { $0.method == "PUT" }
    #expect(
      sent.map(\.url) == [
        "https://registry.local/upload/1?state=a&digest=sha256%3A\(PackageDigest.of(packed.content).dropFirst(7))",
        "https://registry.local/v2/kc/redis/manifests/1.2.0",
      ])
    #expect(sent.map(\.body) == [packed.content, packed.manifest])
    #expect(sent.last?.headers["content-type"] == "application/vnd.oci.image.manifest.v1+json")
  }

  @Test func hostsAreReachedOverHTTPSUnlessTheyAreThisMachine() throws {
    func url(_ text: String, _ isInsecure: Bool = false) throws -> String {
      RegistryURL.base(try PackageReference(text), isInsecure: isInsecure)
    }
    #expect(try url("oci://localhost:5000/a:1") == "http://localhost:5000/v2/a/")
    #expect(try url("oci://127.0.0.1:5000/a:1") == "http://127.0.0.1:5000/v2/a/")
    #expect(try url("oci://[::1]:5000/a:1") == "http://[::1]:5000/v2/a/")
    #expect(try url("oci://127.0.0.1.evil.com/a:1") == "https://127.0.0.1.evil.com/v2/a/")
    #expect(try url("oci://localhost.evil.com/a:1") == "https://localhost.evil.com/v2/a/")
    #expect(try url("oci://r.local/a:1", true) == "http://r.local/v2/a/")
    #expect(try url("oci://docker.io/redis:1") == "https://registry-1.docker.io/v2/library/redis/")
  }

  @Test func challengesAreRead() {
    #expect(
      Challenge.parse(#"Basic realm="a \"b\"", Bearer realm="https://x/t",scope="a,b c",error=invalid"#) == [
        Challenge(scheme: "basic", parameters: ["realm": "a \"b\""]),
        Challenge(scheme: "bearer", parameters: ["realm": "https://x/t", "scope": "a,b c", "error": "invalid"]),
      ])
    for text in ["", ",", "=", "=x", "Bearer", "Bearer realm", "Bearer realm=", "Bearer realm=\"", "\"", "a=b"] {
      _ = Challenge.parse(text)
    }
  }
}
