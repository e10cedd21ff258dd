internal import KCData

/// A type, as a place in a `TypeTable`: equal numbers are equal types.
struct TypeID: Sendable, Hashable {
  var index: Int32
}

/// A schema, as a place in the program's schemas.
struct SchemaID: Sendable, Hashable {
  var index: Int32
}

/// What a type is made of.
enum TypeShape: Sendable, Hashable {
  /// Everything fits, nothing is known.
  case any
  /// The type of what was reported already.
  case unknown
  case none
  case bool, int, float, string, quantity, duration, percent, regex
  case list(TypeID)
  case map(TypeID)
  /// A plain record of any fields.
  case record
  case optional(TypeID)
  case union([TypeID])
  /// Exactly this text.
  case text(String)
  /// Exactly this number.
  case number(Int64)
  case schema(SchemaID)
  /// The keyed children of a block.
  case children(SchemaID)
  /// Two ends of a type, either open.
  case range(TypeID)
  case secret(TypeID)
  /// Known only after apply.
  case deferred(TypeID)
  /// A record, list or map of a live object: a place in `Program.liveShapes`.
  case live(Int32)
  /// An entry of a map of a resource: an entry of any, or of those of one schema.
  case key(SchemaID?)
  case function
  /// A function of these parameters and this result.
  case signature([TypeID], TypeID)
  /// A type parameter: the scope that declares it, and its name.
  case variable(ChildKey)
  /// A type with a condition on its values.
  case refined(TypeID, Int32)
}

/// A condition on values, which is part of a type.
struct Refinement: Sendable {
  /// Bounds of numbers, quantities and durations; `none` where open.
  var low = TreeValue.none
  var high = TreeValue.none
  /// What numbers and durations are multiples of: an Int, or milliseconds.
  var step: Int64?
  /// Bounds of the length of text and lists.
  var min: Int64?
  var max: Int64?
  var pattern: Pattern?
  /// A predicate: a lambda's index in the code and the frame it was made in.
  var predicate: (lambda: Int32, frame: Int32)?
  /// The predicate as the source says it.
  var predicateText = ""
  /// Fields that the predicate says to be there.
  var present: Set<Int32> = []
}

/// The types of a program.
struct TypeTable: Sendable {
  private(set) var shapes: [TypeShape] = []
  /// Beside each type: a bit for each tag whose plain values are of the type as they are.
  private var masks: [UInt32] = []
  /// Beside each type: whether `none` is of it.
  private var optionals: [Bool] = []
  private var index: [TypeShape: TypeID] = [:]
  private(set) var refinements: [Refinement] = []
  /// Names that `type` gave to types.
  var names: [TypeID: String] = [:]

  /// Calls a type by a name that a declaration gives it, where it is one of that declaration alone: `type Port = Int` and
  /// `type Hosts = List<String>` are what all others are, too.
  mutating func name(_ type: TypeID, _ name: String) {
    switch self[type] {
    case .union, .refined, .schema, .signature: if names[type] == nil, base(type) != Self.any { names[type] = name }
    default: return
    }
  }

  static let any = TypeID(index: 0)
  static let unknown = TypeID(index: 1)
  static let none = TypeID(index: 2)
  static let bool = TypeID(index: 3)
  static let int = TypeID(index: 4)
  static let float = TypeID(index: 5)
  static let string = TypeID(index: 6)
  static let quantity = TypeID(index: 7)
  static let duration = TypeID(index: 8)
  static let percent = TypeID(index: 9)
  static let regex = TypeID(index: 10)
  static let record = TypeID(index: 11)
  static let function = TypeID(index: 12)

  init() {
    for shape in [
      .any, .unknown, .none, .bool, .int, .float, .string, .quantity, .duration, .percent, .regex, .record, .function,
    ] as [TypeShape] {
      _ = add(shape)
    }
  }

  mutating func add(_ shape: TypeShape) -> TypeID {
    if let known = index[shape] { return known }
    let id = TypeID(index: Int32(shapes.count))
    shapes.append(shape)
    masks.append(mask(of: shape))
    optionals.append(takesNone(shape))
    index[shape] = id
    return id
  }

  /// Whether a value that is no secret is of a type as it is, as far as its tag alone says so: most values are.
  func takes(_ value: TreeValue, _ id: TypeID) -> Bool {
    masks[Int(id.index)] & 1 << UInt32(value.tag.rawValue) != 0 && !value.isSecret
  }

  private func mask(of shape: TypeShape) -> UInt32 {
    func bits(_ tags: TreeValue.Tag...) -> UInt32 { tags.reduce(0) { $0 | 1 << UInt32($1.rawValue) } }
    return switch shape {
    case .none: bits(.none)
    case .bool: bits(.bool)
    case .int: bits(.int, .wideInt)
    case .float: bits(.float)
    case .string: bits(.string)
    case .quantity: bits(.quantity)
    case .duration: bits(.duration)
    case .percent: bits(.percent)
    case .regex: bits(.regex)
    case .function: bits(.function)
    case .optional(let inner): masks[Int(inner.index)] | bits(.none)
    case .union(let members):
      // A secret member marks texts as secret: the tag alone does not decide.
      members.contains { isSecret($0) } ? 0 : members.reduce(0) { $0 | masks[Int($1.index)] }
    default: 0
    }
  }

  private func isSecret(_ id: TypeID) -> Bool {
    if case .secret = self[required(id)] { true } else { false }
  }

  mutating func refine(_ base: TypeID, by refinement: Refinement) -> TypeID {
    refinements.append(refinement)
    return add(.refined(base, Int32(refinements.count - 1)))
  }

  subscript(_ id: TypeID) -> TypeShape { shapes[Int(id.index)] }

  /// The type without refinements.
  @inline(never)
  func base(_ id: TypeID) -> TypeID {
    var current = id
    while case .refined(let inner, _) = self[current] { current = inner }
    return current
  }

  /// The type without refinements and `?`.
  func required(_ id: TypeID) -> TypeID {
    var current = base(id)
    while case .optional(let inner) = self[current] { current = base(inner) }
    return current
  }

  func isOptional(_ id: TypeID) -> Bool { optionals[Int(id.index)] }

  private func takesNone(_ shape: TypeShape) -> Bool {
    switch shape {
    case .optional, .none, .any: true
    case .union(let members): members.contains(where: isOptional)
    case .refined(let base, _): isOptional(base)
    default: false
    }
  }
}
