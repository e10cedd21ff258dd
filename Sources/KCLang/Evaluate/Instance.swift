internal import KCData

/// A late-bound record: a block, a nested record, a component's instance or the program itself.
///
/// Its fields are equations that the layers give: each is evaluated when first read, and kept.
struct Instance: Sendable {
  enum State: UInt8, Sendable {
    case fresh, expanding, ready
  }

  /// Index into the schemas, or -1 for a map of free names.
  var schema: Int32
  /// The block around it, or -1.
  var parent: Int32 = -1
  /// The block that becomes an object which it is or is in, or -1.
  var resource: Int32 = -1
  /// The keyword it was declared with, or the field it stands in.
  var kind: Int32 = -1
  /// The key of its name, or -1.
  var name: Int32 = -1
  /// Where its name stands.
  var site: Int32 = 0
  /// Where it was declared first.
  var origin: UInt32 = 0
  /// Its first slot; the schema's slots stand in a row.
  var slots: Int32 = -1
  var state = State.fresh
  var isDeleted = false
  /// Whether it was made where a `Secret` of its schema is expected: its fields may be secrets, since all of it is one.
  var isForSecret = false
  /// The origin of the statement that has deleted it.
  var deletion: UInt32 = 0
  /// For a map: the type of its values.
  var element = TypeTable.any
  /// Its bodies, first and last: indices into `bodyRefs`.
  var firstBody: Int32 = -1
  var lastBody: Int32 = -1
  /// Its children in the order of declaration.
  var firstChild: Int32 = -1
  var lastChild: Int32 = -1
  var nextSibling: Int32 = -1
  /// The next block of the same namespace with the same name and another kind.
  var nextNamesake: Int32 = -1
  /// For a map that is opened over a value of lower layers: the binding of that value, else -1.
  var base: Int32 = -1
  /// For a map: its fields in order.
  var firstField: Int32 = -1
  var lastField: Int32 = -1
  /// Frames of its schemas, one for each of the chain: an index into `schemaFrames`, or -1 until one is needed.
  var frames: Int32 = -1
  /// Its affinity rules, first and last.
  var firstRule: Int32 = -1
  var lastRule: Int32 = -1
}

/// Where new children of a block stand among the others.
struct Insertion: Sendable {
  /// The block, or -1 where children stand last.
  var parent: Int32 = -1
  /// The child before them, or -1.
  var after: Int32 = -1
}

/// A body that takes part in an instance.
struct BodyRef: Sendable {
  var body: Int32
  /// The frame around it.
  var frame: Int32
  /// Its own frame, made when it is run.
  var own: Int32 = -1
  var next: Int32 = -1
}

/// One layer's equation for a field.
struct Binding: Sendable {
  /// The op of its value; -1 for a nested record, which stands in `instance`.
  var op: Int32
  var frame: Int32
  var origin: UInt32
  var isAppend = false
  var isFinal = false
  var instance: Int32 = -1
  /// The layer below that set the field too, or -1.
  var below: Int32
}

/// What is known of a field.
struct Memo: Sendable {
  var value: TreeValue
  /// Where the value came from; 0 when from a default that depends on nothing.
  var origin: UInt32 = 0
  /// The topmost binding of the field, or -1.
  var head: Int32 = -1
}

/// A field of a map.
struct MapField: Sendable {
  var key: Int32
  var slot: Int32
  var next: Int32 = -1
}

/// An affinity rule in an instance.
struct RuleRef: Sendable {
  var rule: Int32
  var frame: Int32
  var origin: UInt32
  var next: Int32 = -1
}

/// What names a thing in an instance: a child by its name, or a field by its key.
struct ChildKey: Sendable, Hashable {
  var parent: Int32
  var name: Int32
}

/// A function with the frame it was made in.
struct Closure: Sendable {
  var function: Int32
  var frame: Int32
  /// What the function is a method of.
  var receiver = TreeValue.none
}

/// A bare name that waits for the type which gives it a meaning.
struct Symbol: Sendable {
  var key: Int32
  var site: Int32
  /// The instance it stands in.
  var context: Int32
  /// The scope it stands in, where it may be the name of a plain value as well; -1 where only children fit.
  var scope: Int32 = -1
}
