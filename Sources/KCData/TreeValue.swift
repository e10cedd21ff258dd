/// A value of the compiler's tree: eight plain bytes, without a reference count.
///
/// What does not fit stands in the `Tree` that made the value: equal payloads of one tree are equal values. Bits 0–31
/// hold a payload, 32–55 a length, 56–61 the tag, 62 and 63 the marks.
@frozen
public struct TreeValue: Sendable, Equatable, BitwiseCopyable {
  public var bits: UInt64

  @usableFromInline init(bits: UInt64) { self.bits = bits }

  @inlinable public init(_ tag: Tag, payload: UInt32 = 0, length: Int = 0) {
    bits = UInt64(tag.rawValue) << 56 | (UInt64(UInt32(truncatingIfNeeded: length)) & 0xff_ffff) << 32 | UInt64(payload)
  }

  /// What a value is. Tags from `instance` on are handles whose meaning is the evaluator's.
  @frozen public enum Tag: UInt8, Sendable {
    /// Absent: a field without a value.
    case none
    /// The value of something that was reported: it silences what follows from it.
    case poison
    case null
    case bool
    /// A whole number of up to 55 bits, in the value itself.
    case int
    /// A whole number that stands in the tree.
    case wideInt
    case float
    case string
    case quantity
    /// Milliseconds, in the value itself.
    case duration
    /// Thousandths of a percent, in the value itself.
    case percent
    /// Two items: first and last; `none` for an open end.
    case range
    case list
    case record
    /// A block or other late-bound record.
    case instance
    /// Several instances, of which the use picks one.
    case choice
    case function
    case type
    /// An entry of a map that a resource holds: an instance, a field and a key.
    case key
    /// A bare name whose meaning depends on where it is expected.
    case symbol
    case regex
    /// A module, or the namespace of a kind.
    case scope
    /// An expression that was not needed yet.
    case thunk
    /// An expression that is being evaluated.
    case busy
    /// A value that is known only after apply: what it is computed from is the evaluator's.
    case deferred
  }

  // Every value was made of a tag, and tags are numbered without a gap: the six bits are always one of them.
  @inlinable public var tag: Tag { unsafeBitCast(UInt8(truncatingIfNeeded: bits >> 56) & 0x3f, to: Tag.self) }
  @inlinable public var payload: UInt32 { UInt32(truncatingIfNeeded: bits) }
  @inlinable public var length: Int { Int(bits >> 32 & 0xff_ffff) }

  /// The longest string, list or record.
  public static let maxLength = 0xff_ffff
  /// The most values that a list or record may hold, those in what it holds included, each as often as it stands there.
  public static let maxSize = 5_000_000
  /// The deepest that lists and records may stand in each other.
  public static let maxHeight = 500

  @usableFromInline static let secretMark: UInt64 = 1 << 62

  /// Whether the value is secret, or was made from one that is.
  @inlinable public var isSecret: Bool {
    get { bits & Self.secretMark != 0 }
    set { bits = newValue ? bits | Self.secretMark : bits & ~Self.secretMark }
  }

  @usableFromInline static let presenceMark: UInt64 = 1 << 63
  @usableFromInline static let marks = secretMark | presenceMark

  /// Whether it tells of a secret already that there is a value, or none: what a number is read from, an element of parts.
  ///
  /// Whether a secret was given at all is known otherwise: a parameter has one or has none.
  @inlinable public var hidesPresence: Bool {
    get { bits & Self.presenceMark != 0 }
    set { bits = newValue ? bits | Self.presenceMark : bits & ~Self.presenceMark }
  }

  // Computed: what is stored is asked for whether it was made yet, each time.
  @inlinable public static var none: TreeValue { TreeValue(.none) }
  @inlinable public static var poison: TreeValue { TreeValue(.poison) }
  @inlinable public static var null: TreeValue { TreeValue(.null) }
  @inlinable public static func bool(_ truth: Bool) -> TreeValue { TreeValue(.bool, payload: truth ? 1 : 0) }

  @inlinable public var isNone: Bool { tag == .none }
  @inlinable public var isPoison: Bool { tag == .poison }
  @inlinable public var isTrue: Bool { tag == .bool && payload == 1 }

  /// A number that fits into 56 bits beside its tag; nil for larger ones.
  @inlinable
  public static func inline(_ tag: Tag, _ number: Int64) -> TreeValue? {
    guard number >= -(1 << 55), number < 1 << 55 else { return nil }
    return TreeValue(bits: UInt64(tag.rawValue) << 56 | UInt64(bitPattern: number) & 0xff_ffff_ffff_ffff)
  }

  /// The number of `int`, `duration` and `percent`.
  @inlinable public var inlineNumber: Int64 { Int64(bitPattern: bits << 8) >> 8 }
}

/// A field of a record: sixteen plain bytes.
@frozen
public struct TreeField: Sendable, BitwiseCopyable {
  /// The name, interned in the tree's keys.
  public var key: UInt32
  /// Where the value came from; what the number means is the evaluator's. 0 where unknown.
  public var origin: UInt32
  public var value: TreeValue

  @inlinable
  public init(key: UInt32, origin: UInt32, value: TreeValue) {
    self.key = key
    self.origin = origin
    self.value = value
  }
}
