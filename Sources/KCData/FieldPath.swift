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

  public var elements: [Element]

  public init(_ elements: [Element] = []) { self.elements = elements }
  public init(_ fields: String...) { elements = fields.map { .field($0) } }

  public func field(_ name: String) -> FieldPath { FieldPath(elements + [.field(name)]) }
  public func index(_ position: Int) -> FieldPath { FieldPath(elements + [.index(position)]) }
  public func key(_ name: String) -> FieldPath { FieldPath(elements + [.key(name)]) }
  public var isEmpty: Bool { elements.isEmpty }

  public func hasPrefix(_ other: FieldPath) -> Bool { elements.starts(with: other.elements) }
}

extension FieldPath: CustomStringConvertible, ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: Element...) { self.elements = elements }

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
