internal import KCData
internal import KCKube
internal import KCSyntax

/// Everything a compilation knows: the sources, the code compiled from them, and the values evaluated so far.
///
/// It is large, and not copied by chance: `Program(copying:)` does it where that is meant.
///
/// The phases are extensions: `Program+Declare` finds what the modules declare, `Program+Compile…` turns syntax into
/// flat code when it is first needed, `Program+Evaluate…` runs the code, `Program+Expand` applies layers.
struct Program: ~Copyable, Sendable {
  // Sources
  var files: [SourceFile] = []
  var trees: [SyntaxTree] = []
  var modules: [Module] = []
  /// By the id of a file, as far as any is one: whether it is the standard library's.
  var standardFiles: [Bool] = []
  /// Files whose blocks have only the labels and annotations that they say: those that `import std.exact`.
  var exactFiles: Set<Int> = []
  /// Whether a file that was asked for cannot be read.
  var lacksFiles = false
  var diagnostics = DiagnosticSink()
  var options: CompileOptions
  /// The packages that may be imported, and where the dependencies of the project lead among them.
  var packages: [PackageLinks.Package] = []
  var dependencies: [String: Int] = [:]
  /// Dependencies that were reported.
  var brokenDependencies: Set<String> = []

  // Names and types
  var types = TypeTable()
  var schemas: [Schema] = []
  var scopes: [Scope] = []
  /// The layers of what sets fields; the first three are always there, and each component has one of its own.
  var layers = [
    Layer(name: "default", rank: 0), Layer(name: "component", rank: 1), Layer(name: "file", rank: Layer.file),
  ]
  var environments: [Environment] = []
  var parameterNames: [String] = []
  var patterns: [Pattern] = []
  /// Names that were reported as unknown, by module.
  var unknownNames: Set<ChildKey> = []
  /// Names of fields and blocks that were reported where they were set: they are not missed elsewhere.
  var brokenNames: Set<Int32> = []
  /// Blocks of which a `require` does not hold.
  var violations: Set<Int32> = []
  /// Names of blocks of which no kind is known.
  var brokenBlocks: Set<Int32> = []
  /// Whether a block has no name: what is not found may be that.
  var hasNamelessBlock = false
  /// Whether a loop has made no blocks because of a mistake in it: what an `env` amends of them seems new.
  var losesBlocks = false
  /// The names in blocks that have no meaning where they stand: they may be what those were to declare.
  var lostNames: Set<String> = []
  /// The policy that is held against a block now, and the block, as a note; empty where none is.
  var heldPolicy = ""
  /// Fields that a name which no field has was taken to mean: where they are needed, they are not missed.
  var guessedNames: Set<Int32> = []
  /// The Kubernetes namespaces that an `env` gives the program, or a component's instance what is in it.
  var namespaces: [Int32: Binding] = [:]
  var policies: [Policy] = []
  var waiverNodes: [(node: SyntaxNode, scope: Int32)] = []
  /// The statements `moved from a to b`.
  var moveNodes: [SyntaxNode] = []
  var moves: [Move] = []
  /// The schemas of types of the API, by name.
  var apiSchemas: [String: Int32] = [:]
  /// Types that were made of generic ones.
  var genericTypes: [GenericKey: TypeID] = [:]
  /// What type parameters stand for, by scope and name.
  var boundTypes: [ChildKey: TypeID] = [:]
  /// The blocks of the program by name, as its sources declare them; nil until somebody asks.
  var staticBlocks: [Int32: [StaticBlock]]?
  /// What is known of blocks and records before evaluation, by the refinement of their types.
  var staticShapes: [Int32: StaticShape] = [:]
  /// Type parameters, by scope.
  var anyTypes: Set<ChildKey> = []
  /// What is known of values at the place that is being compiled.
  var facts: [Fact] = []
  /// What the chain of `&&` or `||` says that was looked at last.
  var lastChain: FactChain?
  /// The types of links of chains with `?.`, by their ops, where the chain is not cut.
  var chainTypes: [Int32: TypeID] = [:]
  /// How many names are being compiled because another needs their type.
  var letDepth = 0
  /// The ops of `let`s and `param`s that are not compiled yet, by scope and name.
  var letOps: [ChildKey: Int32] = [:]
  /// What components' instances give for parameters: for `kc why`, which looks through them.
  var argumentOps: [ArgumentOp] = []
  /// The cases of enums, by name.
  var enums: [TypeID: [Int32: TypeID]] = [:]
  /// The schemas of types that are written as records, by their place and what type parameters stand for there.
  var recordTypes: [RecordTypeKey: TypeID] = [:]
  /// Which generic type, of which types, a record type is.
  var recordArguments: [TypeID: GenericKey] = [:]
  /// The scopes of loops with two variables.
  var pairLoops: Set<Int32> = []
  /// The names of schemas that `keyed` children have.
  var keyedSchemas: Set<String> = []
  /// Types that `type` names; `any` while one is being compiled.
  var aliases: [ChildKey: TypeID] = [:]

