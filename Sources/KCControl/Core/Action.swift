public import KCData
internal import KCKube

/// A write that a reconciler wants done.
public enum Action: Sendable, Hashable {
  /// Makes an object; the note, if there is one, is recorded with the object's name at its end.
  case create(Value, note: EventNote? = nil)
  /// Replaces an object, or a subresource of it. With a `resourceVersion`, only if it is still current.
  case update(Value, subresource: String? = nil)
  /// A JSON merge patch.
  case patch(ObjectKey, Value, subresource: String? = nil)
  case delete(ObjectKey, uid: String?, propagation: String? = nil, gracePeriod: Int? = nil, note: EventNote? = nil)
  /// Asks the API itself whether an object (with nil: any of that name) is gone; fails with a conflict where it is not.
  case verifyAbsent(ObjectKey, uid: String?)
  /// Deletes all objects of a kind in a namespace.
  case deleteAll(ObjectKind, namespace: String)
  /// Takes the finalizer off a namespace, once the API itself says that nothing of these kinds is in it.
  case finalizeNamespace(Value, content: [ObjectKind])
  /// Records an event.
  case note(EventNote)
}

/// What happened to an object, for `kubectl describe`.
public struct EventNote: Sendable, Hashable {
  /// The object that it is about.
  public var about: Value
  public var isWarning: Bool
  /// One word: `ScalingReplicaSet`.
  public var reason: String
  public var message: String

  /// - Parameter object: only its reference is kept.
  public init(_ object: Value, _ reason: String, _ message: String, isWarning: Bool = false) {
    about = Self.reference(to: object)
    self.reason = reason
    self.message = message
    self.isWarning = isWarning
  }

  private static func reference(to object: Value) -> Value {
    var reference: Value = [:]
    reference["kind"] = object["kind"]
    reference["namespace"] = object.namespace.map { .string($0) }
    reference["name"] = object.name.map { .string($0) }
    reference["uid"] = object.uid.map { .string($0) }
    reference["apiVersion"] = object["apiVersion"]
    reference["resourceVersion"] = object.resourceVersion.map { .string($0) }
    return reference
  }
}

/// What a reconciler decided.
public struct Outcome: Sendable {
  /// Steps follow one another; the actions of a step run at the same time. A failure ends the whole.
  public var steps: [[Action]] = []
  /// When to look again even if nothing changes, in seconds.
  public var requeueAfter: Double?
  /// Other keys to look at.
  public var alsoLookAt: [ObjectKey] = []

  public init(steps: [[Action]] = [], requeueAfter: Double? = nil) {
    self.steps = steps
    self.requeueAfter = requeueAfter
  }

  /// Adds a step of one action.
  mutating func then(_ action: Action) { steps.append([action]) }

  /// Asks for another look in `seconds`, unless an earlier one is asked for.
  mutating func lookAgain(in seconds: Double) { requeueAfter = min(requeueAfter ?? seconds, seconds) }
}
