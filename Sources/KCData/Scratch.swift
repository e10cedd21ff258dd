/// A stack of plain values that is pushed and dropped all the time: dropping is one store, and the room is kept.
///
/// All of it is inlined into the modules that use it: called as a generic of this module, each push would look up types.
public struct Scratch<Element: BitwiseCopyable & Sendable>: Sendable {
  /// Those from `used` on were dropped.
  @usableFromInline var elements: [Element]
  @usableFromInline var used: Int

  @inlinable public var count: Int { used }

  @inlinable
  public init(_ elements: [Element] = []) {
    self.elements = elements
    used = elements.count
  }

  @inlinable
  public mutating func reserveCapacity(_ capacity: Int) { elements.reserveCapacity(capacity) }

  @inlinable
  public subscript(_ place: Int) -> Element {
    get {
      precondition(place < count)
      return elements[place]
    }
    set {
      precondition(place < count)
      elements[place] = newValue
    }
  }

  @inlinable
  public mutating func append(_ element: Element) {
    if used == elements.count { grow(to: used + 1, with: element) }
    elements[used] = element
    used += 1
  }

  /// Pushes an element as many times as is said.
  @inlinable
  public mutating func append(_ element: Element, times: Int) {
    let (start, end) = (used, used + times)
    if end > elements.count { grow(to: end, with: element) }
    elements.withUnsafeMutableBufferPointer { room in
      for place in start..<end { room[place] = element }
    }
    used = end
  }

  /// Makes room, in steps: what grows by one element at a time asks each time.
  @inlinable
  mutating func grow(to end: Int, with element: Element) {
    elements.append(contentsOf: repeatElement(element, count: Swift.max(end - elements.count, 256)))
  }

  /// Pushes all elements of a buffer at once.
  @inlinable
  public mutating func append(_ more: UnsafeBufferPointer<Element>) {
    guard let first = more.first else { return }
    let (start, end) = (used, used + more.count)
    if end > elements.count { grow(to: end, with: first) }
    elements.withUnsafeMutableBufferPointer { room in
      for place in more.indices { room[start + place] = more[place] }
    }
    used = end
  }

  @inlinable
  public mutating func append(contentsOf more: some Sequence<Element>) { for element in more { append(element) } }

  /// Drops what is above the first `count` elements.
  @inlinable
  public mutating func drop(to count: Int) {
    precondition(count <= used)
    used = count
  }

  /// Calls `body` with the elements from a place on, which it may change.
  @inlinable
  public mutating func withMutableElements(from start: Int, _ body: (inout UnsafeMutableBufferPointer<Element>) -> Void)
  {
    let end = used
    elements.withUnsafeMutableBufferPointer { all in
      var part = UnsafeMutableBufferPointer(rebasing: all[start..<end])
      body(&part)
    }
  }

  /// Calls `body` with the elements from a place on, without a copy.
  @inlinable
  public func withElements<R>(from start: Int, _ body: (UnsafeBufferPointer<Element>) -> R) -> R {
    elements.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[start..<count])) }
  }
}
