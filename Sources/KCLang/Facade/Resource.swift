public import KCData
public import KCKube

/// A place in the source.
public struct SourceLocation: Sendable, Hashable {
  /// The path as the user would write it.
  public var file: String
  /// Both from 1.
  public var line: Int
  public var column: Int

  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }
}

/// Where a value came from.
public struct Provenance: Sendable, Hashable {
  public var location: SourceLocation
  /// The layer that said it: `default`, `component`, `file`, `env NAME` or `--set`.
  public var layer: String
  /// The parameter that it was computed from, if one was.
  public var parameter: String?

  public init(location: SourceLocation, layer: String, parameter: String? = nil) {
    self.location = location
    self.layer = layer
    self.parameter = parameter
  }
}

/// An object that the program declares.
public struct Resource: Sendable {
  /// An affinity rule, and where in the object it ended up.
  public struct Rule: Sendable, Hashable {
    public var path: FieldPath
    public var origin: SourceLocation
    /// As the source says it: `require apart from self by hostname`.
    public var text: String
  }

  /// `deployment.web`; in a component's instance `eu.deployment.web`.
  public var address: String
  /// The kind as the source calls it: `deployment`.
  public var kind: String
  /// The block's place.
  public var origin: SourceLocation
  /// Addresses of the resources that it refers to.
  public var dependencies: [String]
  /// Fields whose values are known only after apply; the object has `DeferredExpression.placeholder` in their places.
  public var deferred: [DeferredField] = []
  /// Whether the block says `protect = true`: the object must not be destroyed or replaced.
  public var isProtected = false
  /// Whether pods are to be made anew when what they are configured with changes: `restartOnConfig`.
  public var restartsOnConfig = false
  /// The namespace for an object that says none and whose kind nothing is known of, where the target knows that its kind
  /// lives in namespaces.
  public internal(set) var openNamespace: String?
  /// The block and the object, in the program.
  var instance: Int32 = -1
  /// The API object in the arena: `Compilation.tree` has what it refers to.
  public internal(set) var tree = TreeValue.none
  var program: FrozenProgram?

  /// The API object: apiVersion, kind, metadata, spec. Made anew at each call.
  public var object: Value { program?.program.tree.value(of: tree) ?? .null }
  /// The API object with `(secret)` for what is secret. Made anew at each call.
  public var shownObject: Value { program?.program.tree.value(of: tree, hidingSecrets: true) ?? .null }

  /// The origins of fields of the object; one without has that of its nearest ancestor. Found anew at each call.
  public var origins: [FieldPath: Provenance] { walk?.origins ?? [:] }
  /// Fields whose values are secret. Found anew at each call.
  public var secretPaths: [FieldPath] { walk?.secretPaths ?? [] }
  /// The affinity rules in the object. Found anew at each call.
  public var rules: [Rule] { walk?.rules ?? [] }

  /// All that is known of the object's fields, found in one walk.
  public struct Trace: Sendable {
    public var origins: [FieldPath: Provenance]
    public var secretPaths: [FieldPath]
    public var rules: [Rule]
  }

  /// The origins, the secret fields and the rules at once. Found anew at each call.
  public var trace: Trace {
    let found = walk
    return Trace(origins: found?.origins ?? [:], secretPaths: found?.secretPaths ?? [], rules: found?.rules ?? [])
  }

  /// Whether any value of the object is secret.
  public var hasSecrets: Bool { program.map { ObjectOrigins.hasSecrets($0.program, tree) } ?? false }

  private var walk: ObjectOrigins? { program.map { ObjectOrigins($0, tree) } }

  /// Where a field of the object came from, or its nearest ancestor of which that is known.
  public func origin(of path: FieldPath) -> Provenance {
    let origins = origins
    var elements = path.elements
    while !elements.isEmpty {
      if let found = origins[FieldPath(elements)] { return found }
      elements.removeLast()
    }
    return Provenance(location: origin, layer: "file")
  }
}
