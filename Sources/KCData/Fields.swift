internal import OrderedCollections

/// The fields of an object: a map from names to values that keeps the order of insertion.
public struct Fields: Sendable, ExpressibleByDictionaryLiteral {
  private var storage: OrderedDictionary<String, Value>

  public init() { storage = [:] }

  /// Fields from pairs; of pairs with the same name the last one wins.
  public init(_ pairs: some Sequence<(String, Value)>) {
    storage = OrderedDictionary(pairs, uniquingKeysWith: { $1 })
  }

  public init(dictionaryLiteral elements: (String, Value)...) { self.init(elements) }

  public init(minimumCapacity: Int) { storage = OrderedDictionary(minimumCapacity: minimumCapacity) }

  public var count: Int { storage.count }
  public var isEmpty: Bool { storage.isEmpty }
  /// The names, in the order of insertion.
  public var keys: [String] { Array(storage.keys) }
  /// The values, in the order of insertion.
  public var values: [Value] { Array(storage.values) }

  /// The field's value; setting nil removes the field.
  public subscript(key: String) -> Value? {
    get { storage[key] }
    set { storage[key] = newValue }
  }

  /// The field's value, or `fallback`; changes in place.
  public subscript(key: String, default fallback: @autoclosure () -> Value) -> Value {
    get { storage[key] ?? fallback() }
    _modify { yield &storage[key, default: fallback()] }
  }

  /// Sets a field.
  ///
  /// - Returns: whether there was none of that name.
  public mutating func insert(_ key: String, _ value: Value) -> Bool { storage.updateValue(value, forKey: key) == nil }

  public mutating func removeValue(forKey key: String) -> Value? { storage.removeValue(forKey: key) }

  /// Orders the fields by the bytes of their names.
  public mutating func sort() { storage.sort { $0.key < $1.key } }

  public func mapValues(_ transform: (Value) -> Value) -> Fields {
    var result = Fields()
    result.storage = storage.mapValues(transform)
    return result
  }

  public func filter(_ isIncluded: (String, Value) -> Bool) -> Fields {
    var result = Fields()
    result.storage = storage.filter { isIncluded($0.key, $0.value) }
    return result
  }
}

extension Fields: Sequence {
  public struct Iterator: IteratorProtocol {
    fileprivate var base: OrderedDictionary<String, Value>.Iterator
    public mutating func next() -> (key: String, value: Value)? { base.next() }
  }
  public func makeIterator() -> Iterator { Iterator(base: storage.makeIterator()) }
  public var underestimatedCount: Int { count }
}

extension Fields: Hashable {
  public static func == (left: Fields, right: Fields) -> Bool {
    guard left.count == right.count else { return false }
    for (key, value) in left.storage where right.storage[key] != value { return false }
    return true
  }

  public func hash(into hasher: inout Hasher) {
    var sum = 0
    for (key, value) in storage {
      var one = Hasher()
      one.combine(key)
      one.combine(value)
      sum ^= one.finalize()
    }
    hasher.combine(sum)
  }
}
