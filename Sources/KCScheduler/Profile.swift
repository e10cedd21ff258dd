public import KCData

/// Which plugins take part, and how much each counts: a profile of a KubeSchedulerConfiguration.
public struct Profile: Sendable, Hashable {
  /// The plugins of the default profile.
  public enum Plugin: UInt8, Sendable, CaseIterable {
    case schedulingGates
    case prioritySort
    case nodeUnschedulable
    case nodeName
    case taintToleration
    case nodeAffinity
    case nodePorts
    case nodeResourcesFit
    case volumeRestrictions
    case nodeVolumeLimits
    case volumeBinding
    case volumeZone
    case podTopologySpread
    case interPodAffinity
    case dynamicResources
    case defaultPreemption
    case balancedAllocation
    case imageLocality
    case defaultBinder

    private static let names = [
      "SchedulingGates",
      "PrioritySort",
      "NodeUnschedulable",
      "NodeName",
      "TaintToleration",
      "NodeAffinity",
      "NodePorts",
      "NodeResourcesFit",
      "VolumeRestrictions",
      "NodeVolumeLimits",
      "VolumeBinding",
      "VolumeZone",
      "PodTopologySpread",
      "InterPodAffinity",
      "DynamicResources",
      "DefaultPreemption",
      "NodeResourcesBalancedAllocation",
      "ImageLocality",
      "DefaultBinder",
    ]

    /// The plugin's name.
    public var name: String { Self.names[Int(rawValue)] }

    /// The plugin of a name.
    public init?(name: String) {
      guard let index = Self.names.firstIndex(of: name), let plugin = Plugin(rawValue: UInt8(index)) else { return nil }
      self = plugin
    }
  }

  /// A set of plugins.
  public struct PluginSet: Sendable, Hashable {
    private var bits: UInt32 = 0

    /// All plugins.
    public static let all = PluginSet(Plugin.allCases)

    /// The set of these plugins.
    public init(_ plugins: some Sequence<Plugin>) { for plugin in plugins { insert(plugin) } }

    /// Whether a plugin is in the set.
    public func contains(_ plugin: Plugin) -> Bool { bits & (1 << UInt32(plugin.rawValue)) != 0 }
    /// Adds a plugin.
    public mutating func insert(_ plugin: Plugin) { bits |= 1 << UInt32(plugin.rawValue) }
    /// Takes a plugin out.
    public mutating func remove(_ plugin: Plugin) { bits &= ~(1 << UInt32(plugin.rawValue)) }
  }

  /// Constraints for pods that say nothing about how they are spread.
  public enum DefaultSpread: Sendable, Hashable {
    /// Three apart at most by host, five by zone, as preferences.
    case system
    case none
    case constraints([Constraint])

    /// As in a pod's `topologySpreadConstraints`, without a selector.
    public struct Constraint: Sendable, Hashable {
      /// The label whose values are the domains.
      public var topologyKey: String
      /// By how many pods domains may differ.
      public var maxSkew: Int64
      /// Whether a pod rather waits than makes them differ by more.
      public var isRequired: Bool

      public init(topologyKey: String, maxSkew: Int64, isRequired: Bool) {
        self.topologyKey = topologyKey
        self.maxSkew = maxSkew
        self.isRequired = isRequired
      }
    }
  }

  /// Pods with this `schedulerName` are decided on.
  public var schedulerName = "default-scheduler"
  /// The plugins that may turn a node down; others in the set do nothing there.
  public var filters = PluginSet.all
  /// The weights of the plugins that give points.
  public var weights: [Plugin: Int64] = [
    .taintToleration: 3, .nodeAffinity: 2, .nodeResourcesFit: 1, .podTopologySpread: 2, .interPodAffinity: 2,
    .balancedAllocation: 1, .imageLocality: 1, .dynamicResources: 2,
  ]
  /// Whether less important pods are evicted for a pod that fits nowhere.
  public var preempts = true
  /// Whether pods with scheduling gates wait.
  public var honorsGates = true
  /// Points for a pod that others require to be near, per term; 0 to 100.
  public var hardPodAffinityWeight: Int64 = 1
  /// Whether the preferences of pods that run do not count for a pod that has none.
  public var ignoresPreferredTermsOfOthers = false
  /// How pods are spread that say nothing about it.
  public var defaultSpread = DefaultSpread.system

