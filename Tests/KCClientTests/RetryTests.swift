import KCClient
import KCData
import KCKube
import Synchronization
import Testing

/// Answers in turn, and counts.
private final class Script: APITransport {
  private let rest: Mutex<[Result<Int, ClientError>]>
  private let seen = Atomic<Int>(0)
  private let header: String?
  private let message: String?

  /// - Parameter message: what the answers say.
  init(_ answers: [Result<Int, ClientError>], retryAfter: String? = nil, message: String? = nil) {
    rest = Mutex(answers)
    header = retryAfter
    self.message = message
  }

  var count: Int { seen.load(ordering: .relaxed) }

  func send(_ request: APIRequest) async throws(ClientError) -> APIResponse {
    seen.wrappingAdd(1, ordering: .relaxed)
    let answer = rest.withLock { $0.isEmpty ? Result<Int, ClientError>.success(200) : $0.removeFirst() }
    var response = APIResponse(status: try answer.get(), body: .value([:]))
    if response.status >= 400, let message {
      response.body = .value(APIStatus(code: response.status, reason: "", message: message).value)
    }
    if response.status >= 400, let header { response.headers["retry-after"] = header }
    return response
  }
}

@Suite struct RetryTests {
  private let quick = RetryingTransport.Policy(
    patience: .seconds(3600), first: .microseconds(100), longest: .milliseconds(1))
  private let gone = Result<Int, ClientError>.failure(.unreachable("cut"))

  private func send(_ method: String, _ answers: [Result<Int, ClientError>], contentType: String? = nil)
    async -> (status: Int?, count: Int)
  {
    let script = Script(answers)
    let answer = try? await RetryingTransport(script, policy: quick).send(
      APIRequest(method: method, path: "/api/v1/pods", contentType: contentType))
    return (answer?.status, script.count)
  }

  @Test func whatCanBeRepeatedIs() async {
    for method in ["GET", "DELETE", "PUT"] {
      let result = await send(method, [gone, .success(500), .success(503), .success(429)])
      #expect(result.status == 200 && result.count == 5)
    }
    #expect(await send("PATCH", [gone], contentType: "application/apply-patch+yaml").status == 200)
  }

  @Test func whatCannotIsNot() async {
    let lost = await send("POST", [gone])
    #expect(lost.status == nil && lost.count == 1)
    #expect(await send("POST", [.success(500)]).count == 1)
    #expect(await send("PATCH", [.success(500)], contentType: "application/json-patch+json").count == 1)
    // One that was turned away at the door has done nothing.
    #expect(await send("POST", [.success(429)]).status == 200)
  }

  @Test func refusalsStand() async {
    for status in [400, 401, 403, 404, 409, 422] {
      let result = await send("GET", [.success(status)])
      #expect(result.status == status && result.count == 1)
    }
  }

  /// Servers say of an apply with unknown fields that they failed themselves: it does not get better.
  @Test func whatDoesNotFitItsKindIsNotRepeated() async throws {
    let words =
      "failed to create typed patch object (/a; example.com/v1, Kind=B): .spec.x: field not declared in schema"
    let script = Script([.success(500)], message: words)
    let answer = try await RetryingTransport(script, policy: quick).send(
      APIRequest(method: "PATCH", path: "/", contentType: "application/apply-patch+yaml"))
    #expect(answer.status == 500 && script.count == 1)
  }

  @Test func theServersWishIsKept() async throws {
    let script = Script([.success(429)], retryAfter: "1")
    let clock = ContinuousClock()
    let start = clock.now
    _ = try await RetryingTransport(script, policy: quick).send(APIRequest(method: "GET", path: "/"))
    #expect(clock.now - start >= .seconds(1))
  }

  @Test func thatItWaitsIsToldOnce() async throws {
    let told = Mutex<[String]>([])
    var policy = quick
    policy.silence = .zero
    policy.onWait = { words in told.withLock { $0.append(words) } }
    let script = Script([.success(503), .success(429), gone])
    let transport = RetryingTransport(script, policy: policy)
    _ = try await transport.send(APIRequest(method: "GET", path: "/"))
    #expect(told.withLock { $0 } == ["it answers 503"])
  }

  /// That nobody is there can be told at once, and that somebody is busy is waited out all the same.
  @Test func whereNobodyIsCanBeToldAtOnce() async {
    var policy = quick
    policy.repeatsUnreachable = false
    let script = Script([.success(429), .success(500), gone])
    let answer = try? await RetryingTransport(script, policy: policy).send(APIRequest(method: "GET", path: "/"))
    #expect(answer == nil && script.count == 3)
  }

  @Test func patienceEnds() async {
    let script = Script(Array(repeating: gone, count: 10_000))
    let policy = RetryingTransport.Policy(
      patience: .milliseconds(300), first: .milliseconds(1), longest: .milliseconds(2))
    let answer = try? await RetryingTransport(script, policy: policy).send(APIRequest(method: "GET", path: "/"))
    #expect(answer == nil && script.count >= 1 && script.count < 10_000)
  }

  /// Ten requests to a server that is gone do not take ten times as long as one.
  @Test func patienceIsThatOfAllRequestsTogether() async throws {
    let script = Script(Array(repeating: gone, count: 10_000))
    let policy = RetryingTransport.Policy(
      patience: .milliseconds(200), first: .milliseconds(1), longest: .milliseconds(2))
    let transport = RetryingTransport(script, policy: policy)
    let get = APIRequest(method: "GET", path: "/")
    _ = try? await transport.send(get)
    // It gives up where its next pause would be too long, and another's might not be.
    try await Task.sleep(for: .milliseconds(20))
    let first = script.count
    for _ in 0..<10 { _ = try? await transport.send(get) }
    #expect(script.count == first + 10)
  }
}
