/// An amount of a resource as Kubernetes writes it (`250m`, `1.5`, `128Mi`, `2e3`), kept exactly.
///
/// Follows `k8s.io/apimachinery` `resource.Quantity`: amounts finer than a billionth are rounded up, amounts of
/// 2⁶³ and more are capped, and the canonical form keeps the family of suffixes the text used.
public struct Quantity: Sendable {
  /// The family of suffixes that the canonical form uses.
  public enum Format: Sendable, Hashable {
    /// `n u m k M G T P E`
    case decimalSI
    /// `Ki Mi Gi Ti Pi Ei`
    case binarySI
    /// `e3`, `E3`
    case decimalExponent
  }

  /// The amount times 10⁹.
  public var nano: Int128
  public var format: Format

  public init(nano: Int128, format: Format = .decimalSI) {
    self.nano = nano
    self.format = format
  }

  public init(_ whole: Int64, format: Format = .decimalSI) { self.init(nano: Int128(whole) * Self.one, format: format) }

  static let one: Int128 = 1_000_000_000
  /// The largest amount: 2⁶³ − 1.
  static let cap = Int128(Int64.max) * one

  /// The amount rounded up to a whole number, capped to 64 bits.
  public var value: Int64 { Self.clamp(Self.ceilDivide(nano, Self.one)) }
  /// The amount in thousandths, rounded up, capped to 64 bits.
  public var milliValue: Int64 { Self.clamp(Self.ceilDivide(nano, Self.one / 1000)) }
  public var isZero: Bool { nano == 0 }

  public static func + (left: Quantity, right: Quantity) -> Quantity {
    Quantity(nano: left.nano + right.nano, format: left.isZero ? right.format : left.format)
  }

  public static func - (left: Quantity, right: Quantity) -> Quantity {
    Quantity(nano: left.nano - right.nano, format: left.isZero ? right.format : left.format)
  }

  static func ceilDivide(_ amount: Int128, _ unit: Int128) -> Int128 {
    let (quotient, remainder) = amount.quotientAndRemainder(dividingBy: unit)
    return remainder == 0 ? quotient : (amount > 0 ? quotient + 1 : quotient - 1)
  }

  static func clamp(_ number: Int128) -> Int64 { Int64(clamping: number) }
}

extension Quantity: Hashable, Comparable {
  /// Amounts are equal whatever their form: `1` is `1000m`.
  public static func == (left: Quantity, right: Quantity) -> Bool { left.nano == right.nano }
  public static func < (left: Quantity, right: Quantity) -> Bool { left.nano < right.nano }
  public func hash(into hasher: inout Hasher) { hasher.combine(nano) }
}
