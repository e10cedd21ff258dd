/// What runs containers: the Container Runtime Interface as the node agent needs it.
///
/// Stopping and removing what is not there is no error. Lists are of what carries all the given labels.
public protocol ContainerRuntime: Sendable {
  func version() async throws(RuntimeError) -> RuntimeVersion
  /// `RuntimeReady`, `NetworkReady` and what else the runtime tells of itself.
  func conditions() async throws(RuntimeError) -> [RuntimeCondition]

  /// Makes a sandbox and starts it.
  ///
  /// - Parameter handler: one of the runtime's declared handlers; empty is its default.
  /// - Returns: its identity.
  func runSandbox(_ config: SandboxConfig, handler: String) async throws(RuntimeError) -> String
  /// Kills what runs in a sandbox and takes its network down.
  func stopSandbox(_ id: String) async throws(RuntimeError)
  /// Removes a sandbox with all its containers, stopping them first if need be.
  func removeSandbox(_ id: String) async throws(RuntimeError)
  /// The addresses of a sandbox, the first one its main; empty on the machine's own network.
  func sandboxAddresses(_ id: String) async throws(RuntimeError) -> [String]
  func sandboxes(labels: [String: String]) async throws(RuntimeError) -> [Sandbox]

  /// Makes a container, without starting it.
  ///
  /// - Parameter sandboxConfig: what the sandbox was made from.
  /// - Returns: its identity.
  func createContainer(_ config: ContainerConfig, sandbox: String, sandboxConfig: SandboxConfig)
    async throws(RuntimeError) -> String
  func startContainer(_ id: String) async throws(RuntimeError)
  /// Asks a container to end, and kills it when it has not after `grace` seconds; 0 kills it at once.
  func stopContainer(_ id: String, grace: Int64) async throws(RuntimeError)
  func removeContainer(_ id: String) async throws(RuntimeError)
  func containers(labels: [String: String]) async throws(RuntimeError) -> [ContainerSummary]
  func containerState(_ id: String) async throws(RuntimeError) -> ContainerState
  func updateResources(_ id: String, _ resources: ContainerResources) async throws(RuntimeError)
  /// Opens a container's log again after it was moved away.
  func reopenLog(_ id: String) async throws(RuntimeError)
  func stats(labels: [String: String]) async throws(RuntimeError) -> [ContainerStats]

  /// Runs a command in a container and waits for it; after `timeout` seconds (0 is never) it is killed.
  ///
  /// - Throws: `timedOut` when it was killed for that.
  func exec(_ id: String, command: [String], timeout: Int64) async throws(RuntimeError) -> ExecResult
  /// Where the streams of a command can be had.
  func execURL(_ id: String, command: [String], streams: StreamOptions) async throws(RuntimeError) -> String
  /// Where the streams of a container's first process can be had.
  func attachURL(_ id: String, streams: StreamOptions) async throws(RuntimeError) -> String
  /// Where connections to ports of a sandbox can be had.
  func portForwardURL(sandbox: String, ports: [Int32]) async throws(RuntimeError) -> String

  func images() async throws(RuntimeError) -> [ContainerImage]
  /// The image of a name, or nil where it is not there.
  func image(_ name: String) async throws(RuntimeError) -> ContainerImage?
  /// Fetches an image.
  ///
  /// - Returns: its identity.
  func pullImage(_ name: String, credentials: RegistryCredentials?) async throws(RuntimeError) -> String
  func removeImage(_ name: String) async throws(RuntimeError)
}
