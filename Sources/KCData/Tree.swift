/// The arena that a program's values live in: it only grows, and freeing it costs nothing per value.
///
/// What reads it is inlined into other modules: passing the arena itself to a function of this one would copy its
/// headers each time.
///
/// Strings, lists and records are an offset and a length into its buffers, so that equal subtrees that came from one
/// place are equal eight-byte values.
public struct Tree: Sendable {
  public var keys = TreeKeys()
  @usableFromInline var bytes: [UInt8] = []
  @usableFromInline var fields: [TreeField] = []
  @usableFromInline var items: [TreeValue] = []
  @usableFromInline var integers: [Int64] = []
  @usableFromInline var floats: [Double] = []
  @usableFromInline var quantities: [Quantity] = []
  /// Whether a list or record was refused since somebody asked: its `Extent` was beyond the largest.
  private var hasRefused = false

  public init() {}

  /// Whether a list or record came out as `poison` since this was last asked, because it would hold too much.
  public mutating func takeRefusal() -> Bool {
    defer { hasRefused = false }
    return hasRefused
  }

  /// Makes room for so many bytes of text, fields of records and elements of lists.
  public mutating func reserve(bytes: Int, fields: Int, items: Int) {
    self.bytes.reserveCapacity(bytes)
    self.fields.reserveCapacity(fields)
    self.items.reserveCapacity(items)
  }

  /// How many bytes the values take.
  @inlinable public var size: Int { bytes.count + fields.count * 16 + items.count * 8 + sideSize }

  @inlinable var sideSize: Int {
    (integers.count + floats.count) * 8 + quantities.count * MemoryLayout<Quantity>.stride
  }
}

// MARK: Scalars

extension Tree {
  public mutating func int(_ number: Int64) -> TreeValue {
    if let small = TreeValue.inline(.int, number) { return small }
    integers.append(number)
    return TreeValue(.wideInt, payload: UInt32(integers.count - 1))
  }

  /// The whole number of a value; nil for other values.
  @inlinable public func int(of value: TreeValue) -> Int64? {
    switch value.tag {
    case .int: value.inlineNumber
    case .wideInt: integers[Int(value.payload)]
    default: nil
    }
  }

  public mutating func float(_ number: Double) -> TreeValue {
    floats.append(number)
    return TreeValue(.float, payload: UInt32(floats.count - 1))
  }

  /// The number of a value as a floating-point one; nil for other values.
  @inlinable public func double(of value: TreeValue) -> Double? {
    if value.tag == .float { return floats[Int(value.payload)] }
    return int(of: value).map(Double.init)
  }

  public mutating func quantity(_ quantity: Quantity) -> TreeValue {
    quantities.append(quantity)
    return TreeValue(.quantity, payload: UInt32(quantities.count - 1))
  }

  @inlinable public func quantity(of value: TreeValue) -> Quantity? {
    value.tag == .quantity ? quantities[Int(value.payload)] : nil
  }

  /// A quantity, or a number as one; nil for what is neither, or too large for one.
  public func amount(of value: TreeValue) -> Quantity? {
    if let quantity = quantity(of: value) { return quantity }
    if let number = int(of: value) { return Quantity(number) }
    return double(of: value).flatMap { Quantity("\($0)") }
  }

  /// The text, which is cut at `TreeValue.maxLength` bytes: refusing longer ones is the evaluator's duty.
  public mutating func string(_ text: String) -> TreeValue {
    var copy = text
    return copy.withUTF8 { string(utf8: $0) }
  }

  public mutating func string(_ text: Substring) -> TreeValue {
    var copy = text
    return copy.withUTF8 { string(utf8: $0) }
  }