  // Code
  var code = Code()
  var lazies: [Lazy] = []
  var functionSources: [Int32: FunctionSource] = [:]
  /// The function whose body is compiled, in a place that is evaluated with it; -1 for none.
  var callingFunction: Int32 = -1
  /// What the bodies of the project's functions call.
  var functionCalls: [Int32: [FunctionCall]] = [:]
  var rules: [AffinityRule] = []
  /// What values are computed from that are known only after apply.
  var deferreds: [Deferred] = []
  /// Shapes of fields of live objects, for types.
  var liveShapes: [KubeSchema.Shape] = []
  var affinityGroups: [AffinityGroup] = []
  /// What `--set` gives, by the name of the parameter.
  var settingOps: [Int32: Setting] = [:]
  /// What `--set` gives for all else.
  var outside = OutsideSettings()
  /// What `--params` gives, by the name of the parameter.
  var parameterValues: [Int32: GivenParameter] = [:]
  /// What the environment, after those that it extends, gives for parameters, by the file's scope and the name.
  var environmentParameters: [ChildKey: [EnvironmentParameter]] = [:]
  /// Where environments set parameters: the names.
  var parameterSettings: Set<Span> = []
  /// The environment asked for, after those that it extends; their indices from the lowest up.
  var activeEnvironments: [Int] = []

  // Values
  var tree = Tree()
  var frames = Scratch<TreeValue>([.none])
  /// Beside each slot of a frame: the parameter that its value came from, plus one.
  var frameTraces = Scratch<UInt32>([0])
  var instances: [Instance] = []
  var bodyRefs: [BodyRef] = []
  var bindings: [Binding] = []
  var memos: [Memo] = []
  var mapFields: [MapField] = []
  var mapIndex = ChildTable()
  var children = ChildTable()
  var schemaFrames: [Int32] = []
  var closures: [Closure] = []
  var symbols: [Symbol] = []
  var ruleRefs: [RuleRef] = []
  var originIndex: [OriginData: UInt32] = [:]

  // Evaluation
  /// Where the children stand that are being made.
  var insertion = Insertion()
  var focus = Focus()
  /// Fields and elements that records, lists and calls being evaluated are made of, innermost last.
  var fieldStack = Scratch<TreeField>()
  var valueStack = Scratch<TreeValue>()
  /// The same for texts that values are put into.
  var textStack: [UInt8] = []
  var depth = 0
  var steps = 0
  /// More than 0 where the value at hand is a secret without its mark.
  var hidden = 0
  /// Whether some value was secret.
  var usesSecrets = false
  /// Whether some variable of the environment was taken as set: then nobody knows what secrets hold, and nothing is
  /// refused for it.
  var hasAssumedInputs = false
  var hiddenTexts = HiddenTexts()
  /// Instances of the program's own schemas that no block declares: their fields and conditions are checked at the end.
  var constructed: [Int32] = []
  /// How many values of schemas are being completed, each a field of the one before, and the schemas that have no end.
  var completing = 0
  var endless: Set<Int32> = []
  /// Values put into objects.
  var nodes = 0
  /// The records that are being put into an object, each in the one before.
  var resolving: [Int32] = []
  var pending: [Pending] = []
  var trace = Trace()
  /// Whether records are values of objects that policies look at: what they do not have is absent.
  var readsObjects = false
  /// Then: the origin of the field read last; 0 where that is absent.
  var readOrigin: UInt32 = 0
  /// The field whose value is being checked, for messages; -1 for none.
  var subject: Int32 = -1
  /// The instance whose field is being evaluated, for the edges between resources.
  var owner: Int32 = -1
  var edges: Set<Edge> = []
  /// The innermost call that stands in a file of the user's.
  var callSite: Int32?
  /// Where the arguments of that call stand, in the order of the parameters.
  var argumentSites: [Int32] = []
  /// Where the value stands that is being made plain.
  var valueSite: Int32 = 0
  var root: Int32 = -1
  /// What `project.kc` says of nodes; empty where it declares none.
  var declaredNodes: [DeclaredNode] = []
  var project = ProjectInfo(name: "", namespace: "default", settings: .null, origin: nil)
  /// The project's namespace as a value, once one was needed.
  var projectNamespace = TreeValue.none
  /// Whether objects of a type live in namespaces, as far as that was asked.
  var typeScopes: [WrittenType: ObjectScope] = [:]
  /// The types of the API that objects are checked against, where the project names a version that is not the default.
  var otherKube: KubeSchema?
  /// Custom kinds whose fields are those of a schema of the program.
  var closedKinds: Set<Int32> = []
  var environmentBodies: [Int: [(body: Int32, frame: Int32)]] = [:]
  var keys: WellKnownKeys

