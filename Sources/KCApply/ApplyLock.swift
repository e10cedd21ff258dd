internal import Glibc
internal import KCClient
internal import KCData
internal import KCKube

/// Who holds a project's lock.
public struct LockHolder: Sendable, Hashable {
  /// `host/process`
  public var name: String
  /// Who started that apply: `anna@laptop`; empty where nobody said.
  public var author: String
  /// When it began and when it last said that it lives, as RFC 3339.
  public var since: String
  public var renewed: String
  /// Seconds until the lock is free if its holder is dead; nil where clocks cannot tell.
  public var secondsLeft: Int?
}

/// Keeps two applies of one project apart: a lease on the target, renewed while the apply runs.
struct ApplyLock: Sendable {
  let client: APIClient
  let project: String
  let namespace: String
  /// `host/process`: so that an apply that died on this machine is known to be dead.
  let holder: String
  /// Who applies, for those who find the lock taken.
  let author: String
  /// How long a lease that seems to have run out is looked at before it is taken: longer than a renewal takes.
  var observation = Self.observationTime
  static let observationTime = Duration.milliseconds(duration * 1000 / 4 + 1500)

  /// A lease that was not renewed for so long is free. In seconds.
  static let duration: Int64 = 20
  static let type = ResourceType(
    group: "coordination.k8s.io", version: "v1", kind: "Lease", plural: "leases", namespaced: true)

  /// - Parameter holder: who takes the lock; nil is this process.
  init(client: APIClient, project: String, namespace: String, author: String = "", holder: String? = nil) {
    self.client = client
    self.project = project
    self.namespace = namespace
    self.author = author
    self.holder = holder ?? "\(Self.hostName())/\(getpid())/\(newUID().prefix(8))"
  }

  private var name: String { "kc.\(project)" }

  /// Takes the lock.
  ///
  /// - Parameter breaking: whether it is taken from a holder that may be alive; its apply stops when it notices.
  /// - Returns: whether it was taken from a holder that may be alive, and has stopped by now.
  /// - Throws: `locked` when another apply that may be alive holds it.
  @discardableResult
  func acquire(breaking: Bool = false) async throws(ApplyFailure) -> Bool {
    var last: LockHolder?
    // Stays so where the answer was lost and the next look finds the lock taken.
    var broken = false
    if try await takeFree() { return false }
    for _ in 0..<6 {
      let current: Value?
      var other: LockHolder?
      do throws(ClientError) {
        current = try await client.find(Self.type, namespace: namespace, name: name)
        if let current { other = breaking ? rival(current) : try await activeHolder(current) }
      } catch {
        throw ApplyFailure(error)
      }
      if let other, !breaking { throw .locked(other) }
      if other != nil { broken = true }
      do throws(ClientError) {
        if let current, current.at("spec", "holderIdentity")?.string != holder {
          var next = lease()
          next.set(current.resourceVersion.map { .string($0) }, at: "metadata", "resourceVersion")
          _ = try await client.update(next, type: Self.type)
        } else if current == nil {
          _ = try await client.create(lease(), type: Self.type)
        }
        if broken { try await outwait() }
        return broken
      } catch {
        // Someone was quicker, or an answer was lost: look again who has it.
        last = current.map(describe)
        if !error.isConflict && !error.isAlreadyExists && !error.isTransient { throw ApplyFailure(error) }
      }
    }
    throw .locked(last ?? LockHolder(name: "another apply", author: "", since: "", renewed: "", secondsLeft: nil))
  }

  /// Takes the lock where nobody has it, as most of the time; to look first would be a request more.
  private func takeFree() async throws(ApplyFailure) -> Bool {
    do throws(ClientError) {
      _ = try await client.create(lease(), type: Self.type)
      return true
    } catch {
      if !error.isAlreadyExists && !error.isConflict && !error.isTransient { throw ApplyFailure(error) }
      return false
    }
  }

  /// Gives the one whose lock was taken the time to notice: it looks after its lease now and then, and goes on until it
  /// has. Who is told to stop meanwhile has no use for the lock.
  private func outwait() async throws(ClientError) {
    do { try await Task.sleep(for: observation) } catch {
      await Task { await release() }.value
      throw .cancelled
    }
  }

