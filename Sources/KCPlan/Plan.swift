public import KCData
public import KCKube

/// What would be done to a target so that it is as declared: in order, placed and explained.
public struct Plan: Sendable {
  public var project: String
  /// nil where none was chosen.
  public var environment: String?
  public var target: String
  /// All objects, the unchanged ones too, in the order in which they are dealt with.
  public var steps: [Step]
  public var placements: [Placement]
  /// Names this plan: a digest over all that it was made from.
  public var digest: String

  public init(
    project: String, environment: String?, target: String, steps: [Step], placements: [Placement], digest: String,
    recordNamespace: String
  ) {
    self.project = project
    self.environment = environment
    self.target = target
    self.steps = steps
    self.placements = placements
    self.digest = digest
    self.recordNamespace = recordNamespace
  }

  /// The last apply, where it did not come to its end: this one waits for what that has left.
  public var unfinished: Unfinished?
  /// Why it is not said where pods would run, although some would be made; nil where it is.
  public var unforeseen: String?
  /// Names a saved plan, which is carried out once; nil for one that is not saved.
  public var id: String?
  /// The nodes that pods were placed on, and what of them counts.
  public var nodes: [NodeMark] = []

  /// A node as the plan saw it.
  public struct NodeMark: Sendable, Hashable {
    public var name: String
    /// A digest over its labels, its taints and its room.
    public var fingerprint: String

    public init(name: String, fingerprint: String) {
      self.name = name
      self.fingerprint = fingerprint
    }
  }

  /// What has become of the nodes that the plan was made for, in words; empty where nothing has.
  ///
  /// - Parameter cluster: as it is now.
  public func movedNodes(_ cluster: LiveState.Cluster) -> [String] {
    if placements.isEmpty { return [] }
    let now = Dictionary(
      PlanDigest.nodeMarks(cluster).map { ($0.name, $0.fingerprint) }, uniquingKeysWith: { first, _ in first })
    let then = Dictionary(nodes.map { ($0.name, $0.fingerprint) }, uniquingKeysWith: { first, _ in first })
    var out: [String] = []
    for name in Set(now.keys).union(then.keys).sorted() {
      switch (then[name], now[name]) {
      case (nil, _): out.append("node \(name) has come since")
      case (_, nil): out.append("node \(name) has gone since")
      case (let old, let new): if old != new { out.append("node \(name) has other labels, taints or room") }
      }
    }
    return out
  }

  /// The environment of the last apply, where this plan is made for another one: `env prod`, `no env`.
  public var appliedAs: String?
  /// `was last applied as env prod, and this plan is for no env: …`; nil where nothing comes of it.
  public var environmentWords: String? {
    if isEmpty { return nil }
    if !alsoIn.isEmpty {
      return "owns objects in \(alsoIn.joined(separator: ", ")), too: this plan makes others, and those stay"
    }
    guard let appliedAs else { return nil }
    let gone = count(.remove) == 0 ? "" : ": what only that declares is removed"
    let now = environment.map { "env \($0)" } ?? "no env"
    return "was last applied as \(appliedAs), and this plan is for \(now)\(gone)"
  }

  /// Namespaces in which the project owns objects of the same environment, where it owns nothing here: those of a project
  /// whose namespace has changed.
  public var alsoIn: [String] = []

  /// What the project leaves and does not remove.
  public var stays: [Stay] = []

  /// An object that is no longer the project's, and is not removed either.
  public struct Stay: Sendable, Hashable {
    public var address: String
    /// `namespace shop`
    public var title: String
    /// `it was there before the project`
    public var reason: String
    /// Whether `--allow-delete` removes it.
    public var canGo: Bool

    /// - Parameter claim: `claim data-db-0`
    init(claim: String, in namespace: InventoryEntry) {
      address = namespace.address
      title = claim
      reason = "it holds data of a stateful set; `kubectl delete` it, or allow the removal of its namespace"
      canGo = false
    }

    init(_ entry: InventoryEntry, _ reason: String, canGo: Bool = true) {
      address = entry.address
      title = entry.title
      self.reason = reason
      self.canGo = canGo
    }
  }

  /// The namespace of the project's record on the target.
  public var recordNamespace: String

