public import KCData
public import KCKube

/// Values that are known only after apply: put in where the target tells them already.
public enum Deferral {
  /// The declared objects with the values that live objects give; those with one that is not there stay as they are.
  public static func resolve(_ desired: [DesiredObject], live: [ObjectKey: Value]) -> [DesiredObject] {
    guard desired.contains(where: { !$0.deferred.isEmpty }) else { return desired }
    let keys = Dictionary(desired.map { ($0.address, $0.key) }, uniquingKeysWith: { first, _ in first })
    func object(_ address: String) -> Value? {
      guard let found = keys[address].flatMap({ live[$0] }), !found.isBeingDeleted else { return nil }
      return found
    }
    return desired.map { item in
      guard !item.deferred.isEmpty, let known = try? resolved(item.object, item.deferred, object) else { return item }
      var item = item
      item.object = known
      item.deferred = []
      return item
    }
  }

  /// An object with all its values.
  ///
  /// - Parameter live: the object on the target that has an address.
  public static func resolved(
    _ object: Value, _ fields: [DeferredField], _ live: (String) -> Value?
  ) throws(DeferredExpression.Problem) -> Value {
    var out = object
    for field in fields {
      let value = try field.expression.resolved(live)
      out = out.replacing(field.path.elements[...], with: value)
    }
    return out
  }
}

extension Value {
  /// The value with another one at a path; without it where `value` is nil.
  func replacing(_ path: ArraySlice<FieldPath.Element>, with value: Value?) -> Value {
    guard let first = path.first else { return value ?? .null }
    let rest = path.dropFirst()
    var out = self
    switch first {
    case .field(let name), .key(let name):
      guard let inner = self[name] else { return self }
      out[name] = rest.isEmpty ? value : inner.replacing(rest, with: value)
    case .index(let place):
      guard case .array(var elements) = self, elements.indices.contains(place) else { return self }
      elements[place] = elements[place].replacing(rest, with: value)
      out = .array(elements)
    }
    return out
  }

  func at(_ path: FieldPath) -> Value? {
    var current: Value? = self
    for element in path.elements {
      switch element {
      case .field(let name), .key(let name): current = current?[name]
      case .index(let place): current = current?[place]
      }
    }
    return current
  }
}
