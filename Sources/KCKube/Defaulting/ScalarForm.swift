internal import KCData

/// Brings quantities, times and bytes into their canonical form, as a round trip through the API server does.
enum ScalarForm {
  static func canonicalise(_ object: inout Value, type: ResourceType) {
    let schema = KubeSchema.builtin
    guard let root = schema.type(apiVersion: type.apiVersion, kind: type.kind), !holding[root].isEmpty else { return }
    // Only the groups that Kubernetes began with round amounts of resources.
    let rounds = type.group != "node.k8s.io" && type.group != "resource.k8s.io"
    walk(&object, root, schema, holding, rounds, depth: 0)
  }

  /// By type: the places of the fields that hold such a value somewhere, so that others are passed over.
  private static let holding: [[Int]] = KubeSchema.builtin.types.map { type in
    type.fields.indices.filter { holds(type.fields[$0].shape, holders) }
  }

  /// The types that hold such a value somewhere.
  private static let holders: Set<Int> = {
    let schema = KubeSchema.builtin
    var holders: Set<Int> = []
    var grew = true
    while grew {
      grew = false
      for (index, type) in schema.types.enumerated() where !holders.contains(index) {
        if type.fields.contains(where: { holds($0.shape, holders) }) {
          holders.insert(index)
          grew = true
        }
      }
    }
    return holders
  }()

  private static func holds(_ shape: KubeSchema.Shape, _ holders: Set<Int>) -> Bool {
    switch shape {
    case .quantity, .time, .microTime, .bytes, .number: true
    case .type(let index): holders.contains(index)
    case .list(let inner), .map(let inner): holds(inner, holders)
    default: false
    }
  }

  private static func walk(
    _ value: inout Value, _ type: Int, _ schema: KubeSchema, _ holding: [[Int]], _ rounds: Bool, depth: Int
  ) {
    guard !holding[type].isEmpty, case .object(var fields) = value, depth < 64 else { return }
    value = .null  // Gives up the reference, so that the change happens in place.
    for place in holding[type] {
      guard var child = fields[schema.types[type].fields[place].name] else { continue }
      walk(&child, schema.types[type].fields[place].shape, schema, holding, rounds, depth: depth)
      fields[schema.types[type].fields[place].name] = child
    }
    value = .object(fields)
  }

  private static func walk(
    _ value: inout Value, _ shape: KubeSchema.Shape, _ schema: KubeSchema, _ holding: [[Int]], _ rounds: Bool,
    depth: Int
  ) {
    switch (shape, value) {
    case (.quantity, _): value = quantity(value, isResource: false)
    case (.time, .string(let text)):
      if let time = Timestamp(text) { value = .string(time.rfc3339) }
    case (.microTime, .string(let text)):
      if let time = Timestamp(text) { value = .string(time.rfc3339Micro) }
    case (.bytes, .string(let text)):
      if let bytes = Base64.decode(text) { value = .string(Base64.encode(bytes)) }
    case (.number, .number(let number)):
      if let whole = Int64(exactly: number) { value = .int(whole) }
    case (.type(let index), .object): walk(&value, index, schema, holding, rounds, depth: depth + 1)
    case (.list(let inner), .array(var elements)):
      value = .null
      for index in elements.indices { walk(&elements[index], inner, schema, holding, rounds, depth: depth) }
      value = .array(elements)
    case (.map(.quantity), .object(let fields)):
      // A map of quantities is a list of resources, which most groups round.
      value = .object(fields.mapValues { quantity($0, isResource: rounds) })
    case (.map(let inner), .object(let fields)):
      value = .object(
        fields.mapValues { element in
          var element = element
          walk(&element, inner, schema, holding, rounds, depth: depth)
          return element
        })
    default: break
    }
  }

  /// Amounts of resources are rounded up to thousandths.
  private static func quantity(_ value: Value, isResource: Bool) -> Value {
    if value == "-" || value == "+" { return "0" }
    guard let text = QuantityText(value), var quantity = Quantity(text.text) else { return value }
    if let kept = text.reused(isResource: isResource) { return .string(kept) }
    if let huge = text.pastCap(quantity) { return .string(huge) }
    let step: Int128 = 1_000_000
    let rest = quantity.nano % step
    if isResource, rest != 0 { quantity.nano += quantity.nano > 0 ? step - rest : -(step + rest) }
    return .string(quantity.description)
  }
}

/// The text of a quantity, in its parts. The API server keeps some texts as they are though they are not canonical
/// (`5.`, `7.999`, `1E3`), and has no upper bound for amounts without a binary suffix.
private struct QuantityText {
  var text: String
  /// The digits before the point, without leading zeros, and those after it.
  var whole: Substring
  var fraction: Substring
  var suffix: Substring

  init?(_ value: Value) {
    switch value {
    case .string(let string): text = string
    case .int(let number): text = String(number)
    case .number(let number): text = String(number)
    default: return nil
    }
    var rest = text[...]
    if rest.first == "+" || rest.first == "-" { rest.removeFirst() }
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    rest = rest[digits.endIndex...]
    whole = digits.drop { $0 == "0" }
    fraction = ""
    if rest.first == "." {
      rest.removeFirst()
      fraction = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest[fraction.endIndex...]
    }
    if whole.isEmpty { whole = "0" }
    suffix = rest
  }

  private var exponent: Int? {
    if let place = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"].firstIndex(of: String(suffix)) {
      return place * 3 - 9
    }
    guard suffix.first == "e" || suffix.first == "E" else { return nil }
    return Int(suffix.dropFirst())
  }

  /// The text itself, where the server takes it over.
  func reused(isResource: Bool) -> String? {
    if whole == "0", fraction.isEmpty { return "0" }
    let digits = whole + fraction
    if let exponent {
      let scale = exponent - fraction.count
      guard digits.count <= 18, scale >= (isResource ? -3 : -9), scale % 3 == 0, !digits.hasSuffix("000"),
        digits.first != "0"
      else { return nil }
      return text
    }
    guard let tens = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].firstIndex(of: String(suffix)), fraction.isEmpty,
      14 - whole.count - (tens + 1) * 3 >= 0, let number = Int64(whole), number & 7 != 0
    else { return nil }
    return text
  }

  /// The canonical form of an amount that is past what `Quantity` holds; nil for others.
  func pastCap(_ quantity: Quantity) -> String? {
    guard quantity.value == .max || quantity.value == -.max, var exponent, fraction.isEmpty,
      exponent >= 0, exponent < 100
    else { return nil }
    var digits = String(whole)
    while exponent % 3 != 0 {
      digits += "0"
      exponent -= 1
    }
    let isPlain = suffix.first != "e" && suffix.first != "E" || suffix == "E"
    while digits.hasSuffix("000"), exponent < (isPlain ? 18 : 99) {
      digits.removeLast(3)
      exponent += 3
    }
    let sign = text.hasPrefix("-") ? "-" : ""
    if !isPlain { return sign + digits + (exponent == 0 ? "" : "e\(exponent)") }
    while exponent > 18 {
      digits += "000"
      exponent -= 3
    }
    return sign + digits + ["", "k", "M", "G", "T", "P", "E"][exponent / 3]
  }
}

extension Quantity {
  /// The quantity that a field's value stands for: a text or a number.
  init?(_ value: Value) {
    switch value {
    case .string(let text): self.init(text)
    case .int(let number): self.init(number)
    case .number(let number): self.init(String(number))
    default: return nil
    }
  }
}
