internal import KCClient
internal import KCControl
internal import KCData
internal import KCKube

/// The engine's volumes: folders below its own, as long as the objects for them are there.
struct LocalVolumes: Sendable {
  let home: EngineHome
  let client: APIClient

  /// Makes the class of storage that claims get which name none, unless there is one of that name already.
  func publishClass() async throws(EngineError) {
    let object = LocalVolume.storageClass
    guard let type = client.types.find((object.apiVersion, object.kind)) else { return }
    do throws(ClientError) {
      if try await client.find(type, namespace: nil, name: LocalVolume.className) != nil { return }
      _ = try await client.create(object, type: type)
    } catch {
      if !error.isAlreadyExists { throw EngineError("the storage class cannot be made: \(error)") }
    }
  }

  /// Removes the folders of volumes that are gone, those that went while the engine was off too.
  func run() async {
    guard let type = client.types.find(apiVersion: "v1", kind: "PersistentVolume") else { return }
    let informer = Informer(client: client, type: type)
    let (changes, changed) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    informer.addHandler { change in if case .deleted = change { changed.yield() } }
    await withDiscardingTaskGroup { group in
      group.addTask {
        await informer.run()
        changed.finish()
      }
      await informer.waitUntilSynced()
      if Task.isCancelled { return }
      changed.yield()
      for await _ in changes {
        let there = Set(informer.list().compactMap(\.name))
        for name in FileSystem.list(home.volumes) where name.hasPrefix("pvc-") && !there.contains(name) {
          FileSystem.removeTree("\(home.volumes)/\(name)")
        }
      }
    }
  }
}
