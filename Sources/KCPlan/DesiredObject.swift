public import KCData
public import KCKube

/// Where in the source something was said.
public struct Origin: Sendable, Hashable {
  /// The file, as the user would write it.
  public var file: String
  /// Counted from 1.
  public var line: Int
  /// The layer that said it: `default`, `file`, `env prod`, `--set`.
  public var layer: String
  /// The parameter that the value came from, if one did.
  public var parameter: String?

  public init(file: String, line: Int, layer: String = "file", parameter: String? = nil) {
    self.file = file
    self.line = line
    self.layer = layer
    self.parameter = parameter
  }

  /// `shop.kc:24`
  public var place: String { line > 0 ? "\(file):\(line)" : file }
}

/// What names an object on a target.
///
/// An object is the same one in every version of its group: keys that differ in the version alone are equal.
public struct ObjectKey: Sendable, Hashable, Comparable {
  /// The version that it is spoken of in.
  public var apiVersion: String
  public var kind: String
  /// Empty for objects of the cluster.
  public var namespace: String
  public var name: String

  public init(apiVersion: String, kind: String, namespace: String, name: String) {
    self.apiVersion = apiVersion
    self.kind = kind
    self.namespace = namespace
    self.name = name
  }

  public init(_ object: Value) {
    self.init(
      apiVersion: object.apiVersion ?? "", kind: object.kind ?? "", namespace: object.namespace ?? "",
      name: object.name ?? "")
  }

  /// `deployment web`
  public var title: String { "\(kind.lowercased()) \(name)" }

  /// The group without the version; empty for the core group.
  public var group: Substring {
    apiVersion.utf8.firstIndex(of: UInt8(ascii: "/")).map { apiVersion[..<$0] } ?? ""
  }

  public static func == (left: ObjectKey, right: ObjectKey) -> Bool {
    left.name == right.name && left.namespace == right.namespace && left.kind == right.kind
      && (left.apiVersion == right.apiVersion || left.group == right.group)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
    hasher.combine(namespace)
    hasher.combine(name)
  }

  public static func < (left: ObjectKey, right: ObjectKey) -> Bool {
    (left.kind, left.namespace, left.name, left.group) < (right.kind, right.namespace, right.name, right.group)
  }
}

/// An object that the program declares.
public struct DesiredObject: Sendable {
  /// `deployment.web`
  public var address: String
  /// The kind as the source calls it: `deployment`, `config`.
  public var sourceKind: String
  public var object: Value
  public var origin: Origin
  /// Whether any of its values is secret.
  public var hasSecrets: Bool
  /// Addresses of the objects that this one refers to.
  public var dependencies: [String]
  /// Fields whose values are known only after apply, with `DeferredExpression.placeholder` in their places.
  public var deferred: [DeferredField] = []
  /// Whether pods are made anew when the secrets change that they read; nil where the program is not at hand to say.
  public var restartsWithSecrets: Bool?
  /// A field that the program says and that is left to another all the same.
  var ceded: ForeignField?
  private var source: Source

  /// What is known of an object's fields.
  public struct Trace: Sendable {
    /// The origins of fields; a field without one has that of its nearest ancestor.
    public var origins: [FieldPath: Origin]
    /// Fields whose values are secret.
    public var secretPaths: [FieldPath]
    /// Fields that came from an affinity rule, and where the rule stands.
    public var rules: [Rule]

    public init(origins: [FieldPath: Origin] = [:], secretPaths: [FieldPath] = [], rules: [Rule] = []) {
      self.origins = origins
      self.secretPaths = secretPaths
      self.rules = rules
    }
  }

  /// Most objects do not change, and nobody asks where their fields come from.
  private enum Source {
    case known(Trace)
    case asked(@Sendable () -> Trace)
  }

  /// An affinity rule of the source and where it ended up in the object.
  public struct Rule: Sendable, Hashable {
    public var path: FieldPath
    public var origin: Origin
    /// As the source says it: `require apart from self by hostname`.
    public var text: String

    public init(path: FieldPath, origin: Origin, text: String) {
      self.path = path
      self.origin = origin
      self.text = text
    }
  }

  public init(
    address: String, sourceKind: String, object: Value, origin: Origin, origins: [FieldPath: Origin] = [:],
    dependencies: [String] = [], secretPaths: [FieldPath] = [], rules: [Rule] = []
  ) {
    self.address = address
    self.sourceKind = sourceKind
    self.object = object
    self.origin = origin
    self.dependencies = dependencies
    hasSecrets = !secretPaths.isEmpty
    source = .known(Trace(origins: origins, secretPaths: secretPaths, rules: rules))
  }

  /// - Parameter trace: called each time that something of it is asked; see `traced`.
  public init(
    address: String, sourceKind: String, object: Value, origin: Origin, dependencies: [String], hasSecrets: Bool,
    trace: @escaping @Sendable () -> Trace
  ) {
    self.init(
      address: address, sourceKind: sourceKind, object: object, origin: origin, dependencies: dependencies)
    self.hasSecrets = hasSecrets
    source = .asked(trace)
  }

  public var trace: Trace {
    switch source {
    case .known(let trace): trace
    case .asked(let find): find()
    }
  }

  /// The same object with its trace at hand, for who asks often.
  public var traced: DesiredObject {
    guard case .asked(let find) = source else { return self }
    var copy = self
    copy.source = .known(find())
    return copy
  }

  /// The origins of fields; a field without one has that of its nearest ancestor.
  public var origins: [FieldPath: Origin] { trace.origins }
  /// Fields whose values are secret.
  public var secretPaths: [FieldPath] { hasSecrets ? trace.secretPaths : [] }
  /// Fields that came from an affinity rule, and where the rule stands.
  public var rules: [Rule] {
    get { trace.rules }
    set {
      var known = trace
      known.rules = newValue
      source = .known(known)
    }
  }

  public var key: ObjectKey { ObjectKey(object) }
  /// `deployment web`
  public var title: String {
    // What the source calls an object of the API goes by its kind: `widget small`.
    sourceKind == "object" || sourceKind.contains(".") ? key.title : "\(sourceKind) \(object.name ?? "")"
  }

  /// The origin of a field, or of its nearest ancestor that has one.
  public func origin(of path: FieldPath) -> Origin {
    let origins = origins
    var elements = path.elements
    while !elements.isEmpty {
      if let found = origins[FieldPath(elements)] { return found }
      elements.removeLast()
    }
    return origin
  }

  public func isSecret(_ path: FieldPath) -> Bool { secretPaths.contains { path.hasPrefix($0) } }
}
