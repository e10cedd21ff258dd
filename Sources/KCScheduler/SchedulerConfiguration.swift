public import KCData

/// A KubeSchedulerConfiguration (`kubescheduler.config.k8s.io/v1`), as far as it says how pods are placed.
public struct SchedulerConfiguration: Sendable, Hashable {
  /// By the scheduler's name that pods ask for; never empty.
  public var profiles: [Profile] = [.default]
  /// The first and the longest back-off of a pod that found no node, in seconds.
  public var backOff: ClosedRange<Double> = 1...10

  /// The configuration of a scheduler that was told nothing.
  public static let `default` = SchedulerConfiguration()

  /// The config map in which kc's engine tells what its scheduler was told, as JSON, so that plans foretell by the same.
  public static let published = (namespace: "kube-system", name: "kc-scheduler", key: "configuration")

  public init() {}

  /// Settings of the process that runs a scheduler; they say nothing about where pods go.
  private static let processSettings: Set<String> = [
    "leaderElection", "clientConnection", "parallelism", "enableProfiling", "enableContentionProfiling",
    "healthzBindAddress", "metricsBindAddress",
  ]

  /// Reads a configuration.
  ///
  /// - Throws: for another kind of object, for plugins and arguments that are not known here, and for settings that would
  ///   change decisions in ways that are not supported.
  public init(_ value: Value) throws(Profile.Problem) {
    guard value["kind"] == "KubeSchedulerConfiguration" else {
      throw Profile.Problem(path: "kind", message: "this is no KubeSchedulerConfiguration")
    }
    guard value["apiVersion"] == "kubescheduler.config.k8s.io/v1" else {
      throw Profile.Problem(path: "apiVersion", message: "only kubescheduler.config.k8s.io/v1 is supported")
    }
    for (key, setting) in value.object ?? [:] {
      switch key {
      case "apiVersion", "kind", "profiles", "podInitialBackoffSeconds", "podMaxBackoffSeconds": break
      case "percentageOfNodesToScore":
        guard setting == 0 || setting == 100 else {
          throw Profile.Problem(path: key, message: "all nodes are looked at here: leave it out, or say 100")
        }
      case let key where Self.processSettings.contains(key): break
      default: throw Profile.Problem(path: key, message: "this setting is not supported")
      }
    }
    try readProfiles(value["profiles"])
    let first = try Self.seconds(value, "podInitialBackoffSeconds", 1)
    let last = try Self.seconds(value, "podMaxBackoffSeconds", 10)
    guard first <= last else {
      throw Profile.Problem(path: "podMaxBackoffSeconds", message: "it is less than podInitialBackoffSeconds")
    }
    backOff = first...last
  }

  private mutating func readProfiles(_ value: Value?) throws(Profile.Problem) {
    guard let list = value?.array, !list.isEmpty else { return }
    profiles = []
    for (index, entry) in list.enumerated() {
      let profile: Profile
      do throws(Profile.Problem) {
        profile = try Profile(entry)
      } catch {
        throw Profile.Problem(path: "profiles[\(index)].\(error.path)", message: error.message)
      }
      if profiles.contains(where: { $0.schedulerName == profile.schedulerName }) {
        throw Profile.Problem(
          path: "profiles[\(index)].schedulerName", message: "\"\(profile.schedulerName)\" has a profile already")
      }
      profiles.append(profile)
    }
  }

  private static func seconds(_ value: Value, _ key: String, _ standard: Double) throws(Profile.Problem) -> Double {
    guard let given = value[key] else { return standard }
    guard let number = given.int, (1...86_400).contains(number) else {
      throw Profile.Problem(path: key, message: "a whole number of seconds between 1 and 86400 is expected")
    }
    return Double(number)
  }

  /// The profile that decides about a pod; nil for a pod that asks for another scheduler.
  public func profile(for pod: Value) -> Profile? {
    let name = pod.at("spec", "schedulerName")?.string ?? "default-scheduler"
    return profiles.first { $0.schedulerName == name }
  }
}
