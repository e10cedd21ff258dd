import KCData
import Testing

@Suite struct PatternTests {
  @Test(arguments: [
    ("a+b?", ["a", "aab"], ["", "b", "abb"]),
    ("(a|bc)*", ["", "abca"], ["abcb"]),
    ("[a-z0-9]([-a-z0-9]*[a-z0-9])?", ["web", "a-1"], ["-a", "a-", "A"]),
    (#"v\d+(\.\d+){2}"#, ["v1.2.3"], ["v1.2", "1.2.3"]),
    ("x{2,3}", ["xx", "xxx"], ["x", "xxxx"]),
    ("x{2,}", ["xx", "xxxxx"], ["x"]),
    ("[^/]+", ["abc"], ["a/b"]),
    ("^a$", ["a"], ["ba"]),
    (".", ["ä"], ["", "ab"]),
    (#"\w+\s\S"#, ["a_1 !"], ["a!"]),
    ("a??", ["", "a"], ["aa"]),
    ("[[:alpha:]_]+", ["aZ_"], ["a1"]),
    (#"[a-\x7a]"#, ["m"], ["A"]),
    (#"\x{e4}|\f"#, ["ä", "\u{c}"], ["a"]),
    ("^(?i)(abort|[w-x]arn)?$", ["Abort", "WARN", ""], ["a"]),
    ("(?i:a)b(c(?i)d)e", ["AbcDe"], ["ABcde", "AbcdE"]),
    ("(?P<tag>v)+", ["vv"], [""]),
  ]) func matches(_ source: String, _ yes: [String], _ no: [String]) throws {
    let pattern = try Pattern(source)
    for text in yes { #expect(pattern.matches(text.utf8), "\(text)") }
    for text in no { #expect(!pattern.matches(text.utf8), "\(text)") }
  }

  @Test(arguments: [
    "(a", "a)", "[a", "*a", "a{3,2}", #"\1"#, "(?=a)", "a{2000}", "((((a{900}){900})))", "[z-a]", "a\\",
  ])
  func refuses(_ source: String) {
    #expect(throws: PatternError.self) { try Pattern(source) }
  }
}
