internal import KCData

/// Amounts of resources: processors in thousandths, all else in whole units.
public struct ResourceAmounts: Sendable, Hashable {
  /// Thousandths of a processor.
  public var milliCPU: Int64 = 0
  /// Bytes.
  public var memory: Int64 = 0
  /// Bytes.
  public var ephemeralStorage: Int64 = 0
  /// Huge pages, devices and the like.
  public var others: [String: Int64] = [:]

  /// Nothing.
  public init() {}

  /// Reads a list of resources, as in `requests` or `allocatable`; the number of pods is left out.
  init(_ list: Value?) {
    for (name, value) in list?.object ?? [:] where name != "pods" {
      self[name] = Self.amount(value, of: name)
    }
  }

  static func amount(_ value: Value, of name: String) -> Int64 {
    let quantity: Quantity? =
      switch value {
      case .string(let text): Quantity(text)
      case .int(let number): Quantity(number)
      default: nil
      }
    guard let quantity else { return 0 }
    return name == "cpu" ? quantity.milliValue : quantity.value
  }

  subscript(name: String) -> Int64 {
    get {
      switch name {
      case "cpu": milliCPU
      case "memory": memory
      case "ephemeral-storage": ephemeralStorage
      default: others[name] ?? 0
      }
    }
    set {
      switch name {
      case "cpu": milliCPU = newValue
      case "memory": memory = newValue
      case "ephemeral-storage": ephemeralStorage = newValue
      default: others[name] = newValue
      }
    }
  }

  /// Adds; sums past 64 bits stay at the end of the range.
  mutating func add(_ other: ResourceAmounts) { combine(other) { $0.plus($1) } }

  mutating func subtract(_ other: ResourceAmounts) { combine(other) { $0.minus($1) } }

  /// The larger of each.
  mutating func raise(to other: ResourceAmounts) { combine(other) { max($0, $1) } }

  private mutating func combine(_ other: ResourceAmounts, _ merge: (Int64, Int64) -> Int64) {
    milliCPU = merge(milliCPU, other.milliCPU)
    memory = merge(memory, other.memory)
    ephemeralStorage = merge(ephemeralStorage, other.ephemeralStorage)
    for (name, amount) in other.others { others[name] = merge(others[name] ?? 0, amount) }
  }
}
