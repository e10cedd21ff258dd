internal import KCData
internal import KCSyntax

/// What an operation does; its operands are in `Op.a`, `b` and `c`.
enum OpCode: UInt8, Sendable {
  /// constants[a]
  case constant
  /// Slot b of the frame a levels out, which is that of scope c; c is 0 for `self`.
  case local
  /// Member with key b of a.
  case member, optionalMember
  /// Element b of a.
  case index, optionalIndex
  /// Calls a with the b arguments at extra[c]: pairs of label key (or -1) and op.
  case call
  /// Calls the member with key b of a; extra[c] is the count, arguments follow.
  case method
  /// The same, but absent where a is.
  case optionalMethod
  case not, negate
  case add, subtract, multiply, divide, remainder
  case equal, notEqual, less, lessEqual, greater, greaterEqual
  case and, or, coalesce, isIn
  /// if a then b else c (or -1)
  case branch
  /// A list of what body c gives for each element of a; loop b.
  case forEach
  /// The same with two variables: the key and the value of an entry, or the place and the element of a list.
  case forPairs
  /// The object of a block of the API type that is schema a.
  case apiObject
  /// Op a in frame b: what was given from elsewhere.
  case force
  /// Subject a; extra[b] is the count of arms, then (pattern op or -1, body).
  case match
  /// In a match: the case of an enum that is schema a, whose b fields (slots at extra[c], or -1) its arm names.
  case casePattern
  /// b elements at extra[a].
  case list
  /// A record evaluated at once, from body a.
  case record
  /// b parts at extra[a].
  case interpolate
  /// functions[a]
  case lambda
  /// A new instance of schema a with body b; c is 1 where a `Secret` of it is expected.
  case construct
  /// a...b, either -1
  case range
  /// a, checked against type b.
  case check
  /// The bare name with key a, whose meaning comes from the type expected.
  case symbol
  /// The block with key b of the namespace a levels out, of any of the kinds that declare it.
  case blockRef
  /// The blocks of kind with key b of the namespace a levels out.
  case kindScope
  /// modules[a]
  case moduleScope
  /// The nearest enclosing instance of schema a.
  case enclosing
  /// Evaluates b in a new frame of c slots whose thunks start at extra[a].
  case scope
  /// lazies[a], compiled when first needed.
  case lazy
  /// Parameter b, whose value is that of a.
  case parameter
  /// Slot b of the frame of modules[a].
  case moduleSlot
  case poison
}

/// An operation of the flat code.
struct Op: Sendable {
  var code: OpCode
  var a: Int32 = 0
  var b: Int32 = 0
  var c: Int32 = 0
  /// Where it stands in the source.
  var site: Int32
}

/// A place in the source.
struct Site: Sendable, Hashable {
  var file: UInt16
  var start: UInt32
  var end: UInt32

  init(_ span: Span) {
    file = UInt16(truncatingIfNeeded: span.file)
    start = UInt32(truncatingIfNeeded: span.start)
    end = UInt32(truncatingIfNeeded: span.end)
  }

  var span: Span { Span(file: Int(file), range: Int(start)..<Int(end)) }
}

/// One statement of a body.
struct Statement: Sendable {
  enum Kind: UInt8, Sendable {
    /// field (key, slot) = a; `+=` with isAppend
    case set
    /// The field with the name that op b gives = a.
    case setNamed
    /// field { body a }
    case open
    /// Block: slot is the kind's key; key (or op b) is its name; c is a body or -1; a a primary value or -1.
    case child
    /// if a then body b else body c (or -1)
    case branch
    /// for each element of a for which b holds (-1 for all), body c; with isAppend it has two variables
    case each
    /// match a; extra[b] is the count of arms, then (pattern op or -1, body).
    case match
    /// delete kind (slot) key
    case delete
    /// require a, message op b or -1
    case require
    /// The namespace of all in it is a.
    case namespace
    /// rules[a]
    case rule
    /// Body affinityGroups[a]
    case use
  }

