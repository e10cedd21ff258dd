import KCCodec
import KCData

enum ObjectDifference {
  /// Where two values first differ; nil where they are equal.
  static func first(_ got: Value, _ want: Value, _ path: String = "") -> String? {
    switch (got, want) {
    case (.object(let left), .object(let right)):
      for key in Set(left.keys).union(right.keys).sorted() {
        switch (left[key], right[key]) {
        case (let a?, let b?): if let found = first(a, b, "\(path).\(key)") { return found }
        case (let a?, nil): return "\(path).\(key): extra \(JSON.text(a))"
        case (nil, let b?): return "\(path).\(key): missing \(JSON.text(b))"
        default: break
        }
      }
      return nil
    case (.array(let left), .array(let right)) where left.count == right.count:
      for (index, pair) in zip(left, right).enumerated() {
        if let found = first(pair.0, pair.1, "\(path)[\(index)]") { return found }
      }
      return nil
    default: return got == want ? nil : "\(path): got \(JSON.text(got)), want \(JSON.text(want))"
    }
  }
}
