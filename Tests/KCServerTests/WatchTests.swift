import KCData
import KCKube
import KCServer
import KCTestSupport
import Testing

/// Watches that come and go.
@Suite struct WatchTests {
  private static let maps = "/api/v1/namespaces/default/configmaps"

  /// Clients go while changes are told to them: the one who tells holds nothing that the end of a watch waits for.
  @Test(.timeLimit(.minutes(1))) func watchesEndWhileChangesAreTold() async throws {
    let server = try APIServer(store: MemoryStore(), settings: .init(now: { Timestamp(seconds: 1_700_000_000) }))
    try await server.bootstrap()
    let watch = APIRequest(
      method: "GET", path: Self.maps, query: [("watch", "true"), ("resourceVersion", "")], user: .engine)
    let writer = Task {
      var index = 0
      while !Task.isCancelled {
        let object: Value = ["metadata": ["name": .string("m\(index)")], "data": ["a": "1"]]
        let post = APIRequest(method: "POST", path: Self.maps, body: .value(object), user: .engine)
        guard await server.handle(post).status == 201 else { return -1 }
        index += 1
      }
      return index
    }
    for round in 0..<400 {
      await withTaskGroup(of: Void.self) { group in
        for client in 0..<8 {
          group.addTask {
            guard case .events(let events) = await server.handle(watch).body else { return }
            var heard = 0
            do {
              for try await _ in events {
                heard += 1
                if heard > (round + client) % 3 + 1, client.isMultiple(of: 4) { break }
              }
            } catch {
              Issue.record(error)
            }
          }
        }
        await group.next()
        group.cancelAll()
      }
    }
    writer.cancel()
    #expect(await writer.value > 0)
  }
}
