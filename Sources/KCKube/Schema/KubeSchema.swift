public import KCData

/// The types of a Kubernetes version's API: what fields objects have, and how lists and maps are merged.
public struct KubeSchema: Sendable {
  /// The shape of a value.
  public indirect enum Shape: Sendable, Hashable {
    case string, integer, long, number, bool, quantity, intOrString, time, microTime, bytes
    /// Anything: maps in it are merged key by key, lists are taken whole.
    case any
    /// A struct: an index into `types`.
    case type(Int)
    case list(Shape)
    case map(Shape)
  }

  /// How the elements of a list relate when two versions meet.
  public enum ListKind: String, Sendable {
    case atomic, set, map
  }

  /// How the API server writes a field that is not set, or set to its zero value.
  public enum Presence: Sendable {
    /// Written when it is set, also to zero.
    case whenSet
    /// Written when it is not zero; empty lists and maps count as zero.
    case whenNotZero
    /// Always written: its zero value, a struct with what is in it, or null for a list or map.
    case always
    /// Written as null when it is not set.
    case nullWhenNotSet
  }

  public struct Field: Sendable {
    public var name: String
    public var isRequired = false
    public var shape = Shape.any
    public var listKind: ListKind?
    /// The fields that tell a list's elements apart.
    public var keys: [String] = []
    /// Whether a map or struct is taken as one value.
    public var isAtomic = false
    /// Whether a struct is merged field by field although its type is taken as one value.
    public var isGranular = false
    public var presence = Presence.whenSet
    /// Whether null is a value of its own; only for custom resources.
    public var isNullable = false
    /// Whether null is a value that the elements of a map can have.
    public var areElementsNullable = false
    /// For strategic merge: the field that tells elements apart, and the strategies (`merge`, `replace`, `retainKeys`).
    public var mergeKey: String?
    public var strategy: String?
    /// The values allowed; empty for any.
    public var allowed: [String] = []
    /// The default that the schema states; the API server's defaulting knows more.
    public var defaultValue: Value?
    /// The number in the form of protocol buffers, 16 bits, above it those of the structs that it stands in there; 0
    /// where it has none.
    var wireNumber: UInt64 = 0
  }

  public struct TypeSchema: Sendable {
    public var name: String
    /// Whether it is merged as one value.
    public var isAtomic = false
    /// Whether it is of a custom resource, for which the API server has no Go type.
    public var isCustom = false
    /// What fields that are not declared hold; nil where there may be none.
    public var undeclared: Shape?
    /// In the order of their names.
    public var fields: [Field] = []

    /// The field of a name; nil where the type does not declare it.
    public func field(_ name: String) -> Field? { place(of: name).map { fields[$0] } }

    /// Where the field of a name stands among `fields`: for those that need a part of it, since a copy takes a while.
    func place(of name: String) -> Int? {
      var (low, high) = (0, fields.count)
      while low < high {
        let middle = (low + high) / 2
        if fields[middle].name < name { low = middle + 1 } else { high = middle }
      }
      return low < fields.count && fields[low].name == name ? low : nil
    }
  }

  public internal(set) var types: [TypeSchema] = []
  var typeIndex: [String: Int] = [:]
  var kinds: [String: Int] = [:]
  /// The OpenAPI schemas of custom kinds, for what `types` does not say.
  var customSchemas: [String: Value] = [:]
  /// The patterns of custom kinds, read; by their text.
  var patterns: [String: Pattern] = [:]
  /// The rules (`x-kubernetes-validations`) of custom kinds, read; by their text.
  var rules: [String: RuleExpression] = [:]

  /// The custom kinds that have rules.
  var rulesIn: Set<String> = []

  /// A version without types.
  public init() {}

  /// The type of an object; nil for kinds that the version does not have.
  public func type(apiVersion: String, kind: String) -> Int? { kinds["\(apiVersion) \(kind)"] }

  /// The type of a name such as `core.v1.Container`.
  public func type(named name: String) -> Int? { typeIndex[name] }
}
