internal import KCClient
internal import KCData
internal import KCKube
internal import KCPlan
internal import KCScheduler

/// What is told of a failure beside its cause.
extension Applier {
  /// The last lines that the failing container of a pod wrote; none where they cannot be had, or not soon: a node that
  /// does not answer keeps nobody from hearing the cause.
  func lastLines(_ name: String?, _ namespace: String) async -> [String] {
    await withTaskGroup(of: [String].self) { group in
      group.addTask { await readLastLines(name, namespace) }
      group.addTask {
        try? await Task.sleep(for: Self.logPatience)
        return []
      }
      defer { group.cancelAll() }
      return await group.next() ?? []
    }
  }

  /// How long the end of a log is waited for.
  private static let logPatience = Duration.seconds(4)

  private func readLastLines(_ name: String?, _ namespace: String) async -> [String] {
    guard let name, let type = client.types.find(apiVersion: "v1", kind: "Pod") else { return [] }
    let pod = try? await client.find(type, namespace: namespace, name: name)
    let container = pod.flatMap(PodFailure.troubled)
    for previous in ["true", "false"] {
      var query = [(name: "tailLines", value: "5"), (name: "previous", value: previous)]
      if let container { query.append((name: "container", value: container)) }
      let answer = try? await client.transport.send(
        APIRequest(
          method: "GET", path: type.path(namespace: namespace, name: name, subresource: "log"), query: query))
      if let answer, answer.status == 200, case .bytes(let bytes) = answer.body, !bytes.isEmpty {
        return String(decoding: bytes.suffix(2000), as: UTF8.self).split(separator: "\n").map(String.init)
      }
    }
    return []
  }

  /// Why a pod fits nowhere, node by node, and what would help: with the scheduler that places it.
  ///
  /// - Returns: nil where it cannot be told, or where the pod fits by now.
  func placementCause(_ name: String?, _ namespace: String) async -> String? {
    guard let name, let type = client.types.find(apiVersion: "v1", kind: "Pod"),
      let pod = try? await client.find(type, namespace: namespace, name: name), PodFailure.unschedulable(pod) != nil
    else { return nil }
    let reader = LiveReader(client: client, target: "")
    guard let cluster = try? await reader.cluster(), let rules = try? await reader.scheduling(),
      let profile = rules.profile(for: pod), !cluster.nodes.isEmpty
    else { return nil }
    let others = cluster.pods.filter { $0.uid != pod.uid }
    let snapshot = Snapshot(
      nodes: cluster.nodes, pods: others, namespaces: cluster.namespaces, others: cluster.others)
    let scheduler = Scheduler(profile: profile)
    let decision = scheduler.schedule(pod, in: snapshot)
    if decision.node != nil { return nil }
    let explanation = scheduler.explain(decision, of: pod, in: snapshot)
    if let problem = explanation.problem {
      return "pod \(name) fits nowhere: \(problem.reasons.joined(separator: ", "))"
    }
    var nodes: [String: [String]] = [:]
    for node in explanation.nodes { nodes[node.words, default: []].append(node.name) }
    let reasons = nodes.sorted { $0.key < $1.key }.map { words, names in
      "\(names.count > 4 ? "\(names.count) nodes" : names.sorted().joined(separator: ", ")): \(words)"
    }
    if reasons.isEmpty { return nil }
    let help = explanation.changes.first.map { "; would fit: \($0.words)" } ?? ""
    return "pod \(name) fits nowhere: \(reasons.joined(separator: "; "))\(help)"
  }

