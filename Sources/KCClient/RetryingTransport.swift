internal import KCData
public import KCKube
internal import Synchronization

/// Repeats requests that may succeed later: after 429 and 503 as the server says, after other failures of a server or
/// of the connection only where doing it twice is the same as doing it once.
public struct RetryingTransport: APITransport {
  /// How often and how patiently.
  public struct Policy: Sendable {
    /// How long a request may be repeated, all in all. While a server cannot be reached at all, this is the time for all
    /// requests together: what is asked when it has passed is tried once.
    public var patience: Duration
    /// The first pause; each further one is twice as long, up to `longest`, and off by up to a half either way so that
    /// clients that failed together do not come back together.
    public var first: Duration
    public var longest: Duration
    /// Whether what had no answer at all is sent again, too.
    public var repeatsUnreachable: Bool

    /// Told once, in words, when it has come to waiting: nobody is to wonder what takes so long.
    public var onWait: (@Sendable (String) -> Void)?
    /// How long a request is repeated before that is told.
    public var silence = Duration.seconds(2)

    public init(
      patience: Duration = .seconds(60), first: Duration = .milliseconds(100), longest: Duration = .seconds(5),
      repeatsUnreachable: Bool = true
    ) {
      self.repeatsUnreachable = repeatsUnreachable
      self.patience = patience
      self.first = first
      self.longest = longest
    }
  }

  private let base: any APITransport
  private let policy: Policy
  private let outage = Outage()
  private let told = Told()

  private final class Told: Sendable {
    private let isTold = Atomic<Bool>(false)
    func first() -> Bool { !isTold.exchange(true, ordering: .relaxed) }
  }

  /// Since when the server could not be reached.
  private final class Outage: Sendable {
    private let start = Mutex<ContinuousClock.Instant?>(nil)

    /// Takes note of a request without an answer.
    func note(_ now: ContinuousClock.Instant) -> ContinuousClock.Instant {
      start.withLock { start in
        let known = start ?? now
        start = known
        return known
      }
    }

    func end() { start.withLock { $0 = nil } }
  }

  public init(_ base: any APITransport, policy: Policy = Policy()) {
    // Patience of two would multiply.
    self.base = (base as? RetryingTransport)?.base ?? base
    self.policy = policy
  }

  public func send(_ request: APIRequest) async throws(ClientError) -> APIResponse {
    let clock = ContinuousClock()
    let start = clock.now
    let end = start + policy.patience
    var pause = policy.first
    while true {
      let answer: Result<APIResponse, ClientError>
      do throws(ClientError) { answer = .success(try await base.send(request)) } catch { answer = .failure(error) }
      var end = end
      switch answer {
      case .success: outage.end()
      case .failure(.unreachable) where !policy.repeatsUnreachable: return try answer.get()
      case .failure(.unreachable): end = min(end, outage.note(clock.now) + policy.patience)
      case .failure: break
      }
      guard let wish = Self.wish(request, answer) else { return try answer.get() }
      let wait = wish.least.map { max($0, pause) } ?? pause * Double.random(in: 0.5...1.5)
      if Task.isCancelled || clock.now + wait > end { return try answer.get() }
      if let tell = policy.onWait, clock.now + wait > start + policy.silence, told.first() { tell(Self.words(answer)) }
      do { try await Task.sleep(for: wait) } catch { throw .cancelled }
      pause = min(pause * 2, policy.longest)
    }
  }

  private static func words(_ answer: Result<APIResponse, ClientError>) -> String {
    switch answer {
    case .success(let response) where response.status == 429: "it has too much to do (429)"
    case .success(let response): "it answers \(response.status)\(reason(response))"
    case .failure(.unreachable(let why)): why
    case .failure(let error): "\(error)"
    }
  }

  /// What a server says of its failure, as far as that fits a line.
  private static func reason(_ response: APIResponse) -> String {
    do throws(ClientError) {
      _ = try APIClient.value(of: response)
      return ""
    } catch {
      // Without words of its own it is told by its number.
      guard let status = error.status, status.reason != "Unknown", !status.message.isEmpty else { return "" }
      return ": \(status.message.prefix(300))"
    }
  }

  /// Whether to try again; nil where the answer stands.
  private static func wish(_ request: APIRequest, _ answer: Result<APIResponse, ClientError>) -> (
    least: Duration?, Void
  )? {
    switch answer {
    case .failure(.unreachable): return isIdempotent(request) ? (nil, ()) : nil
    case .failure: return nil
    case .success(let response):
      switch response.status {
      case 429:
        // An eviction that a budget forbids is answered so as well: that is for the caller to wait out.
        return request.path.hasSuffix("/eviction") ? nil : (retryAfter(response), ())
      case 503 where response.headers["retry-after"] != nil: return (retryAfter(response), ())
      // What a server does not do it will not do later either.
      case 501: return nil
      case 500 where isMisfit(response): return nil
      // What the server could not have from a node it will not have a moment later; and nobody waits for logs.
      case 500... where request.path.hasSuffix("/log"): return nil
      case 500..., 408: return isIdempotent(request) ? (retryAfter(response), ()) : nil
      default: return nil
      }
    }
  }

  /// Seconds, as the header says it; bounded, for a server may say anything.
  private static func retryAfter(_ response: APIResponse) -> Duration? {
    response.headers["retry-after"].flatMap { Int($0) }.map { .seconds(min(max($0, 0), 30)) }
  }

  /// Whether what was sent is wrong, though the server takes it on itself.
  private static func isMisfit(_ response: APIResponse) -> Bool {
    do throws(ClientError) {
      _ = try APIClient.value(of: response)
      return false
    } catch {
      return error.status?.isMisfit ?? false
    }
  }

  /// Whether a request that may have been carried out can be sent again without harm.
  private static func isIdempotent(_ request: APIRequest) -> Bool {
    switch request.method {
    case "GET", "HEAD", "DELETE": request[query: "follow"] != "true"
    // A replacement of a version that is gone conflicts, which its caller must expect anyway.
    case "PUT": true
    case "PATCH": request.contentType != APIClient.PatchKind.json.rawValue
    default: request[query: "dryRun"] == "All"
    }
  }
}
