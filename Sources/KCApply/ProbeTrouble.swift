internal import KCData
internal import KCKube

/// A probe that fails, as the events of a pod tell of it.
struct ProbeTrouble {
  enum Kind: String, CaseIterable { case readiness, liveness, startup }

  var kind: Kind
  /// `HTTP probe failed with statuscode: 404`
  var detail: String
  /// How often it has failed.
  var count: Int64

  init?(message: String, count: Int64) {
    for kind in Kind.allCases {
      let start = "\(kind.rawValue.prefix(1).uppercased())\(kind.rawValue.dropFirst()) probe "
      guard message.hasPrefix(start) else { continue }
      self.kind = kind
      self.count = count
      let rest = message.dropFirst(start.count)
      detail = Self.lasting(String(rest.firstRange(of: "failed: ").map { rest[$0.upperBound...] } ?? rest))
      return
    }
    return nil
  }

  /// The text without what is another each time: runtimes name the run of a command, `"49ee79624f7a…"`.
  private static func lasting(_ text: String) -> String {
    text.split(separator: " ", omittingEmptySubsequences: false).filter { word in
      let inner = word.drop { $0 == "\"" }.prefix { $0.isHexDigit }
      return inner.count < 32 || !word.hasPrefix("\"")
    }.joined(separator: " ").split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  /// In words: `its readiness probe fails: …`.
  var words: String { "its \(kind.rawValue) probe fails: \(detail)" }

  /// Seconds that a readiness probe may fail while a program still starts.
  static let patience = 60.0
  /// The same where the program answers already, and says that it will not: it is up, and asked for the wrong thing.
  static let shortPatience = 6.0
  /// The same where the program answers each time that it has failed within.
  static let errorPatience = 20.0

  /// Whether time will not cure it.
  ///
  /// - Parameters:
  ///   - pod: whose probe it is.
  ///   - now: the time, by the clock that the pod's times are of.
  func isCertain(_ pod: Value, now: Timestamp) -> Bool {
    switch kind {
    case .liveness, .startup:
      // It was killed for that, and begins to fail again.
      return PodFailure.restarts(pod) > 0
    case .readiness:
      let specs = pod.at("spec", "containers")?.array ?? []
      let threshold = specs.compactMap { $0.at("readinessProbe", "failureThreshold")?.int }.max() ?? 3
      guard count >= threshold else { return false }
      let starts = (pod.at("status", "containerStatuses")?.array ?? []).compactMap {
        $0.at("state", "running", "startedAt")?.string.flatMap { Timestamp($0) }
      }
      guard let latest = starts.map({ now.seconds(since: $0) }).min() else { return false }
      return latest >= (isRefusal ? Self.shortPatience : isError ? Self.errorPatience : Self.patience)
    }
  }

  /// Whether a program answers that something is wrong with itself. 503 says that it is not ready yet, which passes.
  private var isError: Bool { ["500", "501"].contains { detail.hasSuffix("statuscode: \($0)") } }

  /// Whether the probe fails because the container ends by itself: then its end is what has to be told.
  func follows(from pod: Value, now: Timestamp) -> Bool {
    if detail.contains("CONTAINER_EXITED") { return true }
    return kind == .readiness && PodFailure.isCrashing(pod, now: now, within: Self.patience)
  }

  /// Whether a program answers that what it is asked for is not there or not for the asker, or is up on another port; or
  /// whether the command that asks is not in the image.
  private var isRefusal: Bool {
    ["400", "401", "403", "404", "405"].contains { detail.hasSuffix("statuscode: \($0)") }
      || detail.contains("connection refused; the container listens on port")
      || ["executable file not found", "no such file or directory", "permission denied"].contains {
        detail.contains("exec") && detail.contains($0)
      }
  }
}