  /// The newest job of a cron job that is still there, with its pods.
  private func lastRun(of cron: Value) async -> (job: Value, pods: [Value])? {
    guard let jobs = client.types.find(apiVersion: "batch/v1", kind: "Job"),
      let podType = client.types.find(apiVersion: "v1", kind: "Pod"),
      let list = try? await client.list(jobs, namespace: cron.namespace, limit: 500)
    else { return nil }
    let own = list.items.filter { $0.controllerOwner?["uid"]?.string == cron.uid }
    guard
      let newest = own.max(by: {
        ($0.at("metadata", "creationTimestamp")?.string ?? "")
          < ($1.at("metadata", "creationTimestamp")?.string ?? "")
      })
    else { return nil }
    let pods = try? await client.list(
      podType, namespace: cron.namespace, labelSelector: "batch.kubernetes.io/job-name=\(newest.name ?? "")")
    return (newest, pods?.items ?? [])
  }

  /// What an init container that has not ended said last, which tells what it waits for; empty where none does.
  func lastWords(_ step: Step, _ made: Value?) async -> String {
    guard let object = current(step, made) else { return "" }
    let pods = object.kind == "Pod" ? [object] : watch.pods(of: object)
    guard let pod = pods.first(where: { PodFailure.waitingInit($0) != nil }),
      let line = await lastLines(pod.name, step.key.namespace).last
    else { return "" }
    return "; its last line: \(line.prefix(200))"
  }

  /// Whether pods of a workload could be made now: that they could not is told for a while after the reason is gone.
  ///
  /// Asked now and then: a workload is looked at more often.
  func podRefusal(_ object: Value, _ wait: inout Wait) async -> String? {
    let now = ContinuousClock.now
    if let known = wait.podRefusal, now < known.until { return known.words }
    let words = await podRefusal(object)
    wait.podRefusal = (words, now + options.eventPause)
    return words
  }

  /// The refusal of pods that counts: what was in the way when a controller tried may not be what is now.
  ///
  /// - Parameters:
  ///   - told: what the controller says, with the name of the pod.
  ///   - asked: the answer now, to a pod of a name that there is not.
  static func newer(_ told: String, _ asked: String) -> String {
    let mark = "is forbidden: "
    guard let why = asked.firstRange(of: mark).map({ asked[$0.upperBound...] }) else { return asked }
    let kind = why.prefix { $0 != ":" && $0 != "," }
    return told.contains("\(mark)\(kind)") ? told : String(why)
  }

  private func podRefusal(_ object: Value) async -> String? {
    guard let pod = LiveReader.pod(of: object), let type = client.types.find(apiVersion: "v1", kind: "Pod") else {
      return "it has no pods"
    }
    do throws(ClientError) {
      _ = try await client.create(pod, type: type, dryRun: true)
      return nil
    } catch {
      return error.status?.message ?? error.description
    }
  }

  /// How an object stands, with all that an apply would tell of why; and the last lines of what failed.
  func explained(_ health: Health, of object: Value, _ pods: [Value]) async -> (Health, logs: [String]) {
    let namespace = object.namespace ?? ""
    switch health {
    case .healthy, .barred: return (health, [])
    case .failed(let cause, _) where object.kind == "CronJob":
      guard let (job, pods) = await lastRun(of: object), case .failed(let why, let pod) = Health.of(job, pods: pods)
      else { return (health, []) }
      return (.failed(cause: "\(cause): \(why)", pod: pod), await lastLines(pod, namespace))
    case .failed(_, let pod):
      if let placed = await placementCause(pod, namespace) { return (.failed(cause: placed, pod: pod), []) }
      return (health, await lastLines(pod, namespace))
    case .progressing(let state):
      var trouble: (text: String, isFinal: Bool)?
      if object.kind == "PersistentVolumeClaim" {
        trouble = await claimTrouble(object)
      } else if let pod = pods.first(where: PodFailure.waitsForVolumes) {
        trouble = await claimsTrouble(pod)
      } else if let warning = await warnings(of: [object] + pods.filter { !$0.isBeingDeleted }).first {
        trouble = (warning.text, warning.isFinal)
      }
      guard let trouble else {
        let waiting = pods.first { PodFailure.waitingInit($0) != nil }
        return (health, waiting == nil ? [] : await lastLines(waiting?.name, namespace))
      }
      return (
        trouble.isFinal ? .failed(cause: trouble.text, pod: nil) : .progressing("\(state): \(trouble.text)"), []
      )
    }
  }

