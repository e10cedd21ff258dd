/// Completion indexes as a job's status writes them: `0,2-4`; two in a row are written with a comma.
struct JobIndexes: Equatable {
  var indexes: Set<Int> = []

  init() {}

  /// Reads the text; what is malformed or not below `bound` is left out.
  init(_ text: String, below bound: Int) {
    for part in text.split(separator: ",") {
      let ends = part.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first >= 0, first <= last, first < bound else { continue }
      indexes.formUnion(first...min(last, bound - 1))
    }
  }

  var text: String {
    var parts: [String] = []
    let sorted = indexes.sorted()
    var start = 0
    while start < sorted.count {
      var end = start
      while end + 1 < sorted.count, sorted[end + 1] == sorted[end] + 1 { end += 1 }
      switch end - start {
      case 0: parts.append("\(sorted[start])")
      case 1: parts += ["\(sorted[start])", "\(sorted[end])"]
      default: parts.append("\(sorted[start])-\(sorted[end])")
      }
      start = end + 1
    }
    return parts.joined(separator: ",")
  }
}
