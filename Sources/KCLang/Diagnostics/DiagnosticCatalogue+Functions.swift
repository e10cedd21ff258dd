internal import KCSyntax

extension DiagnosticCatalogue {
  static let functions: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0125", "argument given twice",
      """
      Each parameter takes one argument, and a type is narrowed in each way once.
      """,
      bad: #"""
        func f(a: Int) -> Int = a
        let x = f(a: 1, a: 2)
        """#,
      good: #"""
        func f(a: Int) -> Int = a
        let x = f(a: 1)
        """#),
    DiagnosticInfo(
      "KC0126", "no such address",
      """
      The functions of `std.net` take IP addresses, `10.0.0.1` or `fd00::1`, and blocks of them, `10.0.0.0/8`: each where it is \
      asked for. `net.isAddress` and `net.isBlock` tell what some text is.
      """,
      bad: #"""
        import std.net

        let first = net.host("10.0.0.0", 1)
        """#,
      good: #"""
        import std.net

        let first = net.host("10.0.0.0/24", 1)
        """#),
    DiagnosticInfo(
      "KC0130", "unknown argument label",
      """
      The function has no parameter of this name.
      """,
      bad: #"""
        deployment web {
          container app {
            image = "shop/web:v1"
            port http = 8080
            ready = probe.tcp(http, evry: 5s)
          }
        }
        """#,
      good: #"""
        deployment web {
          container app {
            image = "shop/web:v1"
            port http = 8080
            ready = probe.tcp(http, every: 5s)
          }
        }
        """#),
    DiagnosticInfo(
      "KC0131", "argument missing",
      """
      The parameter has no default, so the call has to give it.
      """,
      bad: #"""
        func f(a: Int, b: Int) -> Int = a + b
        let x = f(1)
        """#,
      good: #"""
        func f(a: Int, b: Int) -> Int = a + b
        let x = f(1, 2)
        """#),
    DiagnosticInfo(
      "KC0132", "too many arguments",
      """
      The call gives more arguments than the function has parameters.
      """,
      bad: #"""
        func f(a: Int) -> Int = a
        let x = f(1, 2)
        """#,
      good: #"""
        func f(a: Int) -> Int = a
        let x = f(1)
        """#),
    DiagnosticInfo(
      "KC0133", "not a function",
      """
      Only functions can be called.
      """,
      bad: #"""
        let f = 1
        let x = f(2)
        """#,
      good: #"""
        let f = 1
        let x = f + 2
        """#),
    DiagnosticInfo(
      "KC0134", "function calls itself",
      """
      Every program ends: functions do not call themselves, not even by a detour. Lists are worked on with \
      `for`, `map` and `filter`.
      """,
      bad: #"""
        func f(n: Int) -> Int = f(n - 1)
        let x = f(3)
        """#,
      good: #"""
        func f(n: Int) -> Int = (for i in 1...n { i }).sum()
        let x = f(3)
        """#),
  ]
}
