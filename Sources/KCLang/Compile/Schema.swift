internal import KCData
internal import KCSyntax

/// A field of a schema.
struct Slot: Sendable {
  var key: Int32
  var type: TypeID
  /// The op of the default, or -1.
  var fallback: Int32 = -1
  /// The schema of the chain that declares it, whose frame the default is evaluated in.
  var owner: Int32
  var isFinal = false
  /// The schema of the children, for `keyed` fields; -1 for others.
  var childSchema: Int32 = -1
  var documentation: String?
  var site: Int32
}

/// A condition that a schema's instances keep.
struct Requirement: Sendable {
  var condition: Int32
  var message: Int32
  var owner: Int32
  var text: String
  var site: Int32
}

/// A record type: closed and nominal.
struct Schema: Sendable {
  var name: String
  /// The keyword of its blocks.
  var kind: Int32
  var site: Int32
  var documentation: String?
  /// The schema it extends, or -1.
  var parent: Int32 = -1
  /// Whether it extends one that there is not, or is made of what there is not: what it has of that is not known.
  var lacksParent = false
  /// The module's scope.
  var scope: Int32
  var slots: [Slot] = []
  /// The place in `slots` of the field with a key.
  var slotOf = SlotTable()
  var requirements: [Requirement] = []
  /// Fields that a requirement says to be there, with its place in `requirements`.
  var promises: [Int32: Int] = [:]
  /// The op that makes the API object; -1 for schemas that are no resources.
  var object: Int32 = -1
  /// The schema of the chain whose frame `object` is evaluated in.
  var objectOwner: Int32 = -1
  /// Slots of its frame, and the thunks of its lets.
  var frameSize: Int32 = 1
  var lets: Range<Int32> = 0..<0
  /// Whether it is a mixin of another file, among those that a schema extends: what it declares means what it means there.
  var isMixin = false
  /// Whether blocks of it can stand at the top: `resource schema`, components.
  var isBlock = false
  /// Whether its instances hold blocks of any kind: the program, modules and components.
  var isNamespace = false
  /// The body of a component; -1 for others.
  var body: Int32 = -1
  /// The type of the API that its objects are, for blocks in the API's own terms.
  var apiType: (apiVersion: String, kind: String)?
  /// Whether those objects live in namespaces, as far as a schema of the program says it.
  var scopeOfObjects = Program.ObjectScope.unknown
  /// The parameters of a component, and the scope of its body.
  var parameters: [ComponentParameter] = []
  var inner: Int32 = -1
  /// What its type parameters stand for: for a schema that was made of a generic one, and, as variables, for that.
  var bindings: [Int32: TypeID] = [:]
  /// The generic schema that it was made of, and with what; -1 for others.
  var generic: Int32 = -1
  var arguments: [TypeID] = []
  /// The name of the case, for what a case of an enum holds; -1 for others.
  var caseName: Int32 = -1
  var node: SyntaxNode?
  var state = State.declared

  enum State: Sendable { case declared, compiling, compiled }

  /// The slot of the field that `kind name = value` sets, or -1.
  var primary: Int32 = -1
  /// The schemas it extends, from itself up.
  var chain: [Int32] = []
}
