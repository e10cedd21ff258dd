/// Where in an object a value stands, printed as Kubernetes prints it: `spec.containers[0].env[NAME]`.
public struct FieldPath: Sendable, Hashable {
  public enum Element: Sendable, Hashable {
    /// A field of an object.
    case field(String)
    /// A place in an array.
    case index(Int)
    /// A key of a map, or the key that names an array's element: printed in brackets.
    case key(String)
  }

  /// An element and those before it: a path to a field shares all but the last of them with the paths beside it, and
  /// most paths are made on the way through an object and never looked at.
  private final class Link: Sendable {
    let element: Element
    let outer: Link?
    let count: Int

    init(_ element: Element, after outer: Link?) {
      self.element = element
      self.outer = outer
      count = (outer?.count ?? 0) + 1
    }
  }

  private var end: Link?

  public init(_ elements: [Element] = []) {
    for element in elements { end = Link(element, after: end) }
  }

  public init(_ fields: String...) {
    for name in fields { end = Link(.field(name), after: end) }
  }

  /// All elements, from the outermost on.
  public var elements: [Element] {
    get {
      var all: [Element] = []
      all.reserveCapacity(count)
      var next = end
      while let link = next {
        all.append(link.element)
        next = link.outer
      }
      all.reverse()
      return all
    }
    set { self = FieldPath(newValue) }
  }

  public func field(_ name: String) -> FieldPath { appending(.field(name)) }
  public func index(_ position: Int) -> FieldPath { appending(.index(position)) }
  public func key(_ name: String) -> FieldPath { appending(.key(name)) }

  private func appending(_ element: Element) -> FieldPath {
    var path = FieldPath()
    path.end = Link(element, after: end)
    return path
  }

  public var isEmpty: Bool { end == nil }
  /// How many elements there are.
  public var count: Int { end?.count ?? 0 }
  /// The innermost element; nil for the path of the object itself.
  public var last: Element? { end?.element }

  /// Leaves out the innermost element, where there is one.
  public mutating func removeLast() { end = end?.outer }

  public func hasPrefix(_ other: FieldPath) -> Bool {
    var own = end
    while let link = own, link.count > other.count { own = link.outer }
    return Self.areEqual(own, other.end)
  }

  public static func == (left: FieldPath, right: FieldPath) -> Bool { areEqual(left.end, right.end) }

  private static func areEqual(_ left: Link?, _ right: Link?) -> Bool {
    guard left?.count == right?.count else { return false }
    var (left, right) = (left, right)
    while let one = left, let other = right {
      // What is shared is the same all the way up.
      if one === other { return true }
      if one.element != other.element { return false }
      (left, right) = (one.outer, other.outer)
    }
    return true
  }

  public func hash(into hasher: inout Hasher) {
    var next = end
    while let link = next {
      hasher.combine(link.element)
      next = link.outer
    }
  }
}

extension FieldPath: CustomStringConvertible, ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: Element...) { self.init(elements) }

  public var description: String {
    var out = ""
    for element in elements {
      switch element {
      case .field(let name): out += out.isEmpty ? name : ".\(name)"
      case .index(let position): out += "[\(position)]"
      case .key(let name): out += "[\(name)]"
      }
    }
    return out
  }
}
