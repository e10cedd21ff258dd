internal import KCStdlib

/// A policy of the standard library, as `kc explain` shows it.
public struct StandardPolicy: Sendable, Hashable {
  /// The module that brings it in: `std.policy`.
  public var module: String
  public var name: String
  /// What it is on: `k8s.core.v1.Container`.
  public var subject: String
  public var documentation: String

  /// All policies of the standard library, in the order of the source.
  public static let all: [StandardPolicy] = policies(of: "policy")

  private static func policies(of module: String) -> [StandardPolicy] {
    guard let bytes = StandardLibrary.file("\(module).kc") else { return [] }
    var found: [StandardPolicy] = []
    var comment: [Substring] = []
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("///") {
        comment.append(line.dropFirst(3).drop { $0 == " " })
        continue
      }
      let words = line.split(separator: " ")
      if words.first == "policy", words.count > 3, words[2] == "on" {
        let subject = words.dropFirst(3).prefix { $0 != "{" }.joined(separator: " ")
        found.append(
          StandardPolicy(
            module: "std.\(module)", name: String(words[1]), subject: subject,
            documentation: comment.joined(separator: "\n")))
      }
      comment = []
    }
    return found
  }
}
