internal import KCData

/// A method or property that values have by their type, and that is not written in kc.
struct Method: Sendable {
  var signature: Signature
  var isProperty: Bool
  /// The line that the documentation shows, without the receiver.
  var line: String
  var documentation: String
  /// An expression, and another that it is equal to.
  var example: (expression: String, result: String)

  /// - Parameter line: `contains(part: String) -> Bool`, or for a property `count: Int`.
  init(_ line: String, _ documentation: String, _ expression: String, _ result: String) {
    self.line = line
    self.documentation = documentation
    example = (expression, result)
    isProperty = !line.contains("(")
    signature = Signature(isProperty ? line.replacing(": ", with: "() -> ") : line)
  }

  var name: String { signature.name }
}

/// What a method is called with.
struct MethodCall {
  var name: String
  var receiver: TreeValue
  /// The arguments as plain values; functions stay as they are.
  var arguments: [TreeValue]
  /// The place of each argument.
  var sites: [Int32]
  var site: Int32

  /// The argument at a place; absent where none was given.
  subscript(_ place: Int) -> TreeValue { place < arguments.count ? arguments[place] : .none }

  /// The place of an argument, or that of the call.
  func site(of place: Int) -> Int32 { place < sites.count ? sites[place] : site }
}

extension Builtins {
  /// The methods and properties of a type of values, in the order of the documentation.
  static func table(of tag: TreeValue.Tag) -> [Method] {
    switch tag {
    case .string: textMethods
    case .list: listMethods
    case .record, .instance: mapMethods
    case .int, .wideInt: intMethods
    case .float: floatMethods
    case .quantity: quantityMethods
    case .duration: durationMethods
    case .percent: percentMethods
    case .range: rangeMethods
    case .key: keyMethods
    default: []
    }
  }

  private static let byName: [TreeValue.Tag: [String: Method]] = {
    var all: [TreeValue.Tag: [String: Method]] = [:]
    for tag in [
      .string, .list, .record, .instance, .int, .wideInt, .float, .quantity, .duration, .percent, .range, .key,
    ] as [TreeValue.Tag] {
      for method in table(of: tag) where !method.isProperty { all[tag, default: [:]][method.name] = method }
    }
    return all
  }()

  private static let listProperties = Set(properties(of: .list))

  /// Whether lists have a property or function of a name.
  static func isListMember(_ name: String) -> Bool {
    listProperties.contains(name) || method(name, of: .list) != nil
  }

  /// The method of a name; nil where values of the type have none.
  static func method(_ name: String, of tag: TreeValue.Tag) -> Method? { byName[tag]?[name] }

  /// Names of the methods of a value.
  static func methods(of tag: TreeValue.Tag) -> [String] { table(of: tag).filter { !$0.isProperty }.map(\.name) }

  /// Names of what a value has besides its fields.
  static func properties(of tag: TreeValue.Tag) -> [String] {
    tag == .scope ? ["count"] : table(of: tag).filter(\.isProperty).map(\.name)
  }

  /// Whether values of a type have a property that may be absent: `first` of a list.
  static func isOptionalProperty(_ name: String, of tag: TreeValue.Tag) -> Bool {
    table(of: tag).contains { method in
      guard method.isProperty, method.name == name, case .optional = method.signature.result else { return false }
      return true
    }
  }

  /// The types as the documentation calls them.
  static let documented: [(name: String, tag: TreeValue.Tag)] = [
    ("String", .string), ("List", .list), ("Map", .record), ("Int", .int), ("Float", .float),
    ("Quantity", .quantity), ("Duration", .duration), ("Percent", .percent), ("Range", .range), ("Key", .key),
  ]
}
