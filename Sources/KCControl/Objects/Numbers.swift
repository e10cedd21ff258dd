internal import KCData

extension Value {
  /// An integer below `keys`, held within the range of 32 bits, as the API's counts are.
  func count(_ keys: String...) -> Int { Int(clamping32: at(keys)?.int ?? 0) }
  /// The same, where 0 and nothing differ.
  func optionalCount(_ keys: String...) -> Int? { at(keys)?.int.map { Int(clamping32: $0) } }
  /// A time below `keys`.
  func time(_ keys: String...) -> Timestamp? { at(keys)?.string.flatMap { Timestamp($0) } }

  /// `spec.replicas`, which is 1 where nothing is said.
  var specReplicas: Int { optionalCount("spec", "replicas") ?? 1 }

  /// The value without fields that are null, at any depth: what the API treats as equal.
  var withoutNulls: Value {
    switch self {
    case .object(let fields): .object(fields.filter { !$1.isNull }.mapValues(\.withoutNulls))
    case .array(let elements): .array(elements.map(\.withoutNulls))
    default: self
    }
  }

  /// Sets a field, or removes it where `value` is 0, as the API omits empty counts.
  mutating func setCount(_ value: Int, _ key: String) { self[key] = value == 0 ? nil : Value(value) }
}

extension Int {
  fileprivate init(clamping32 value: Int64) { self = Int(Swift.min(Swift.max(value, -2_147_483_648), 2_147_483_647)) }
}

/// A number or a share, as in `maxSurge: 25%`.
///
/// - Returns: the number, or the share of `total`, rounded up or down; 0 for anything that is neither.
func scaled(_ value: Value?, of total: Int, roundingUp: Bool) -> Int {
  if let number = value?.int { return Int(Swift.min(Swift.max(number, 0), 2_147_483_647)) }
  guard let text = value?.string, text.hasSuffix("%"), let percent = Int(text.dropLast()), percent >= 0,
    percent <= 1_000_000
  else { return 0 }
  let product = percent * total
  return roundingUp ? (product + 99) / 100 : product / 100
}
