extension Builtins {
  static let listMethods: [Method] = [
    Method("count: Int", "How many elements it has.", "[3, 1, 2].count", "3"),
    Method("isEmpty: Bool", "Whether it has none.", "[3].isEmpty", "false"),
    Method("first: T?", "The first element; absent in an empty list.", "[3, 1, 2].first", "3"),
    Method("last: T?", "The last element; absent in an empty list.", "[3, 1, 2].last", "2"),
    Method(
      "map<U>(f: (T) -> U) -> List<U>", "What a function gives for each element; what is absent is left out.",
      "[1, 2].map(n => n * 10)", "[10, 20]"),
    Method(
      "flatMap<U>(f: (T) -> U) -> List<U>", "The same, with the elements of lists in place of these.",
      "[1, 2].flatMap(n => [n, n])", "[1, 1, 2, 2]"),
    Method("flat() -> List", "With the elements of its lists in place of these.", "[[1], [2, 3]].flat()", "[1, 2, 3]"),
    Method(
      "filter(f: (T) -> Bool) -> List<T>", "The elements for which it is so.", "[1, 2, 3].filter(n => n > 1)", "[2, 3]"
    ),
    Method(
      "find(f: (T) -> Bool) -> T?", "The first element for which it is so; absent where there is none.",
      "[1, 2, 3].find(n => n > 1)", "2"),
    Method("any(f: (T) -> Bool) -> Bool", "Whether it is so for at least one.", "[1, 2].any(n => n > 1)", "true"),
    Method("all(f: (T) -> Bool) -> Bool", "Whether it is so for each.", "[1, 2].all(n => n > 1)", "false"),
    Method(
      "fold(initial: Any, f: (Any, T) -> Any) -> Any",
      "What a function makes of what it gave before and the next element, from the first to the last.",
      "[1, 2, 3].fold(10, (sum, n) => sum + n)", "16"),
    Method("sum() -> T", "All elements added up; 0 for an empty list.", "[1, 2, 3].sum()", "6"),
    Method("min() -> T?", "The smallest element; absent in an empty list.", "[3, 1, 2].min()", "1"),
    Method("max() -> T?", "The largest element; absent in an empty list.", "[3, 1, 2].max()", "3"),
    Method(
      "minBy(f: (T) -> Any) -> T?", "The element for which a function gives the smallest value.",
      #"["bb", "a"].minBy(t => t.count)"#, #""a""#),
    Method(
      "maxBy(f: (T) -> Any) -> T?", "The element for which a function gives the largest value.",
      #"["bb", "a"].maxBy(t => t.count)"#, #""bb""#),
    Method("sorted() -> List<T>", "From the smallest to the largest.", "[3, 1, 2].sorted()", "[1, 2, 3]"),
    Method(
      "sortedBy(f: (T) -> Any) -> List<T>", "In the order of what a function gives; equal ones keep theirs.",
      #"["ccc", "a", "bb"].sortedBy(t => t.count)"#, #"["a", "bb", "ccc"]"#),
    Method("reversed() -> List<T>", "From the last to the first.", "[1, 2, 3].reversed()", "[3, 2, 1]"),
    Method("unique() -> List<T>", "Without those that were there before.", "[1, 2, 1].unique()", "[1, 2]"),
    Method(
      "contains(element: T) -> Bool", "Whether it has an element equal to this; of blocks, the block itself.",
      "[1, 2].contains(2)", "true"),
    Method(
      "indexOf(element: T) -> Int?", "The place of the first such element, from 0; absent where there is none.",
      "[5, 6].indexOf(6)", "1"),
    Method("take(count: Int) -> List<T>", "The first elements.", "[1, 2, 3].take(2)", "[1, 2]"),
    Method("drop(count: Int) -> List<T>", "All but the first elements.", "[1, 2, 3].drop(2)", "[3]"),
    Method(
      "chunks(size: Int) -> List<List<T>>", "In lists of a size; the last one may be shorter.", "[1, 2, 3].chunks(2)",
      "[[1, 2], [3]]"),
    Method(
      "zip(other: List) -> List<List>", "Pairs of elements at the same place, up to the end of the shorter list.",
      #"[1, 2].zip(["a", "b"])"#, #"[[1, "a"], [2, "b"]]"#),
    Method(
      "enumerated() -> List<Record>", "Records of `index`, from 0, and `value`.",
      #"["a", "b"].enumerated().map(e => "\(e.value)\(e.index)")"#, #"["a0", "b1"]"#),
    Method(
      "without(others: List) -> List<T>", "Without the elements of another list.", "[1, 2, 3].without([2])", "[1, 3]"),
    Method(
      "intersect(others: List) -> List<T>", "Only the elements that another list has too.",
      "[1, 2, 3].intersect([3, 2])",
      "[2, 3]"),
    Method(
      "groupBy(f: (T) -> String) -> Map<String, List<T>>", "The elements by what a function gives.",
      #"["web", "db", "worker"].groupBy(n => n.slice(0, 1)).w"#, #"["web", "worker"]"#),
    Method(
      "keyBy(f: (T) -> String) -> Map<String, T>", "The elements by what a function gives; of several the last.",
      #"["web", "db"].keyBy(n => n.upper()).WEB"#, #""web""#),
    Method(
      "toMap() -> Map<String, Any>", "The map of entries: records of `key` and `value`.",
      #"[{ key = "a", value = 1 }].toMap().a"#, "1"),
    Method(
      "join(separator: String = \"\") -> String", "The elements as one text, with another between them.",
      #"["a", "b"].join(", ")"#, #""a, b""#),
  ]
}