  public var changes: [Step] { steps.filter { $0.action != .keep } }
  public var isEmpty: Bool { changes.isEmpty }
  /// Whether something would have no place to run.
  public var hasUnplaced: Bool { placements.contains { $0.unplaced > 0 } || !displaced.isEmpty }
  /// Pods of the project that others of it displace, and that then fit nowhere.
  public var displaced: [String] {
    let kept = Set(steps.filter { $0.action != .remove }.map(\.address))
    return placements.flatMap(\.displaced).filter { pod in
      pod.fate == .fitsNowhere && !pod.isNew && pod.address.map(kept.contains) ?? false
    }.map(\.pod)
  }
  /// What the plan's pods may displace of the project's own workloads.
  public var endangered: [Step] {
    let owners = Set(placements.flatMap(\.displaced).compactMap(\.address))
    return owners.isEmpty ? [] : steps.filter { $0.action != .remove && owners.contains($0.address) }
  }
  /// Steps that the target has refused beforehand.
  public var refusals: [Step] { steps.filter { $0.refusal != nil } }
  /// Removals that have to be allowed by themselves (`--allow-delete`).
  public var guarded: [Step] { steps.filter { $0.guardReason != nil } }
  /// Steps that change fields of other managers.
  public var conflicting: [Step] { steps.filter { !$0.conflicts.isEmpty } }
  /// Steps where the target was changed since the last apply.
  public var drifted: [Step] { steps.filter { step in step.changes.contains { $0.driftedBy != nil } } }

  public func count(_ action: Step.Action) -> Int { steps.count { $0.action == action } }
}

/// What is done to one object.
public struct Step: Sendable {
  public enum Action: String, Sendable, CaseIterable {
    case add, change, replace, remove, keep

    /// The sign before it in a plan.
    public var sign: String {
      switch self {
      case .add: "+"
      case .change: "~"
      case .replace: "-/+"
      case .remove: "-"
      case .keep: " "
      }
    }
  }

  public var action: Action
  public var address: String
  /// `deployment web`
  public var title: String
  public var key: ObjectKey
  /// What is sent; nil for removals.
  public var object: Value?
  /// Where it is declared; nil for removals.
  public var origin: Origin?
  public var changes: [Change]
  /// In words: `rolls out, 6 pods`, `replaced: clusterIP is immutable`.
  public var effect: String
  /// The fingerprint of the object that the plan was made for; nil where nothing is there.
  public var liveVersion: String?
  /// The identity of the object that is there: a removal concerns that one and no later one of the same name.
  public var liveUID: String?
  /// Addresses of steps that come before.
  public var after: [String]
  /// Steps of one wave do not depend on one another.
  public var wave: Int
  /// Fields that would change and that other managers own: they have to be taken from them (`--take-ownership`).
  public var conflicts: [ConflictingField] = []
  /// The addresses of workloads that must be ready before this service turns to them.
  public var turnsTo: [String] = []
  /// The addresses of the steps that need what this removal gives up: it comes before them.
  public var goesBefore: [String] = []
  /// Fields of managers that the plan takes away, and which need not be asked for.
  public var takes: [String] = []
  /// The target's refusal, found out beforehand.
  public var refusal: APIStatus?
  /// What may be lost or stand still.
  public var risks: [Risk] = []
  /// Fields that others manage and that the declaration leaves to them.
  public var leftAlone: [ForeignField] = []
  /// The address that the block had before, where a `moved` says so.
  public var movedFrom: String?
  /// Fields whose values are known only after other steps: apply puts them into `object`.
  public var deferred: [DeferredField] = []
  /// Whether what is sent has secret values in it.
  public var holdsSecrets = false
  /// Of a namespace: whether it was there before the project, as far as the target tells.
  public var isFound = false
  /// Why this removal has to be allowed by itself: `it holds data`; nil where it has not.
  public var guardReason: String?

  /// A field's change, with where it comes from.
  public struct Change: Sendable, Hashable {
    public var field: FieldChange
    public var origin: Origin?
    /// Who changed it on the target since the last apply; nil where the declaration changed.
    public var driftedBy: String?
    public var isSecret: Bool

    public init(field: FieldChange, origin: Origin?, driftedBy: String? = nil, isSecret: Bool = false) {
      self.field = field
      self.origin = origin
      self.driftedBy = driftedBy
      self.isSecret = isSecret
    }
  }

  /// The changes that tell people something: the marks that make pods restart are in the effect.
  var toldChanges: [Change] {
    let marks = [
      Planner.configHashAnnotation, Planner.madeForAnnotation, SecretRevisions.revisionAnnotation,
      SecretRevisions.consumerAnnotation,
    ]
    return changes.filter { change in !marks.contains { change.field.path.elements.last == .key($0) } }
  }

  public init(
    action: Action, address: String, title: String, key: ObjectKey, object: Value? = nil, origin: Origin? = nil,
    changes: [Change] = [], effect: String = "", liveVersion: String? = nil, liveUID: String? = nil,
    after: [String] = [], wave: Int = 0, refusal: APIStatus? = nil
  ) {
    self.action = action
    self.address = address
    self.title = title
    self.key = key
    self.object = object
    self.origin = origin
    self.changes = changes
    self.effect = effect
    self.liveVersion = liveVersion
    self.liveUID = liveUID
    self.after = after
    self.wave = wave
    self.refusal = refusal
  }
}
