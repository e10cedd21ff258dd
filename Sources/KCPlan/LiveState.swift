public import KCData
public import KCKube
public import KCScheduler

/// What was read from a target, as data: the planner itself reads nothing.
public struct LiveState: Sendable {
  /// The objects that are there, of those declared and those in the inventory.
  public var objects: [ObjectKey: Value]
  /// What the target said that an apply of a declared object would make of it (a dry run); only for objects that are
  /// there.
  public var predicted: [ObjectKey: Result<Value, APIStatus>]
  /// Declared objects of which it is certain that an apply would change nothing: nobody was asked about them.
  public var settled: Set<ObjectKey> = []
  /// Why declared objects would be refused, for targets that could not be asked.
  public var refused: [ObjectKey: APIStatus] = [:]
  /// What is in namespaces besides what the project owns, by namespace. Only read for what removes namespaces.
  public var held: [String: Held] = [:]
  /// What declared objects need and neither the program declares nor the target has; nothing where it was not asked.
  public var lacking: Set<ObjectKey> = []
  /// Why the target would refuse the pods of workloads, where it does; only where it could be asked.
  public var refusedPods: [ObjectKey: String] = [:]
  /// The other projects whose records on the target have an object, too. Only read where that may be.
  public var owners: [ObjectKey: Owner] = [:]

  /// What is in a namespace besides what a project owns.
  public struct Held: Sendable, Hashable {
    /// Claims that the project's stateful sets have left, as `claim data-db-0`: they hold data.
    public var left: [String]
    /// What others have put there, as `deployment web`.
    public var others: [String]

    public init(left: [String] = [], others: [String] = []) {
      self.left = left
      self.others = others
    }
  }

  /// A project as its record on the target tells of it.
  public struct Owner: Sendable, Hashable {
    public var project: String
    /// Where its record is.
    public var namespace: String

    public init(project: String, namespace: String) {
      self.project = project
      self.namespace = namespace
    }

    /// `project shop`, with its namespace where another one has the same name.
    func words(beside project: String) -> String {
      "project \(self.project)" + (self.project == project ? " of the namespace \(namespace)" : "")
    }
  }
  /// What the project owned after its last apply: with the address each object had.
  public var inventory: [InventoryEntry]
  /// The environment of the project's last apply; nil where it had none, or where the project owns nothing.
  public var environment: String?
  /// Where else on the target the project owns something, where it owns nothing here: the namespaces of its records, each
  /// with its environment.
  public var elsewhere: [(namespace: String, environment: String?)] = []
  /// Nodes and pods of the whole target, for placement.
  public var cluster: Cluster
  /// How the target's scheduler places pods, as far as it tells.
  public var scheduling = SchedulerConfiguration.default
  /// The fields of others that an apply of a declared object would change.
  public var conflicts: [ObjectKey: [ConflictingField]] = [:]
  /// What the last apply sent, for objects of which something is gone since. Only read where that may be; without the
  /// values of secrets.
  public var lastApplied: [ObjectKey: Value] = [:]
  /// The last apply, where it did not come to its end.
  public var unfinished: Unfinished?
  /// Why the target would refuse objects as new ones, of those that cannot be changed in place.
  public var refusedAnew: [ObjectKey: APIStatus] = [:]
  /// How the target is called: `engine local (3 nodes)`.
  public var target: String
  /// Whether it is from a file, which need not hold all that is there.
  public var isPartial = false
  /// Whether the cluster's storage classes and volumes are known: not so for files that hold nodes and pods alone.
  public var knowsStorage = false
  /// When it was read.
  public var now = Timestamp(seconds: 0)

  /// What the scheduler looks at.
  public struct Cluster: Sendable {
    public var nodes: [Value]
    public var pods: [Value]
    public var namespaces: [Value]
    public var others: [Value]
    /// Whether who asks may not see the nodes: where pods would run cannot be foretold then.
    public var hidesNodes = false

    /// - Parameter others: services, replica and stateful sets, disruption budgets, volumes, claims, storage classes,
    ///   priority classes.
    public init(nodes: [Value] = [], pods: [Value] = [], namespaces: [Value] = [], others: [Value] = []) {
      self.nodes = nodes
      self.pods = pods
      self.namespaces = namespaces
      self.others = others
    }
  }

  public init(
    objects: [ObjectKey: Value] = [:], predicted: [ObjectKey: Result<Value, APIStatus>] = [:],
    inventory: [InventoryEntry] = [], cluster: Cluster = Cluster(), target: String = ""
  ) {
    self.objects = objects
    self.predicted = predicted
    self.inventory = inventory
    self.cluster = cluster
    self.target = target
  }
}

/// An object that the project owns on a target.
public struct InventoryEntry: Sendable, Hashable {
  public var address: String
  public var key: ObjectKey
  /// Whether it was there before the project, which then does not remove it: a namespace that somebody else had made.
  public var isFound: Bool
  /// Of a job that goes by itself when it is done: a digest of what was declared when it was. It is not made again for
  /// having gone.
  public var done: String?

  public init(address: String, key: ObjectKey, isFound: Bool = false, done: String? = nil) {
    self.address = address
    self.key = key
    self.isFound = isFound
    self.done = done
  }

  /// The mark of an object that goes by itself when it is done; nil for others.
  public static func mark(ofPassing step: Step) -> String? {
    guard step.key.kind == "Job", !step.holdsSecrets, let object = step.object,
      object.at("spec", "ttlSecondsAfterFinished") != nil
    else { return nil }
    return PlanDigest.digest(object)
  }

  /// As the source called it, told by the address: `config settings`.
  public var title: String {
    // The last part is the block's name, which may have dots where it is the object's.
    let path = address.hasSuffix(".\(key.name)") ? address.dropLast(key.name.count + 1) : address[...]
    let parts = path.split(separator: ".")
    let kinds = path.count < address.count ? parts[...] : parts.dropLast()
    guard let kind = kinds.last, kind != "object", kind.allSatisfy({ $0.isLowercase }) else { return key.title }
    return "\(kind) \(key.name)"
  }
}