  /// Whether a cluster autoscaler makes room for a pod.
  func isScaledFor(_ name: String?, _ namespace: String) async -> Bool {
    guard let name, let type = client.types.find(apiVersion: "v1", kind: "Event") else { return false }
    let list = try? await client.list(
      type, namespace: namespace, fieldSelector: "involvedObject.name=\(name)", limit: 100)
    return (list?.items ?? []).contains { event in
      event.at("involvedObject", "name")?.string == name
        && ["TriggeredScaleUp", "Nominated"].contains(event["reason"]?.string ?? "")
    }
  }

  /// Why the claims of a pod that waits for volumes are not bound, where that is known.
  func claimsTrouble(_ pod: Value) async -> (text: String, isFinal: Bool)? {
    guard let claims = client.types.find(apiVersion: "v1", kind: "PersistentVolumeClaim") else { return nil }
    for volume in pod.at("spec", "volumes")?.array ?? [] {
      guard let name = volume.at("persistentVolumeClaim", "claimName")?.string,
        let claim = try? await client.find(claims, namespace: pod.namespace, name: name),
        claim.at("status", "phase")?.string != "Bound"
      else { continue }
      return await claimTrouble(claim)
    }
    return nil
  }

  /// Why a claim has not the very volume that it names.
  private func volumeTrouble(_ claim: Value) async -> (text: String, isFinal: Bool)? {
    guard let wanted = claim.at("spec", "volumeName")?.string, !wanted.isEmpty,
      let volumes = client.types.find(apiVersion: "v1", kind: "PersistentVolume")
    else { return nil }
    let text = "claim \(claim.name ?? "") wants the volume \(wanted)"
    do throws(ClientError) {
      let volume = try await client.get(volumes, namespace: nil, name: wanted)
      guard let other = volume.at("spec", "claimRef"),
        (other["namespace"]?.string, other["name"]?.string) != (claim.namespace, claim.name)
      else { return nil }
      return ("\(text), which \(other["namespace"]?.string ?? "")/\(other["name"]?.string ?? "") has", true)
    } catch  where error.isNotFound {
      return ("\(text), and there is none", true)
    } catch {
      return nil
    }
  }

  /// Why a claim is not bound, where that is known.
  func claimTrouble(_ claim: Value) async -> (text: String, isFinal: Bool)? {
    guard let classes = client.types.find(apiVersion: "storage.k8s.io/v1", kind: "StorageClass") else { return nil }
    let name = claim.name ?? ""
    if let trouble = await volumeTrouble(claim) { return trouble }
    let warning = await warnings(of: [claim]).first
    guard let wanted = claim.storageClassName, !wanted.isEmpty else {
      if let warning { return ("claim \(name): \(warning.text)", warning.reason == "ProvisioningFailed") }
      let isNamed = claim.storageClassName != nil
      let why = isNamed ? "wants no storage class" : "names no storage class, the target has no default one"
      return ("claim \(name) \(why), and no free volume fits", true)
    }
    do throws(ClientError) {
      let found = try await client.get(classes, namespace: nil, name: wanted)
      if let warning {
        // A class that was made a moment ago is there, though the controller has not seen it yet: it looks again.
        let isStale = warning.text.hasSuffix("storageclass.storage.k8s.io \"\(wanted)\" not found")
        return ("claim \(name): \(warning.text)", warning.reason == "ProvisioningFailed" && !isStale)
      }
      let maker = found["provisioner"]?.string ?? ""
      if maker == "kubernetes.io/no-provisioner" {
        return ("claim \(name): no free volume of the storage class \(wanted) fits, and nothing makes any", false)
      }
      return ("claim \(name) waits for a volume of the storage class \(wanted), which \(maker) is to make", false)
    } catch  where error.isNotFound {
      return ("claim \(name): there is no storage class \(wanted)", true)
    } catch {
      return nil
    }
  }
}
