extension Tree {
  /// The API value of a tree value: what JSON can say. Absent fields are left out; durations, percentages and
  /// quantities become text as Kubernetes writes them.
  ///
  /// - Parameter hidingSecrets: whether `(secret)` stands for what is secret.
  public func value(of value: TreeValue, hidingSecrets: Bool = false) -> Value? {
    if hidingSecrets, value.isSecret, !value.isNone { return .string(Self.secretText) }
    return switch value.tag {
    case .none, .poison: nil
    case .null: .null
    case .bool: .bool(value.payload == 1)
    case .int, .wideInt: int(of: value).map(Value.int)
    case .float: double(of: value).map(Value.number)
    case .string: text(of: value).map(Value.string)
    case .quantity: quantity(of: value).map { .string($0.description) }
    case .duration: .string(Self.durationText(value.inlineNumber))
    case .percent: .string(Self.percentText(value.inlineNumber))
    case .list: .array(items(of: value).compactMap { self.value(of: $0, hidingSecrets: hidingSecrets) })
    case .record: object(fields(of: value), hidingSecrets)
    default: nil
    }
  }

  /// What is shown of a secret.
  public static let secretText = "(secret)"

  private func object(_ fields: ArraySlice<TreeField>, _ hidingSecrets: Bool) -> Value {
    var result = Fields(minimumCapacity: fields.count)
    for field in fields {
      if let value = value(of: field.value, hidingSecrets: hidingSecrets) { result[keys.text(field.key)] = value }
    }
    return .object(result)
  }

  /// `90s`, `1m30s` as Go writes durations that kc reads as `90s`: the largest unit that divides it.
  public static func durationText(_ milliseconds: Int64) -> String {
    for (unit, name) in [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s")] as [(Int64, String)]
    where milliseconds % unit == 0 && milliseconds != 0 {
      return "\(milliseconds / unit)\(name)"
    }
    return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
  }

  /// `25%`, `12.5%`.
  public static func percentText(_ thousandths: Int64) -> String {
    let whole = thousandths / 1000
    var rest = abs(thousandths % 1000)
    if rest == 0 { return "\(whole)%" }
    var digits = 3
    while rest % 10 == 0 {
      rest /= 10
      digits -= 1
    }
    let text = String(rest)
    let sign = thousandths < 0 && whole == 0 ? "-" : ""
    return "\(sign)\(whole)." + String(repeating: "0", count: digits - text.count) + text + "%"
  }
}
