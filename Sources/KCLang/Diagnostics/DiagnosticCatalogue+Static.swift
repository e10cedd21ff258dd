internal import KCSyntax

extension DiagnosticCatalogue {
  static let checking: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0303", "value may be absent",
      """
      The type ends in `?`: there need not be a value. `a ?? b` gives one for that case; within `if a != none { … }` \
      there is one.
      """,
      bad: #"""
        func double(n: Int?) -> Int = n * 2
        """#,
      good: #"""
        func double(n: Int?) -> Int = if n != none { n * 2 } else { 0 }
        """#),
    DiagnosticInfo(
      "KC0304", "operation on any type",
      """
      A type parameter stands for any type, so nothing can be done with its values but hand them on. What is to be done \
      with them comes as a function.
      """,
      bad: #"""
        func total<T>(a: T, b: T) = a + b
        """#,
      good: #"""
        func total<T>(a: T, b: T, add: (T, T) -> T) -> T = add(a, b)
        """#),
    DiagnosticInfo(
      "KC0305", "never equal",
      """
      Values of these two types are never equal: the comparison has always the same result.
      """,
      bad: #"""
        func isThree(n: Int) -> Bool = n == "3"
        """#,
      good: #"""
        func isThree(n: Int) -> Bool = n == 3
        """#),
    DiagnosticInfo(
      "KC0306", "function of other parameters",
      """
      The function is called with a number of arguments that it does not take.
      """,
      bad: #"""
        func twice(f: (Int) -> Int, n: Int) -> Int = f(f(n))
        func sum(a: Int, b: Int = 0, c: Int) = a + b + c
        let x = twice(sum, 3)
        """#,
      good: #"""
        func twice(f: (Int) -> Int, n: Int) -> Int = f(f(n))
        let x = twice(n => n + 1, 3)
        """#),
    DiagnosticInfo(
      "KC0307", "field of some of the types",
      """
      The value is one of several types, and not all of them have the field, or take the operator. `match` tells them apart.
      """,
      bad: #"""
        schema Disk { size: Quantity }
        schema Share { server: String }
        func text(v: Disk | Share) -> String = v.server
        """#,
      good: #"""
        schema Disk { size: Quantity }
        schema Share { server: String }
        func text(v: Disk | Share) -> String = match v { Disk -> "disk", Share -> v.server }
        """#),
    DiagnosticInfo(
      "KC0308", "case missing",
      """
      A `match` has a case for each value that its subject may have; `_` stands for all the rest.
      """,
      bad: #"""
        enum Tier { front, back }
        func port(t: Tier) -> Int = match t { front -> 80 }
        """#,
      good: #"""
        enum Tier { front, back }
        func port(t: Tier) -> Int = match t { front -> 80, back -> 8080 }
        """#),
    DiagnosticInfo(
      "KC0309", "case never reached",
      """
      Cases are tried in their order, and those before have taken all that this one matches.
      """,
      bad: #"""
        enum Tier { front, back }
        func port(t: Tier) -> Int = match t { front -> 80, back -> 8080, front -> 81 }
        """#,
      good: #"""
        enum Tier { front, back }
        func port(t: Tier) -> Int = match t { front -> 80, back -> 8080 }
        """#),
    DiagnosticInfo(
      "KC0310", "case that cannot match",
      """
      The subject of the `match` never has a value that this case is for.
      """,
      bad: #"""
        func port(t: "front" | "back") -> Int = match t { "front" -> 80, "bakc" -> 81, _ -> 82 }
        """#,
      good: #"""
        func port(t: "front" | "back") -> Int = match t { "front" -> 80, "back" -> 81 }
        """#),
    DiagnosticInfo(
      "KC0311", "value in a case's pattern",
      """
      In the pattern of a case stand names for what the case holds, and a case that gives names stands alone.
      """,
      bad: #"""
        enum Store { memory, disk(size: Quantity) }
        func text(s: Store) -> String = match s { memory -> "none", disk(1Gi) -> "small", _ -> "large" }
        """#,
      good: #"""
        enum Store { memory, disk(size: Quantity) }
        func text(s: Store) -> String = match s { memory -> "none", disk(size) -> if size == 1Gi { "small" } else { "large" } }
        """#),
  ]
}
