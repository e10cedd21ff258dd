/// `kc.lock`: which content each package of a registry has that the project uses, one package a line, sorted.
public struct LockFile: Sendable, Hashable {
  /// Digests of manifests, by the reference as `project.kc` files say it.
  public var pins: [String: String]

  public init(pins: [String: String] = [:]) { self.pins = pins }

  /// - Throws: where a line is none of a lock; the message names it.
  public init(_ text: String) throws(PackageError) {
    pins = [:]
    for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" }).map(String.init)
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].contains(first) {
        throw PackageError(
          .unlocked, "kc.lock holds a conflict of a merge, at line \(number + 1)",
          help: "keep the lines of both sides, without the marks, and run `kc lock`")
      }
      guard words.count == 2, first.hasPrefix("oci://"), PackageDigest.isValid(words[1]) else {
        throw PackageError(
          .unlocked, "line \(number + 1) of kc.lock is none that this kc knows",
          help: "remove the line, and run `kc lock`")
      }
      if let other = pins.updateValue(words[1], forKey: first), other != words[1] {
        throw PackageError(
          .unlocked, "kc.lock pins `\(first)` twice, and differently", help: "remove the wrong line, and run `kc lock`")
      }
    }
  }

  /// The file's text: the same pins give the same text.
  public var text: String {
    let lines = pins.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { "\($0.key) \($0.value)\n" }
    return
      "# What the packages of this project hold, by digest. `kc lock` writes this; keep it under version control.\n"
      + lines.joined()
  }
}