  var kind: Kind
  var isAppend = false
  var isFinal = false
  /// The name, or -1 where op b gives it.
  var key: Int32 = -1
  /// The slot of the schema, or -1 where names are free.
  var slot: Int32 = -1
  var a: Int32 = -1
  var b: Int32 = -1
  var c: Int32 = -1
  /// Of a block: its schema, and the body that sets its arguments, or -1.
  var schema: Int32 = -1
  var arguments: Int32 = -1
  /// Index into origins: where and in which layer it stands.
  var origin: UInt32 = 0
  /// Where the name stands.
  var site: Int32 = 0
}

/// A compiled body `{ … }`.
struct Body: Sendable {
  var statements: Range<Int32>
  /// Slots of its frame: `self`, then the lets.
  var frameSize: Int32
  /// Thunks of the lets: slot and op, pairwise in extra.
  var lets: Range<Int32>
  var site: Int32
}

/// A loop's variables: their slots are 0 and 1 of the loop's frame.
struct Loop: Sendable {
  var variables: Int32
  var site: Int32
}

/// A function's parameter.
struct Parameter: Sendable {
  var key: Int32
  var type: TypeID
  var fallback: Int32
  /// Whether a call may leave the label out.
  var isPositional = true
  var site: Int32
}

/// A function or lambda.
struct Function: Sendable {
  var name: String
  var parameters: [Parameter]
  var result: TypeID
  /// Whether it has type parameters.
  var isGeneric = false
  /// Whether it is `present` of the standard library: the collection that it is given, or nothing where that is empty.
  var dropsEmpty = false
  /// The op of the body; -1 until it is compiled.
  var body: Int32
  /// Whether a call of it is under way: functions do not call themselves.
  var isActive = false
  /// The function as a value, for those with a name.
  var value = TreeValue.none
  /// The builtin that stands behind it; -1 for one in kc.
  var builtin: Int32 = -1
  var site: Int32
}

/// What a value came from: a place, the layer that said it, and the parameter that it was computed from.
struct OriginData: Sendable, Hashable {
  var site: Int32
  var layer: Int32
  /// Index into `Program.parameterNames`, or -1.
  var parameter: Int32 = -1
  /// The affinity rule that it came from, or -1.
  var rule: Int32 = -1
}

/// The compiled form of a program: flat arrays that refer to each other by index.
struct Code: Sendable {
  var ops: [Op] = []
  /// Beside each op: the type of its value, as far as it is known.
  var types: [TypeID] = []
  var extra: [Int32] = []
  var constants: [TreeValue] = []
  var statements: [Statement] = []
  var bodies: [Body] = []
  var loops: [Loop] = []
  var functions: [Function] = []
  var sites: [Site] = [Site(Span(file: 0, range: 0..<0))]
  var origins: [OriginData] = [OriginData(site: 0, layer: 0)]

  mutating func emit(
    _ code: OpCode, _ a: Int32 = 0, _ b: Int32 = 0, _ c: Int32 = 0, at site: Int32
  ) -> Int32 {
    ops.append(Op(code: code, a: a, b: b, c: c, site: site))
    types.append(TypeTable.any)
    return Int32(ops.count - 1)
  }

  mutating func constant(_ value: TreeValue, at site: Int32) -> Int32 {
    constants.append(value)
    return emit(.constant, Int32(constants.count - 1), at: site)
  }

  mutating func list(_ numbers: [Int32]) -> Int32 {
    extra.append(contentsOf: numbers)
    return Int32(extra.count - numbers.count)
  }

  mutating func site(_ span: Span) -> Int32 {
    sites.append(Site(span))
    return Int32(sites.count - 1)
  }

  mutating func origin(_ data: OriginData) -> UInt32 {
    origins.append(data)
    return UInt32(origins.count - 1)
  }
}
