internal import KCData

extension Value {
  /// The same value, made of the parts of an earlier one where they are equal: versions of an object that are kept side
  /// by side then take little more room than one.
  func sharing(with old: Value, depth: Int = 0) -> Value {
    guard depth < 64, case .object(let fields) = self, case .object(let earlier) = old else {
      return self == old ? old : self
    }
    var out = fields
    var isSame = fields.count == earlier.count
    for (key, value) in fields {
      guard let before = earlier[key] else {
        isSame = false
        continue
      }
      if value == before {
        out[key] = before
      } else {
        out[key] = value.sharing(with: before, depth: depth + 1)
        isSame = false
      }
    }
    return isSame ? old : .object(out)
  }
}