  public mutating func string(utf8 text: UnsafeBufferPointer<UInt8>) -> TreeValue {
    let start = bytes.count
    bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text.prefix(TreeValue.maxLength)))
    return TreeValue(.string, payload: UInt32(start), length: bytes.count - start)
  }

  public mutating func string(utf8 text: ArraySlice<UInt8>) -> TreeValue {
    text.withUnsafeBufferPointer { string(utf8: $0) }
  }

  /// A string made piece by piece: what `body` appends to the buffer.
  public mutating func string(building body: (inout [UInt8]) -> Void) -> TreeValue {
    let start = bytes.count
    body(&bytes)
    return TreeValue(.string, payload: UInt32(start), length: min(bytes.count - start, TreeValue.maxLength))
  }

  /// The UTF-8 of a string; empty for other values.
  @inlinable public func utf8(of value: TreeValue) -> ArraySlice<UInt8> {
    guard value.tag == .string else { return [] }
    return bytes[Int(value.payload)..<Int(value.payload) + value.length]
  }

  /// Appends the UTF-8 of a string to a buffer; nothing for other values.
  @inlinable public func appendText(of value: TreeValue, to buffer: inout [UInt8]) {
    withUTF8(of: value) { buffer.append(contentsOf: $0) }
  }

  /// Calls `body` with the UTF-8 of a string, without a copy; with nothing for other values.
  @inlinable
  public func withUTF8<R>(of value: TreeValue, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    bytes.withUnsafeBufferPointer { all in
      let range = value.tag == .string ? Int(value.payload)..<Int(value.payload) + value.length : 0..<0
      return body(UnsafeBufferPointer(rebasing: all[range]))
    }
  }

  /// Whether a value is a string that is equal to a text.
  public func says(_ text: String, _ value: TreeValue) -> Bool {
    guard value.tag == .string else { return false }
    var copy = text
    return copy.withUTF8 { text in
      withUTF8(of: value) { bytes in
        if bytes.count == text.count, zip(bytes, text).allSatisfy(==) { return true }
        // Other bytes may say the same only beyond ASCII.
        if bytes.allSatisfy({ $0 < 0x80 }), text.allSatisfy({ $0 < 0x80 }) { return false }
        return String(decoding: bytes, as: UTF8.self) == String(decoding: text, as: UTF8.self)
      }
    }
  }

  /// The text of a string; nil for other values.
  @inlinable public func text(of value: TreeValue) -> String? {
    value.tag == .string ? String(decoding: utf8(of: value), as: UTF8.self) : nil
  }
}

// MARK: Collections

/// How much a list or record holds: it stands before the first of its elements.
///
/// A value is shared wherever it stands, so that few steps make one that would fill any memory if it were written out:
/// who goes through a value has to know that there is an end.
private struct Extent {
  /// The values in it, each as often as it stands there.
  var size = 1
  /// How deep lists and records stand in each other.
  var height = 1

  /// Of what holds nothing yet, or nothing at all.
  init(height: Int = 1) { self.height = height }

  init(_ mark: TreeValue) {
    size = Int(mark.bits & 0xffff_ffff)
    height = Int(mark.bits >> 32)
  }

  var mark: TreeValue { TreeValue(bits: UInt64(height) << 32 | UInt64(size)) }

  mutating func add(_ other: Extent) {
    size += other.size
    height = max(height, other.height + 1)
  }

  var isTooMuch: Bool { size > TreeValue.maxSize || height > TreeValue.maxHeight }
}

extension Tree {
  /// What a value adds to what holds it; scalars and handles count as one.
  private func extent(of value: TreeValue) -> Extent {
    switch value.tag {
    case .list where value.length > 0: Extent(items[Int(value.payload) - 1])
    case .record where value.length > 0: Extent(fields[Int(value.payload) - 1].value)
    default: Extent(height: 0)
    }
  }

  private mutating func refuse() -> TreeValue {
    hasRefused = true
    return .poison
  }

  public mutating func list(_ elements: [TreeValue]) -> TreeValue { elements.withUnsafeBufferPointer { list($0) } }

  /// A list of what a stack holds from a place on.
  public mutating func list(_ stack: borrowing Scratch<TreeValue>, from start: Int) -> TreeValue {
    stack.withElements(from: start) { list($0) }
  }

  private mutating func list(_ elements: UnsafeBufferPointer<TreeValue>) -> TreeValue {
    if elements.isEmpty { return TreeValue(.list) }
    var extent = Extent()
    for element in elements { extent.add(self.extent(of: element)) }
    if extent.isTooMuch { return refuse() }
    items.append(extent.mark)
    let start = items.count
    items.append(contentsOf: UnsafeBufferPointer(rebasing: elements.prefix(TreeValue.maxLength)))
    return TreeValue(.list, payload: UInt32(start), length: items.count - start)
  }

  public mutating func record(_ elements: [TreeField]) -> TreeValue { elements.withUnsafeBufferPointer { record($0) } }

  /// A record of what a stack holds from a place on.
  public mutating func record(_ stack: borrowing Scratch<TreeField>, from start: Int) -> TreeValue {
    stack.withElements(from: start) { record($0) }
  }

  private mutating func record(_ elements: UnsafeBufferPointer<TreeField>) -> TreeValue {
    if elements.isEmpty { return TreeValue(.record) }
    var extent = Extent()
    for element in elements { extent.add(self.extent(of: element.value)) }
    if extent.isTooMuch { return refuse() }
    fields.append(TreeField(key: 0, origin: 0, value: extent.mark))
    let start = fields.count
    // Most have a few fields, for which a general replacement of nothing takes longer.
    if elements.count < 8 {
      for element in elements { fields.append(element) }
    } else {
      fields.append(contentsOf: UnsafeBufferPointer(rebasing: elements.prefix(TreeValue.maxLength)))
    }
    return TreeValue(.record, payload: UInt32(start), length: fields.count - start)
  }