  /// Whether the lock is still this one's, as far as can be told.
  func isHeld() async -> Bool {
    let current = try? await client.find(Self.type, namespace: namespace, name: name)
    return current?.at("spec", "holderIdentity")?.string == holder
  }

  /// Who holds the lock now, as far as can be told at once.
  func currentHolder() async -> LockHolder? {
    guard let lease = try? await client.find(Self.type, namespace: namespace, name: name),
      let other = lease.at("spec", "holderIdentity")?.string
    else { return nil }
    let found = describe(lease)
    return found.secondsLeft == nil || life(of: other) == .over ? nil : found
  }

  /// Who has the lease, as long as its process is not known to be gone.
  private func rival(_ lease: Value) -> LockHolder? {
    guard let other = lease.at("spec", "holderIdentity")?.string, other != holder, life(of: other) != .over
    else { return nil }
    return describe(lease)
  }

  /// What is known of a holder's process without asking the target.
  private enum Life { case runs, over, unknown }

  /// Only of processes of this machine it is known; of others, and of this one itself, the lease tells.
  private func life(of other: String) -> Life {
    let parts = other.split(separator: "/")
    guard parts.count >= 2, parts[0] == Self.hostName(), let process = pid_t(parts[1]), process != getpid()
    else { return .unknown }
    return Self.isRunning(process) ? .runs : .over
  }

  /// Renews the lock until the task is cancelled.
  ///
  /// - Returns: who took the lock, if someone did; nil after a cancellation.
  func keep(every pause: Duration = .seconds(duration / 4)) async -> String? {
    while !Task.isCancelled {
      try? await Task.sleep(for: pause)
      if Task.isCancelled { return nil }
      guard let current = try? await client.find(Self.type, namespace: namespace, name: name) else { continue }
      if let other = current.at("spec", "holderIdentity")?.string, other != holder {
        return describe(current).author.isEmpty ? other : describe(current).author
      }
      var next = current
      next.set(.string(Self.now().rfc3339Micro), at: "spec", "renewTime")
      // A conflict means that somebody wrote: the next round sees who.
      _ = try? await client.update(next, type: Self.type)
    }
    return nil
  }

  /// Gives the lock back, if it is still ours. A failure does no harm: the lease runs out.
  func release() async {
    guard let current = try? await client.find(Self.type, namespace: namespace, name: name),
      current.at("spec", "holderIdentity")?.string == holder
    else { return }
    try? await client.delete(
      Self.type, namespace: namespace, name: name, preconditionUID: current.uid)
  }

  private func describe(_ lease: Value) -> LockHolder {
    let renewed = lease.at("spec", "renewTime")?.string ?? ""
    let age = Timestamp(renewed).map { Self.now().seconds(since: $0) } ?? .infinity
    let duration = lease.at("spec", "leaseDurationSeconds")?.int ?? Self.duration
    return LockHolder(
      name: lease.at("spec", "holderIdentity")?.string ?? "another apply",
      author: lease.annotations[Self.authorAnnotation] ?? "",
      since: lease.at("spec", "acquireTime")?.string ?? "", renewed: renewed,
      secondsLeft: abs(age) <= Double(duration) ? Int((Double(duration) - age).rounded(.up)) : nil)
  }

  static let authorAnnotation = "kc.dev/applied-by"

  /// Who holds the lease, unless it ran out or its process on this machine is gone.
  private func activeHolder(_ lease: Value) async throws(ClientError) -> LockHolder? {
    guard let other = lease.at("spec", "holderIdentity")?.string, other != holder else { return nil }
    switch life(of: other) {
    case .runs: return describe(lease)
    case .over: return nil
    case .unknown: break
    }
    let renewed = lease.at("spec", "renewTime")?.string.flatMap { Timestamp($0) } ?? Timestamp(seconds: 0)
    let duration = lease.at("spec", "leaseDurationSeconds")?.int ?? Self.duration
    if Self.now().seconds(since: renewed) <= Double(duration) { return describe(lease) }
    // It ran out by our clock, which may be ahead of the other's: one that lives renews it while we look.
    do { try await Task.sleep(for: observation) } catch { throw .cancelled }
    let later = try? await client.find(Self.type, namespace: namespace, name: name)
    return later.flatMap { $0.resourceVersion == lease.resourceVersion ? nil : describe($0) }
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
        "annotations": [Self.authorAnnotation: .string(author)],
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
