internal import KCSyntax

extension DiagnosticCatalogue {
  static let values: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0160", "ambiguous name",
      """
      Several blocks of different kinds have this name, and the place does not tell which is meant.
      """,
      bad: #"""
        deployment web {
          container app { image = "shop/web:v1" }
        }

        service web {
          select = web
        }

        let name = web.name
        """#,
      good: #"""
        deployment web {
          container app { image = "shop/web:v1" }
        }

        service web {
          select = web
        }

        let name = service.web.name
        """#),
    DiagnosticInfo(
      "KC0161", "number too large",
      """
      Int has 64 bits; amounts go up to 2^63.
      """,
      bad: #"""
        let big = 9223372036854775807 + 1
        """#,
      good: #"""
        let big = 9223372036854775806 + 1
        """#),
    DiagnosticInfo(
      "KC0162", "division by zero",
      """
      A number cannot be divided by zero.
      """,
      bad: #"""
        let half = 1 / 0
        """#,
      good: #"""
        let half = 1 / 2
        """#),
    DiagnosticInfo(
      "KC0163", "operator does not fit",
      """
      The operator is not defined for values of these types.
      """,
      bad: #"""
        let text = "a" + 1
        """#,
      good: #"""
        let text = "a\(1)"
        """#),
    DiagnosticInfo(
      "KC0164", "absent value used",
      """
      The value may be absent here, and what stands here needs one. `??` gives a value for that case, `?.` \
      leaves out what follows.
      """,
      bad: #"""
        func owner(labels: Map<String, String>?) -> String = labels.owner
        """#,
      good: #"""
        func owner(labels: Map<String, String>?) -> String = labels?.owner ?? "nobody"
        """#),
    DiagnosticInfo(
      "KC0165", "bad regular expression",
      """
      The regular expression cannot be used. Matching is linear in the text, so that no file can hang a \
      build: back references and look-around are not supported.
      """,
      bad: #"""
        param tag: String(matching: /v(\d+/) = "v1"
        """#,
      good: #"""
        param tag: String(matching: /v(\d+)/) = "v1"
        """#),
    DiagnosticInfo(
      "KC0166", "requirement not met",
      """
      A schema keeps a condition on its fields with `require`, and it does not hold for this block.
      """,
      bad: #"""
        deployment web {
          replicas = 2
        }
        """#,
      good: #"""
        deployment web {
          container app { image = "shop/web:v1" }
        }
        """#),
    DiagnosticInfo(
      "KC0167", "no case matches",
      """
      A `match` needs a case for each value that can come.
      """,
      bad: #"""
        func size(n) = match n { 1 -> "small" }
        let x = size(3)
        """#,
      good: #"""
        func size(n) = match n { 1 -> "small", _ -> "large" }
        let x = size(3)
        """#),
  ]
}
