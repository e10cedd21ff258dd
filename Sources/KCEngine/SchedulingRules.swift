internal import KCClient
internal import KCCodec
internal import KCData
internal import KCKube
internal import KCScheduler

/// What the engine's scheduler was told at the start.
struct SchedulingRules: Sendable {
  let home: EngineHome

  /// Reads the rules and tells them in the cluster, where plans find them.
  func publish(over client: APIClient) async throws(EngineError) -> SchedulerConfiguration {
    let place = SchedulerConfiguration.published
    guard let type = client.types.find(apiVersion: "v1", kind: "ConfigMap") else { return .default }
    do throws(ClientError) {
      guard let text = FileSystem.readText(home.scheduling) else {
        if try await client.find(type, namespace: place.namespace, name: place.name) != nil {
          try await client.delete(type, namespace: place.namespace, name: place.name)
        }
        return .default
      }
      let configuration = try Self.read(text)
      let object: Value = [
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": ["name": .string(place.name), "namespace": .string(place.namespace)],
        "data": [place.key: .string(text)],
      ]
      _ = try await client.apply(object, type: type, force: true)
      return configuration
    } catch {
      throw EngineError(
        "the scheduler's rules cannot be set: \(error)", help: "kc engine start --scheduler-config FILE")
    }
  }

  private static func read(_ text: String) throws(ClientError) -> SchedulerConfiguration {
    do {
      return try SchedulerConfiguration(JSON.parse(text))
    } catch let problem as Profile.Problem {
      throw .badAnswer("\(problem.path): \(problem.message)")
    } catch {
      throw .badAnswer("\(error)")
    }
  }
}
