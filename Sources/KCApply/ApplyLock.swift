internal import Glibc
internal import KCClient
internal import KCData
internal import KCKube

/// Keeps two applies of one project apart: a lease on the target, renewed while the apply runs.
struct ApplyLock: Sendable {
  let client: APIClient
  let project: String
  let namespace: String
  /// `host/process`: so that an apply that died on this machine is known to be dead.
  let holder: String

  /// A lease that was not renewed for so long is free. In seconds.
  static let duration: Int64 = 20
  static let type = ResourceType(
    group: "coordination.k8s.io", version: "v1", kind: "Lease", plural: "leases", namespaced: true)

  init(client: APIClient, project: String, namespace: String) {
    self.client = client
    self.project = project
    self.namespace = namespace
    holder = "\(Self.hostName())/\(getpid())"
  }

  private var name: String { "kc.\(project)" }

  /// Takes the lock.
  ///
  /// - Throws: `locked` when another apply that may be alive holds it.
  func acquire() async throws(ApplyFailure) {
    for _ in 0..<5 {
      let current: Value?
      do throws(ClientError) {
        current = try await client.find(Self.type, namespace: namespace, name: name)
      } catch {
        throw ApplyFailure(error)
      }
      if let other = current.flatMap(activeHolder) {
        throw .locked(holder: other, since: current?.at("spec", "acquireTime")?.string ?? "")
      }
      do throws(ClientError) {
        if let current {
          var next = lease()
          next.set(current.resourceVersion.map { .string($0) }, at: "metadata", "resourceVersion")
          _ = try await client.update(next, type: Self.type)
        } else {
          _ = try await client.create(lease(), type: Self.type)
        }
        return
      } catch {
        // Someone was quicker: look again who.
        if !error.isConflict && !error.isAlreadyExists { throw ApplyFailure(error) }
      }
    }
    throw .locked(holder: "another apply", since: "")
  }

  /// Renews the lock until the task is cancelled.
  func keep() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(Self.duration / 4))
      if Task.isCancelled { return }
      _ = try? await client.patch(
        Self.type, namespace: namespace, name: name, ["spec": ["renewTime": .string(Self.now().rfc3339Micro)]])
    }
  }

  /// Gives the lock back. A failure does no harm: the lease runs out.
  func release() async {
    try? await client.delete(Self.type, namespace: namespace, name: name)
  }

  /// Who holds the lease, unless it ran out or its process on this machine is gone.
  private func activeHolder(_ lease: Value) -> String? {
    guard let other = lease.at("spec", "holderIdentity")?.string, other != holder else { return nil }
    let renewed = lease.at("spec", "renewTime")?.string.flatMap { Timestamp($0) } ?? Timestamp(seconds: 0)
    let duration = lease.at("spec", "leaseDurationSeconds")?.int ?? Self.duration
    if Self.now().seconds(since: renewed) > Double(duration) { return nil }
    let parts = other.split(separator: "/")
    if parts.count == 2, parts[0] == Self.hostName(), let process = pid_t(parts[1]), !Self.isRunning(process) {
      return nil
    }
    return other
  }

  /// Whether a process of this machine runs; one that ended and only waits to be collected does not.
  private static func isRunning(_ process: pid_t) -> Bool {
    if kill(process, 0) != 0, errno == ESRCH { return false }
    guard let file = fopen("/proc/\(process)/stat", "r") else { return false }
    defer { fclose(file) }
    var buffer = [UInt8](repeating: 0, count: 512)
    let count = fread(&buffer, 1, buffer.count, file)
    let text = String(decoding: buffer[..<count], as: UTF8.self)
    guard let end = text.lastIndex(of: ")") else { return false }
    return text[end...].dropFirst(2).first != "Z"
  }

  private func lease() -> Value {
    let now = Self.now().rfc3339Micro
    return [
      "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
      "metadata": [
        "name": .string(name), "namespace": .string(namespace),
        "labels": ["app.kubernetes.io/managed-by": "kc"],
      ],
      "spec": [
        "holderIdentity": .string(holder), "leaseDurationSeconds": .int(Self.duration), "acquireTime": .string(now),
        "renewTime": .string(now),
      ],
    ]
  }

  static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
  }

  private static func hostName() -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, 255) == 0 else { return "localhost" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension ApplyFailure {
  init(_ error: ClientError) {
    switch error {
    case .cancelled: self = .cancelled
    default: self = .unreachable(error.description)
    }
  }
}