  /// The default profile of Kubernetes 1.36.
  public static let `default` = Profile()

  public init() {}
}

extension Profile {
  /// Why a configuration cannot be used.
  public struct Problem: Error, Sendable, Hashable {
    /// Where in the configuration.
    public var path: String
    /// What is wrong.
    public var message: String
  }

  /// Reads a profile: one of `profiles` of a KubeSchedulerConfiguration (`plugins`, `pluginConfig`, `schedulerName`).
  ///
  /// - Throws: for plugins and arguments that are not known here.
  public init(_ value: Value) throws(Problem) {
    if let name = value["schedulerName"]?.string { schedulerName = name }
    for (point, set) in value["plugins"]?.object ?? [:] {
      for entry in set["disabled"]?.array ?? [] { try disable(entry["name"]?.string ?? "", point) }
      for entry in set["enabled"]?.array ?? [] {
        try enable(entry["name"]?.string ?? "", weight: entry["weight"]?.int, point)
      }
    }
    for (index, entry) in (value["pluginConfig"]?.array ?? []).enumerated() {
      try configure(entry["name"]?.string ?? "", entry["args"] ?? [:], "pluginConfig[\(index)]")
    }
  }

  private static func plugin(_ name: String, _ point: String) throws(Problem) -> Plugin {
    guard let plugin = Plugin(name: name) else {
      throw Problem(path: "plugins.\(point)", message: "there is no plugin \"\(name)\"")
    }
    return plugin
  }

  private mutating func disable(_ name: String, _ point: String) throws(Problem) {
    for plugin in name == "*" ? Plugin.allCases : [try Self.plugin(name, point)] { set(plugin, false, nil, point) }
  }

  private mutating func enable(_ name: String, weight: Int64?, _ point: String) throws(Problem) {
    if let weight, !(0...10_000).contains(weight) {
      throw Problem(path: "plugins.\(point)", message: "a weight is between 0 and 10000, not \(weight)")
    }
    set(try Self.plugin(name, point), true, weight, point)
  }

  private mutating func set(_ plugin: Plugin, _ isOn: Bool, _ weight: Int64?, _ point: String) {
    if point == "filter" || point == "multiPoint" {
      if isOn { filters.insert(plugin) } else { filters.remove(plugin) }
    }
    if point == "score" || point == "multiPoint" {
      let standard = Profile.default.weights[plugin]
      if standard != nil || point == "score" {
        weights[plugin] = isOn ? weight.flatMap { $0 == 0 ? nil : $0 } ?? standard ?? 1 : nil
      }
    }
    if plugin == .defaultPreemption, point == "postFilter" || point == "multiPoint" { preempts = isOn }
    if plugin == .schedulingGates, point == "preEnqueue" || point == "multiPoint" { honorsGates = isOn }
  }

  private mutating func configure(_ name: String, _ arguments: Value, _ path: String) throws(Problem) {
    switch name {
    case "InterPodAffinity":
      if let weight = arguments["hardPodAffinityWeight"]?.int {
        guard (0...100).contains(weight) else {
          throw Problem(path: path, message: "hardPodAffinityWeight is between 0 and 100, not \(weight)")
        }
        hardPodAffinityWeight = weight
      }
      ignoresPreferredTermsOfOthers = arguments["ignorePreferredTermsOfExistingPods"] == true
    case "PodTopologySpread":
      if arguments["defaultingType"] == "List" {
        let list = (arguments["defaultConstraints"]?.array ?? []).map {
          DefaultSpread.Constraint(
            topologyKey: $0["topologyKey"]?.string ?? "", maxSkew: $0["maxSkew"]?.int ?? 1,
            isRequired: $0["whenUnsatisfiable"] != "ScheduleAnyway")
        }
        defaultSpread = list.isEmpty ? .none : .constraints(list)
      }
    case "NodeResourcesFit":
      if let type = arguments.at("scoringStrategy", "type")?.string, type != "LeastAllocated" {
        throw Problem(path: path, message: "the scoring strategy \(type) is not supported, only LeastAllocated")
      }
    case "DefaultPreemption", "VolumeBinding", "NodeAffinity", "NodeResourcesBalancedAllocation", "DynamicResources":
      break
    default: throw Problem(path: path, message: "there is no plugin \"\(name)\" that takes arguments")
    }
  }
}
