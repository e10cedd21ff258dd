internal import KCClient
internal import KCData
internal import KCKube

/// Does what reconcilers ask for, through the API, and lets the cache know of each answer.
struct ActionExecutor: Sendable {
  let client: APIClient
  let cache: ClusterCache
  let events: EventRecorder

  /// Does the steps in order; the first failure ends the whole, after the other actions of its step have ended.
  func run(_ steps: [[Action]]) async throws(ClientError) {
    var versions = OwnWrites()
    for step in steps {
      if Task.isCancelled { throw .cancelled }
      if step.count == 1, let action = step.first {
        try await perform(action, &versions)
      } else {
        try await runTogether(step)
      }
    }
  }

  private func runTogether(_ step: [Action]) async throws(ClientError) {
    let failure = await withTaskGroup(of: ClientError?.self) { group in
      for action in step {
        group.addTask {
          var versions = OwnWrites()
          do throws(ClientError) {
            try await perform(action, &versions)
            return nil
          } catch {
            return error
          }
        }
      }
      return await group.reduce(nil as ClientError?) { $0 ?? $1 }
    }
    if let failure { throw failure }
  }

  private func perform(_ action: Action, _ versions: inout OwnWrites) async throws(ClientError) {
    switch action {
    case .create(let object, let note): try await create(object, note)
    case .update(let object, let subresource): try await update(object, subresource, &versions)
    case .patch(let key, let patch, let subresource): try await self.patch(key, patch, subresource)
    case .delete(let key, let uid, let propagation, let grace, let note):
      try await delete(key, uid, propagation, grace)
      if let note { await events.record(note) }
    case .verifyAbsent(let key, let uid): try await verifyAbsent(key, uid)
    case .deleteAll(let kind, let namespace): try await deleteAll(kind, namespace)
    case .finalizeNamespace(let namespace, let content): try await finalize(namespace, content)
    case .note(let note): await events.record(note)
    }
  }

  private func type(_ kind: ObjectKind) throws(ClientError) -> ResourceType {
    if let type = client.types.find(apiVersion: kind.apiVersion, kind: kind.name) { return type }
    if let type = cache.customTypes.first(where: { ObjectKind($0) == kind }) { return type }
    throw .badAnswer("the kind \(kind.apiVersion) \(kind.name) is not known")
  }

  private func type(of object: Value) throws(ClientError) -> ResourceType {
    try type(ObjectKind(of: object) ?? ObjectKind("", ""))
  }
}

extension ActionExecutor {
  private func create(_ object: Value, _ note: EventNote?) async throws(ClientError) {
    do {
      let made = try await client.create(object, type: type(of: object))
      cache.store(made.identified(as: object))
      if var note {
        note.message += made.name ?? ""
        await events.record(note)
      }
    } catch {
      // The copy lacks an object that is there: it is fetched, so that the next attempt sees it.
      if error.isAlreadyExists, let key = ObjectKey(object) { await refresh(key) }
      throw error
    }
  }

  private func update(_ object: Value, _ subresource: String?, _ versions: inout OwnWrites) async throws(ClientError) {
    let sent = versions.current(object)
    do {
      let written = try await client.update(sent, type: type(of: object), subresource: subresource)
      versions.note(from: object, to: written)
      cache.store(written.identified(as: object))
    } catch {
      if let key = ObjectKey(object) {
        if error.isNotFound { cache.remove(key, uid: object.uid) }
        if error.isConflict { await refresh(key) }
      }
      throw error
    }
  }

  private func patch(_ key: ObjectKey, _ patch: Value, _ subresource: String?) async throws(ClientError) {
    do {
      let written = try await client.patch(
        type(key.kind), namespace: key.namespace, name: key.name, patch, subresource: subresource)
      cache.store(written.identified(as: ["apiVersion": .string(key.kind.apiVersion), "kind": .string(key.kind.name)]))
    } catch {
      if error.isNotFound { cache.remove(key, uid: nil) }
      throw error
    }
  }

