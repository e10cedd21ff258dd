internal import CKubeSchema

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

  public struct Field: Sendable {
    public var name: String
    public var isRequired = false
    public var shape = Shape.any
    public var listKind: ListKind?
    /// The fields that tell a list's elements apart.
    public var keys: [String] = []
    /// Whether a map or struct is taken as one value.
    public var isAtomic = false
    /// Whether a struct is always there, if only empty.
    public var isAlwaysPresent = false
    /// For strategic merge: the field that tells elements apart, and the strategies (`merge`, `replace`, `retainKeys`).
    public var mergeKey: String?
    public var strategy: String?
    /// The values allowed; empty for any.
    public var allowed: [String] = []
    /// The default, as JSON text.
    public var defaultText: String?
  }

  public struct TypeSchema: Sendable {
    public var name: String
    /// Whether it is merged as one value.
    public var isAtomic = false
    /// In the order of their names.
    public var fields: [Field] = []
    var index: [String: Int] = [:]

    public func field(_ name: String) -> Field? { index[name].map { fields[$0] } }
  }

  public internal(set) var types: [TypeSchema] = []
  var typeIndex: [String: Int] = [:]
  var kinds: [String: Int] = [:]
  /// The type whose fields are being read.
  var current: Int?

  /// The type of an object; nil for kinds that the version does not have.
  public func type(apiVersion: String, kind: String) -> Int? { kinds["\(apiVersion) \(kind)"] }

  /// The types of Kubernetes 1.36, read when first used.
  public static let builtin: KubeSchema = {
    let text = String(
      decoding: UnsafeBufferPointer(start: kc_kubernetes_1_36_start(), count: kc_kubernetes_1_36_size), as: UTF8.self)
    return KubeSchema(lines: text)
  }()
}
