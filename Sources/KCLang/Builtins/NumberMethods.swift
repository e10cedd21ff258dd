internal import KCData

extension Builtins {
  static let intMethods: [Method] = [
    Method("abs() -> Int", "Without its sign.", "(-3).abs()", "3"),
    Method(
      "clamp(low: Int, high: Int) -> Int", "The number itself, or the bound that it is beyond.", "(12).clamp(1, 10)",
      "10"
    ),
    Method("pow(exponent: Int) -> Int", "The number multiplied with itself.", "(2).pow(10)", "1024"),
    Method("toFloat() -> Float", "As a number with fractions.", "(3).toFloat()", "3.0"),
    Method("hex() -> String", "In hexadecimal digits.", "(255).hex()", #""ff""#),
    Method("octal() -> String", "In octal digits, as modes of files are written.", "(420).octal()", #""644""#),
    Method("padded(width: Int) -> String", "With zeros at its start, up to a width.", "(7).padded(3)", #""007""#),
  ]

  static let floatMethods: [Method] = [
    Method("abs() -> Float", "Without its sign.", "(-1.5).abs()", "1.5"),
    Method(
      "clamp(low: Float, high: Float) -> Float", "The number itself, or the bound that it is beyond.",
      "(1.5).clamp(0.0, 1.0)", "1.0"),
    Method("floor() -> Int", "The largest whole number that is not above it.", "(1.7).floor()", "1"),
    Method("ceil() -> Int", "The smallest whole number that is not below it.", "(1.2).ceil()", "2"),
    Method("round() -> Int", "The nearest whole number; halves go away from zero.", "(2.5).round()", "3"),
  ]

  static let quantityMethods: [Method] = [
    Method("isBinary: Bool", "Whether it is written in `Ki`, `Mi`, ….", "(1Gi).isBinary", "true"),
    Method("isWhole: Bool", "Whether it is a whole number.", "(500m).isWhole", "false"),
    Method("whole: Int", "As a whole number, rounded up: bytes, or cores.", "(1Ki).whole", "1024"),
    Method("milli: Int", "In thousandths, rounded up.", "(1.5k).milli", "1500000"),
    Method("mebi: Int", "In `Mi`, rounded down.", "(1.5Gi).mebi", "1536"),
    Method(
      "clamp(low: Quantity, high: Quantity) -> Quantity", "The amount itself, or the bound that it is beyond.",
      "(4Gi).clamp(64Mi, 1Gi)", "1Gi"),
    Method(
      "scaled(by: Percent) -> Quantity", "A share of it. Whole amounts stay whole, rounded down.", "(1Gi).scaled(50%)",
      "512Mi"),
    Method(
      "roundUp(to: Quantity) -> Quantity", "The next multiple of an amount.", "(100Mi).roundUp(64Mi)", "128Mi"),
  ]

  static let durationMethods: [Method] = [
    Method("milliseconds: Int", "In milliseconds.", "(2s).milliseconds", "2000"),
    Method("seconds: Int", "In seconds, rounded down.", "(5min).seconds", "300"),
    Method("minutes: Int", "In minutes, rounded down.", "(2h).minutes", "120"),
    Method("hours: Int", "In hours, rounded down.", "(7d).hours", "168"),
    Method("days: Int", "In days, rounded down.", "(36h).days", "1"),
    Method(
      "go: String", "As programs in Go read and write it, where minutes are `m`.", "(90min).go", #""1h30m0s""#),
    Method(
      "clamp(low: Duration, high: Duration) -> Duration", "The duration itself, or the bound that it is beyond.",
      "(1s).clamp(5s, 10s)", "5s"),
  ]

  static let percentMethods: [Method] = [
    Method("whole: Int", "The number before the sign, rounded down.", "(12.5%).whole", "12"),
    Method("fraction: Float", "As a fraction of one.", "(25%).fraction", "0.25"),
    Method("of(number: Int) -> Int", "The share of a whole number, rounded down.", "(25%).of(10)", "2"),
    Method(
      "clamp(low: Percent, high: Percent) -> Percent", "The share itself, or the bound that it is beyond.",
      "(120%).clamp(0%, 100%)", "100%"),
  ]

  static let rangeMethods: [Method] = [
    Method("low: T?", "Its lower end; absent where it is open.", "(1...5).low", "1"),
    Method("high: T?", "Its upper end; absent where it is open.", "(1...5).high", "5"),
  ]

  static let keyMethods: [Method] = [
    Method("owner: Resource", "The config or secret that the key is in.", "\"\"", "\"\""),
    Method("key: String", "The name of the key.", "\"\"", "\"\""),
  ]

  /// Methods of numbers and amounts.
  static func number(_ call: MethodCall, _ program: inout Program) -> TreeValue? {
    if call.name == "clamp" { return clamped(call, &program) }
    switch call.receiver.tag {
    case .int, .wideInt: return whole(call, program.tree.int(of: call.receiver) ?? 0, &program)
    case .float: return floating(call, program.tree.double(of: call.receiver) ?? 0, &program)
    case .quantity: return quantity(call, program.tree.quantity(of: call.receiver) ?? Quantity(0), &program)
    case .percent:
      let share = Int128(call.receiver.inlineNumber)
      let (product, overflow) = share.multipliedReportingOverflow(by: Int128(program.tree.int(of: call[0]) ?? 0))
      guard !overflow, let number = Int64(exactly: product / 100_000) else { return program.tooLarge(call) }
      return program.tree.int(number)
    default: return nil
    }
  }

  private static func clamped(_ call: MethodCall, _ program: inout Program) -> TreeValue {
    guard let order = program.compare(call[0], call[1]), order <= 0 else {
      program.report("KC0112", "`low` is above `high`", at: call.site(of: 0))
      return .poison
    }
    if let below = program.compare(call.receiver, call[0]), below < 0 { return call[0] }
    if let above = program.compare(call.receiver, call[1]), above > 0 { return call[1] }
    return call.receiver
  }

  private static func whole(_ call: MethodCall, _ number: Int64, _ program: inout Program) -> TreeValue? {
    switch call.name {
    case "abs":
      guard number != .min else { return program.tooLarge(call) }
      return program.tree.int(number < 0 ? -number : number)
    case "toFloat": return program.tree.float(Double(number))
    case "hex": return program.tree.string(String(number, radix: 16))
    case "octal": return program.tree.string(String(number, radix: 8))
    case "padded":
      let width = program.tree.int(of: call[0]) ?? 0
      guard width >= 0 else { return program.argument(call, 0, isBelow: 0) }
      guard width <= Limits.text else { return program.textTooLong(call.site) }
      let digits = String(number.magnitude)
      let sign = number < 0 ? "-" : ""
      let missing = max(0, Int(width) - digits.count - sign.count)
      return program.tree.string(sign + String(repeating: "0", count: missing) + digits)
    case "pow":
      let exponent = program.tree.int(of: call[0]) ?? 0
      guard exponent >= 0 else { return program.argument(call, 0, isBelow: 0) }
      if number == 0 || number == 1 { return program.tree.int(exponent == 0 ? 1 : number) }
      if number == -1 { return program.tree.int(exponent % 2 == 0 ? 1 : -1) }
      guard exponent < 64 else { return program.tooLarge(call) }
      var result: Int64 = 1
      for _ in 0..<exponent {
        let (product, overflow) = result.multipliedReportingOverflow(by: number)
        if overflow { return program.tooLarge(call) }
        result = product
      }
      return program.tree.int(result)
    default: return nil
    }
  }

  private static func floating(_ call: MethodCall, _ number: Double, _ program: inout Program) -> TreeValue? {
    let rounded: Double
    switch call.name {
    case "abs": return program.tree.float(number.magnitude)
    case "floor": rounded = number.rounded(.down)
    case "ceil": rounded = number.rounded(.up)
    case "round": rounded = number.rounded(.toNearestOrAwayFromZero)
    default: return nil
    }
    guard let whole = Int64(exactly: rounded) else { return program.tooLarge(call) }
    return program.tree.int(whole)
  }

  private static func quantity(_ call: MethodCall, _ amount: Quantity, _ program: inout Program) -> TreeValue? {
    let one: Int128 = 1_000_000_000
    switch call.name {
    case "scaled":
      let (product, overflow) = amount.nano.multipliedReportingOverflow(by: Int128(call[0].inlineNumber))
      if overflow { return program.tooLarge(call) }
      var nano = product / 100_000
      if amount.nano % one == 0, amount.format == .binarySI || amount.nano >= 1000 * one { nano -= nano % one }
      guard nano.magnitude <= UInt128(Int64.max) * 1_000_000_000 else { return program.tooLarge(call) }
      return program.tree.quantity(Quantity(nano: nano, format: amount.format))
    case "roundUp":
      let unit = program.tree.quantity(of: call[0])?.nano ?? 0
      guard unit > 0 else {
        program.report("KC0112", "`to` of `roundUp` is more than 0", at: call.site(of: 0))
        return .poison
      }
      let rest = amount.nano % unit
      let (nano, overflow) = amount.nano.addingReportingOverflow(rest > 0 ? unit - rest : -rest)
      guard !overflow, nano <= Int128(Int64.max) * one else { return program.tooLarge(call) }
      return program.tree.quantity(Quantity(nano: nano, format: amount.format))
    default: return nil
    }
  }
}

extension Program {
  fileprivate mutating func tooLarge(_ call: MethodCall) -> TreeValue {
    report("KC0161", "the result of `\(call.name)` is too large", at: call.site)
    return .poison
  }
}