  private func delete(_ key: ObjectKey, _ uid: String?, _ propagation: String?, _ grace: Int?)
    async throws(ClientError)
  {
    do {
      try await client.delete(
        type(key.kind), namespace: key.namespace, name: key.name, preconditionUID: uid, gracePeriod: grace,
        propagation: propagation)
    } catch {
      // Gone already, or another object by now: either way the one that was meant is no more.
      if error.isNotFound || error.status?.code == 409 {
        cache.remove(key, uid: uid)
        return
      }
      throw error
    }
    await refresh(key)
  }

  /// Reads an object anew.
  private func refresh(_ key: ObjectKey) async {
    guard let type = try? type(key.kind) else { return }
    do {
      let object = try await client.get(type, namespace: key.namespace, name: key.name)
      let known = cache.get(key)
      if let known, known.uid != object.uid { cache.remove(key, uid: known.uid) }
      cache.store(
        object.identified(as: ["apiVersion": .string(key.kind.apiVersion), "kind": .string(key.kind.name)]))
    } catch {
      if error.isNotFound { cache.remove(key, uid: cache.get(key)?.uid) }
    }
  }

  private func verifyAbsent(_ key: ObjectKey, _ uid: String?) async throws(ClientError) {
    do {
      let found = try await client.get(type(key.kind), namespace: key.namespace, name: key.name)
      cache.store(found.identified(as: ["apiVersion": .string(key.kind.apiVersion), "kind": .string(key.kind.name)]))
      guard uid == nil || found.uid == uid else { return }
    } catch {
      if error.isNotFound { return }
      throw error
    }
    throw .status(APIStatus(code: 409, reason: "Conflict", message: "\(key) is there"))
  }

  private func deleteAll(_ kind: ObjectKind, _ namespace: String) async throws(ClientError) {
    let path = try type(kind).path(namespace: namespace)
    _ = try await client.object(APIRequest(method: "DELETE", path: path))
  }

  private func finalize(_ namespace: Value, _ content: [ObjectKind]) async throws(ClientError) {
    for kind in content {
      guard let type = try? type(kind) else { continue }
      let found: ObjectList
      do throws(ClientError) {
        found = try await client.list(type, namespace: namespace.name)
      } catch {
        // A definition that went a moment ago took its objects with it.
        if error.isNotFound { continue }
        throw error
      }
      if let first = found.items.first {
        found.items.forEach { cache.store($0) }
        throw .status(
          APIStatus(
            code: 409, reason: "Conflict", message: "\(first.kind ?? "") \(first.name ?? "") is still in the namespace")
        )
      }
    }
    var finalized = namespace
    let finalizers = (namespace.at("spec", "finalizers")?.array ?? []).filter { $0.string != "kubernetes" }
    finalized.set(.array(finalizers), at: "spec", "finalizers")
    do {
      _ = try await client.update(finalized, type: type(.namespace), subresource: "finalize")
    } catch {
      if !error.isNotFound { throw error }
    }
    if let key = ObjectKey(namespace) { await refresh(key) }
  }
}

/// The resource versions that our own writes led to, so that several writes to one object can follow one another in one
/// run. A write by someone else in between still is a conflict.
private struct OwnWrites {
  private var successor: [String: String] = [:]

  func current(_ object: Value) -> Value {
    guard let version = object.resourceVersion, let uid = object.uid, let next = successor["\(uid)/\(version)"] else {
      return object
    }
    var object = object
    object.set(.string(next), at: "metadata", "resourceVersion")
    return object
  }

  mutating func note(from sent: Value, to written: Value) {
    guard let version = sent.resourceVersion, let uid = sent.uid, let next = written.resourceVersion else { return }
    successor["\(uid)/\(version)"] = next
  }
}

extension Value {
  /// The object with its kind filled in from another of the same kind, where an answer left it out.
  fileprivate func identified(as other: Value) -> Value {
    if self["kind"] != nil { return self }
    var result = self
    result["apiVersion"] = other["apiVersion"]
    result["kind"] = other["kind"]
    return result
  }
}
