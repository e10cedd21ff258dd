/// What container runtimes say, in fewer words.
enum RuntimeWords {
  /// `program "httpd" is not in the image`, of what runc and containerd wrap it in; other texts as they are.
  static func plain(_ message: String) -> String {
    guard let start = message.lastRange(of: "exec: \"") else { return message }
    let rest = message[start.upperBound...]
    guard let quote = rest.firstIndex(of: "\"") else { return message }
    let program = rest[..<quote]
    let why = rest[quote...]
    if why.contains("executable file not found") || why.contains("no such file or directory") {
      return "program \"\(program)\" is not in the image"
    }
    if why.contains("permission denied") { return "program \"\(program)\" may not be executed" }
    if why.contains("is a directory") { return "program \"\(program)\" is a folder" }
    return message
  }
}

extension String {
  /// The last place where another text stands in this one.
  fileprivate func lastRange(of other: String) -> Range<String.Index>? { ranges(of: other).last }
}
