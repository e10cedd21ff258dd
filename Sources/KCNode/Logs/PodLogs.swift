public import KCData

/// What of a log is asked for, as in the API's `log` subresource.
public struct PodLogOptions: Sendable, Hashable {
  /// The last lines only.
  public var tailLines: Int?
  /// Lines from this moment on.
  public var since: Timestamp?
  /// Bytes at most.
  public var limitBytes: Int?
  /// Whether lines begin with their time.
  public var timestamps = false
  /// Whether the container before the present one is meant.
  public var previous = false
  /// Whether to go on with what is written later.
  public var follow = false

  public init() {}
}

/// Reads the logs of containers.
public struct PodLogs: Sendable {
  /// The folder that holds `pods`.
  public var root: String
  /// Seconds between two looks at a log that is followed.
  public var interval = 0.1
  private let clock: any NodeClock

  public init(root: String, clock: any NodeClock = SystemNodeClock()) {
    self.root = root
    self.clock = clock
  }

  /// The folder of a pod's logs.
  public static func folder(root: String, namespace: String, name: String, uid: String) -> String {
    "\(root)/pods/\(namespace)_\(name)_\(uid)"
  }

  /// The log of a container; nil where it has none.
  public func path(namespace: String, pod: String, uid: String, container: String, previous: Bool = false) -> String? {
    let folder = "\(Self.folder(root: root, namespace: namespace, name: pod, uid: uid))/\(container)"
    let numbers = Files.names(folder).compactMap { name in name.hasSuffix(".log") ? Int(name.dropLast(4)) : nil }
    let sorted = numbers.sorted(by: >)
    return sorted.dropFirst(previous ? 1 : 0).first.map { "\(folder)/\($0).log" }
  }

  /// The log as it comes: chunks of whole lines.
  ///
  /// - Parameters:
  ///   - path: as `path(…)` gives it.
  ///   - isRunning: asked while following; once it says no and all is read, the stream ends.
  public func stream(
    path: String, options: PodLogOptions, isRunning: @escaping @Sendable () async -> Bool = { false }
  ) -> AsyncThrowingStream<[UInt8], any Error> {
    let interval = interval
    let clock = clock
    return AsyncThrowingStream { continuation in
      let task = Task {
        var reader = LogReader(path: path, options: options)
        while !Task.isCancelled {
          let wasRunning = options.follow ? await isRunning() : false
          while let chunk = reader.next() { continuation.yield(chunk) }
          if reader.isExhausted || !wasRunning { break }
          await clock.wait(interval)
        }
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  /// All of the log that is asked for and there now.
  public func read(path: String, options: PodLogOptions) -> [UInt8] {
    var reader = LogReader(path: path, options: options)
    var out: [UInt8] = []
    while let chunk = reader.next() { out += chunk }
    return out
  }

  /// The text of the last lines of a log.
  static func lastLines(path: String, lines: Int, bytes: Int) -> [UInt8] {
    var options = PodLogOptions()
    options.tailLines = lines
    var reader = LogReader(path: path, options: options)
    var out: [UInt8] = []
    while let chunk = reader.next() { out = Array((out + chunk).suffix(bytes)) }
    return out
  }
}