  /// A value of any size makes the compiler pass the program by its address. Otherwise each call of what only reads it
  /// would copy its two kilobytes, which happened 400,000 times for 3,000 objects.
  private let anchor: any Sendable = ()

  init(options: CompileOptions) {
    self.options = options
    keys = WellKnownKeys(&tree.keys)
  }
}

/// A source file as a unit of names.
struct Module: Sendable {
  var path: String
  var file: Int
  /// Its scope and its frame.
  var scope: Int32 = -1
  var frame: Int32 = -1
  var isStandard: Bool
  /// The package it belongs to, or -1.
  var package: Int32 = -1
  var imports: [Import] = []
  /// The names of its blocks, for `module.block`.
  var blocks: Set<Int32> = []
}

/// An `import` of a module.
struct Import: Sendable {
  var name: Int32
  var module: Int32
  var span: Span
  var statement: Span
  var isUsed = false
}

/// An `env NAME` of the project.
struct Environment: Sendable {
  var name: String
  var parent: String?
  var parentSpan: Span?
  var span: Span
  /// The bodies that make it up, with the scope they stand in.
  var bodies: [(node: SyntaxNode, scope: Int32)] = []
}

/// A frame's names at compile time.
struct Scope: Sendable {
  enum Kind: UInt8, Sendable { case module, body, function, loop, schema }

  var kind: Kind
  /// The scope around it, or -1.
  var parent: Int32
  var names: [Int32: Name] = [:]
  /// Schemas by the keyword of their blocks.
  var kinds: [Int32: Int32] = [:]
  var size: Int32 = 1
  /// The module it belongs to.
  var module: Int32
  /// For a body or a schema: the schema that `self` has, or -1.
  var schema: Int32 = -1
  /// Whether blocks named in it are found in its `self`.
  var isNamespace = false
  var layer: Int32

  struct Name: Sendable {
    enum Kind: Sendable {
      /// A slot of the frame.
      case slot
      /// A block, by name: the namespace is `self`.
      case block
      case module(Int32)
      case schema(Int32)
      case type
      case mixin
      /// A named group of affinity rules.
      case affinity(Int32)
      case function(Int32)
      /// What was declared in a way that was reported: its uses are silent.
      case broken
    }
    var kind: Kind
    var slot: Int32 = 0
    var type: TypeID = TypeTable.any
    var span: Span
    var isUsed = false
    var node: SyntaxNode?
  }
}

/// An expression that is compiled when it is first needed.
struct Lazy: Sendable {
  var node: SyntaxNode
  var scope: Int32
  var type: TypeID
  var compiled: Int32 = -1
  var isCompiling = false
}

/// A field or name that is being evaluated.
struct Pending: Sendable {
  /// -1 for a name.
  var instance: Int32
  /// The field's key, below -1 the place of a map's entry, or the op that declares the name.
  var key: Int32
  var site: Int32
}

/// What the expression being evaluated has read so far.
struct Trace: Sendable {
  /// The origin of the last field read that did not come from a default; 0 for none.
  var origin: UInt32 = 0
  /// The last parameter read, plus one; 0 for none.
  var parameter: UInt32 = 0
}

/// That one resource refers to another.
struct Edge: Sendable, Hashable {
  var from: Int32
  var to: Int32
}

extension Program {
  mutating func key(_ text: String) -> Int32 { Int32(tree.keys.intern(text)) }
  mutating func key(_ text: Substring) -> Int32 { Int32(tree.keys.intern(text)) }
  func text(_ key: Int32) -> String { key < 0 ? "" : tree.keys.text(UInt32(key)) }
  func span(_ site: Int32) -> Span { code.sites[Int(site)].span }
}

/// Limits that keep every program's evaluation bounded. Each has a diagnostic that names it.
enum Limits {
  /// Expressions within expressions that are being evaluated at once.
  static let depth = 1000
  /// Names and fields that are being evaluated because each needs the next: what fits into a stack of 8 MiB unoptimised,
  /// too.
  static let dependencies = 500
  /// Values of schemas within each other.
  static let levels = 200
  /// Elements of one list, fields of one record.
  static let elements = 1_000_000
  /// Bytes of all values.
  static let memory = 384 << 20
  /// Values in all objects together, counted each time they are used.
  static let nodes = TreeValue.maxSize
  /// Bytes of one string.
  static let text = 8_388_608
  /// Diagnostics that are kept.
  static let diagnostics = 1000
  /// Files of one program.
  static let files = 10_000
  /// Names in the path of one setting.
  static let settingPath = 100
  /// Layers that extend each other.
  static let environments = 64
  /// Parts of what a value is computed from that is known only after apply.
  static let deferred = 10_000
  /// Types that are made of types with parameters.
  static let genericTypes = 1000
  /// Schemas that extend each other.
  static let schemas = 32
  /// Definitions of one custom kind that differ, and are all held against its resources.
  static let definitions = 64
  /// Objects that are held against the API server's rules where the program has other mistakes.
  static let checkedBesideMistakes = 50
}