  /// The fields of both records: those of the second win, and stand where the first has them.
  public mutating func merge(_ left: TreeValue, _ right: TreeValue) -> TreeValue {
    guard left.tag == .record, right.tag == .record else { return left.tag == .record ? left : right }
    if left.length == 0 { return right }
    if right.length == 0 { return left }
    let mark = fields.count
    fields.append(TreeField(key: 0, origin: 0, value: .none))
    let start = fields.count
    for place in 0..<left.length { fields.append(fields[Int(left.payload) + place]) }
    let end = fields.count
    for place in 0..<right.length where fields.count - start < TreeValue.maxLength {
      let field = fields[Int(right.payload) + place]
      var found = start
      while found < end, fields[found].key != field.key { found += 1 }
      if found < end { fields[found] = field } else { fields.append(field) }
    }
    var extent = Extent()
    for place in start..<fields.count { extent.add(self.extent(of: fields[place].value)) }
    if extent.isTooMuch { return refuse() }
    fields[mark].value = extent.mark
    return TreeValue(.record, payload: UInt32(start), length: fields.count - start)
  }

  /// The text of both strings, one after the other.
  public mutating func concatenation(_ left: TreeValue, _ right: TreeValue) -> TreeValue {
    guard left.tag == .string, right.tag == .string else { return left.tag == .string ? left : right }
    let start = bytes.count
    // By index: a slice of the buffer would make the first append copy all of it.
    for place in Int(left.payload)..<Int(left.payload) + left.length { bytes.append(bytes[place]) }
    for place in Int(right.payload)..<Int(right.payload) + right.length { bytes.append(bytes[place]) }
    return TreeValue(.string, payload: UInt32(start), length: min(bytes.count - start, TreeValue.maxLength))
  }

  /// Two values under another tag: the ends of a range.
  public mutating func tuple(_ tag: TreeValue.Tag, _ first: TreeValue, _ second: TreeValue) -> TreeValue {
    items.append(first)
    items.append(second)
    return TreeValue(tag, payload: UInt32(items.count - 2), length: 2)
  }

  /// Several values under another tag: the owner and the key of a reference.
  public mutating func tuple(_ tag: TreeValue.Tag, _ elements: TreeValue...) -> TreeValue {
    let start = items.count
    items.append(contentsOf: elements)
    return TreeValue(tag, payload: UInt32(start), length: elements.count)
  }

  /// The elements of a list, range or other tuple.
  @inlinable
  public func items(of value: TreeValue) -> ArraySlice<TreeValue> {
    items[Int(value.payload)..<Int(value.payload) + value.length]
  }

  /// The element at `index` of a list, range or other tuple.
  /// - Requires: `index` is below the value's length.
  @inlinable public func item(of value: TreeValue, _ index: Int) -> TreeValue { items[Int(value.payload) + index] }

  /// The fields of a record.
  @inlinable
  public func fields(of value: TreeValue) -> ArraySlice<TreeField> {
    fields[Int(value.payload)..<Int(value.payload) + value.length]
  }

  /// The field at `index` of a record.
  /// - Requires: `index` is below the value's length.
  @inlinable public func field(of value: TreeValue, _ index: Int) -> TreeField { fields[Int(value.payload) + index] }

  /// The field `key` of a record.
  @inlinable
  public func field(_ key: UInt32, of value: TreeValue) -> TreeField? {
    guard value.tag == .record else { return nil }
    for index in Int(value.payload)..<Int(value.payload) + value.length where fields[index].key == key {
      return fields[index]
    }
    return nil
  }

  /// Whether two values say the same, whatever place they stand at; handles are the same when their bits are.
  @inlinable public func equal(_ left: TreeValue, _ right: TreeValue) -> Bool {
    if left.bits == right.bits { return true }
    switch (left.tag, right.tag) {
    case (.string, .string): return utf8(of: left) == utf8(of: right)
    case (.quantity, .quantity), (.quantity, .int), (.int, .quantity), (.quantity, .wideInt), (.wideInt, .quantity),
      (.quantity, .float), (.float, .quantity):
      return amount(of: left) == amount(of: right)
    case (.wideInt, .wideInt): return int(of: left) == int(of: right)
    case (.int, .float), (.float, .int), (.wideInt, .float), (.float, .wideInt), (.float, .float):
      return double(of: left) == double(of: right)
    case (.list, .list), (.range, .range):
      return left.length == right.length && zip(items(of: left), items(of: right)).allSatisfy { equal($0, $1) }
    case (.record, .record):
      return left.length == right.length
        && fields(of: left).allSatisfy { one in field(one.key, of: right).map { equal(one.value, $0.value) } ?? false }
    case (.bool, .bool), (.int, .int), (.duration, .duration), (.percent, .percent):
      return left.bits & ~TreeValue.marks == right.bits & ~TreeValue.marks
    default: return false
    }
  }
}
