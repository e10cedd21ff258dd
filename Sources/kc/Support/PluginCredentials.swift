import Dispatch
import Glibc
import KCClient
import KCData

/// Credentials from a program, asked again when they end or are refused.
actor PluginCredentials: TokenProvider {
  private let plugin: CredentialPlugin
  private var cached: CredentialPlugin.Credential?

  init(_ plugin: CredentialPlugin) { self.plugin = plugin }

  func token(refreshing: Bool) async throws(ClientError) -> String? {
    try await credential(refreshing: refreshing).token
  }

  /// The credential, from the program where what it gave last has ended.
  func credential(refreshing: Bool = false) async throws(ClientError) -> CredentialPlugin.Credential {
    if !refreshing, let cached, cached.isValid(at: Self.now()) { return cached }
    let plugin = plugin
    let outcome = await withCheckedContinuation { continuation in
      // It may ask its user to log in: no thread of the pool is to wait for that.
      DispatchQueue.global().async { continuation.resume(returning: Self.run(plugin)) }
    }
    let fresh = try outcome.get()
    cached = fresh
    return fresh
  }

  private static func run(_ plugin: CredentialPlugin) -> Result<CredentialPlugin.Credential, ClientError> {
    let isInteractive = isatty(0) == 1
    if plugin.interactiveMode == "Always", !isInteractive {
      return .failure(.noCredentials("the exec plugin \(plugin.command) needs a terminal to ask on"))
    }
    var environment = plugin.environment
    environment["KUBERNETES_EXEC_INFO"] = plugin.info(isInteractive: isInteractive)
    // Who can ask the user to log in somewhere is waited for until that is done, or until the user has had enough.
    let patience = ChildProcess.Patience(limit: isInteractive ? nil : 60) {
      Terminal.say("The exec plugin \(plugin.command) is waited for.")
    }
    let outcome = ChildProcess.output(
      of: plugin.command, plugin.arguments, adding: environment, readsTerminal: isInteractive, patience: patience)
    switch outcome {
    case .failure(let why):
      let hint = plugin.installHint.map { "\n\($0)" } ?? ""
      return .failure(.noCredentials("the exec plugin \(plugin.command) \(why.text)\(hint)"))
    case .success(let output):
      do throws(Kubeconfig.Failure) {
        return .success(try plugin.credential(output))
      } catch {
        return .failure(.noCredentials(error.description))
      }
    }
  }

  private static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
  }
}

/// A token in a file that is renewed, as that of a service account.
actor FileToken: TokenProvider {
  private let path: String
  private var cached: (token: String, at: ContinuousClock.Instant)?

  init(path: String) { self.path = path }

  func token(refreshing: Bool) async throws(ClientError) -> String? {
    let now = ContinuousClock.now
    if !refreshing, let cached, now - cached.at < .seconds(60) { return cached.token }
    guard let text = Files.readText(path) else { throw .noCredentials("the token file \(path) cannot be read") }
    let token = text.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
    cached = (token, now)
    return token
  }
}
