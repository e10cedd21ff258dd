extension Builtins {
  static let textMethods: [Method] = [
    Method("count: Int", "How many characters it has.", #""größe".count"#, "5"),
    Method("isEmpty: Bool", "Whether it has none.", #""".isEmpty"#, "true"),
    Method(
      "contains(part: String) -> Bool", "Whether the text is somewhere in it.", #""web-1".contains("b-")"#, "true"),
    Method("startsWith(prefix: String) -> Bool", "Whether it begins so.", #""web-1".startsWith("web")"#, "true"),
    Method("endsWith(suffix: String) -> Bool", "Whether it ends so.", #""web-1".endsWith("-1")"#, "true"),
    Method(
      "indexOf(part: String) -> Int?",
      "The characters before the first place where the text is; absent where it is not.",
      #""web-1".indexOf("-")"#, "3"),
    Method(
      "split(separator: String | Regex) -> List<String>", "The parts between the separators.", #""a, b".split(", ")"#,
      #"["a", "b"]"#),
    Method("lines() -> List<String>", "Its lines, without their ends.", #""a\nb".lines()"#, #"["a", "b"]"#),
    Method("characters() -> List<String>", "Its characters.", #""abc".characters()"#, #"["a", "b", "c"]"#),
    Method(
      "replace(part: String | Regex, with: String) -> String",
      "With another text in place of each such part. The text stands as it is: `$1` means nothing.",
      #""a.b.c".replace(".", "-")"#, #""a-b-c""#),
    Method("trim() -> String", "Without white space at both ends.", #"" a ".trim()"#, #""a""#),
    Method("trimStart() -> String", "Without white space at the start.", #"" a ".trimStart()"#, #""a ""#),
    Method("trimEnd() -> String", "Without white space at the end.", #"" a ".trimEnd()"#, #"" a""#),
    Method(
      "dropPrefix(prefix: String) -> String", "Without the prefix, where it has that.", #""v1.2".dropPrefix("v")"#,
      #""1.2""#),
    Method(
      "dropSuffix(suffix: String) -> String", "Without the suffix, where it has that.",
      #""shop.local".dropSuffix(".local")"#, #""shop""#),
    Method("upper() -> String", "In capitals.", #""web".upper()"#, #""WEB""#),
    Method("lower() -> String", "In small letters.", #""Web".lower()"#, #""web""#),
    Method("capitalized() -> String", "With a capital at its start.", #""web".capitalized()"#, #""Web""#),
    Method("repeat(count: Int) -> String", "The text a number of times.", #""ab".repeat(2)"#, #""abab""#),
    Method(
      "padStart(width: Int, with: String = \" \") -> String", "Filled at the start up to a width.",
      #""7".padStart(3, "0")"#, #""007""#),
    Method(
      "padEnd(width: Int, with: String = \" \") -> String", "Filled at the end up to a width.", #""a".padEnd(3, ".")"#,
      #""a..""#),
    Method(
      "slice(from: Int, to: Int = count) -> String",
      "The characters from one place up to, but without, another. Places beyond the end are the end.",
      #""release".slice(0, 3)"#, #""rel""#),
    Method(
      "shorten(max: Int) -> String",
      "The text itself where it has no more characters, else its start, a dash and six characters of its hash, so that "
        + "different texts stay different.",
      #""a-very-long-name".shorten(14)"#, #""a-very--6c1588""#),
    Method(
      "slug() -> String", "As a name in Kubernetes: small letters, digits and single dashes, at most 63 characters.",
      #""Shop (EU) #1".slug()"#, #""shop-eu-1""#),
    Method(
      "indent(spaces: Int) -> String", "With spaces before each of its lines that is not empty.",
      #""a:\n  b".indent(2)"#, #""  a:\n    b""#),
    Method("matches(pattern: Regex) -> Bool", "Whether all of it matches.", #""v12".matches(/v\d+/)"#, "true"),
    Method(
      "find(pattern: Regex) -> String?", "The first part that matches; absent where none does.",
      #""web:v12".find(/v\d+/)"#, #""v12""#),
    Method(
      "findAll(pattern: Regex) -> List<String>", "All parts that match, without overlaps.", #""a1 b22".findAll(/\d+/)"#,
      #"["1", "22"]"#),
    Method(
      "captures(pattern: Regex) -> List<String>",
      "What the groups took where the pattern matches first: empty text for one that took no part, an empty list where "
        + "nothing matches.",
      #""web:v12".captures(/(\w+):(\w+)/)"#, #"["web", "v12"]"#),
    Method("toInt() -> Int?", "The whole number that it says; absent where it is none.", #""42".toInt()"#, "42"),
    Method("toFloat() -> Float?", "The number that it says; absent where it is none.", #""2.5".toFloat()"#, "2.5"),
    Method("toBool() -> Bool?", "What `true` and `false` say; absent for other text.", #""true".toBool()"#, "true"),
    Method(
      "toQuantity() -> Quantity?", "The amount that it says; absent where it is none.", #""128Mi".toQuantity()"#,
      "128Mi"
    ),
    Method(
      "toDuration() -> Duration?", "The duration that it says, as in kc; absent where it is none.",
      #""5min".toDuration()"#, "5min"),
    Method("base64() -> String", "In base 64.", #""kc".base64()"#, #""a2M=""#),
    Method(
      "base64Decode() -> String?", "What it says in base 64; absent where it is no base 64, or not of text.",
      #""a2M=".base64Decode()"#, #""kc""#),
    Method(
      "urlEncode() -> String", "With everything but letters, digits and `-._~` as `%XX`, for a part of a URL.",
      #""p@ss/1".urlEncode()"#, #""p%40ss%2F1""#),
    Method(
      "sha256() -> String", "Its SHA-256 in hexadecimal digits.", #""kc".sha256().slice(0, 8)"#, #""ad9cdbef""#),
    Method("sha1() -> String", "Its SHA-1 in hexadecimal digits.", #""kc".sha1().slice(0, 8)"#, #""32e0656d""#),
    Method("md5() -> String", "Its MD5 in hexadecimal digits.", #""kc".md5().slice(0, 8)"#, #""190a4568""#),
  ]
}
