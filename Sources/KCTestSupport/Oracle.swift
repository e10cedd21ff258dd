internal import Glibc
internal import KCCodec
public import KCData

/// The recordings of a real Kubernetes that tests compare with. They lie outside the project; without them, tests that
/// need them skip and say so.
public enum Oracle {
  /// The project's folder.
  public static let projectRoot: String = {
    var parts = #filePath.split(separator: "/")
    parts.removeLast(3)
    return "/" + parts.joined(separator: "/")
  }()

  /// The folder that `KC_ORACLE` names, or its usual place beside the project.
  public static var folder: String {
    if let path = getenv("KC_ORACLE") { return String(cString: path) }
    return projectRoot + "/../shared/oracle"
  }

  /// The folder of real manifests and Compose files that `KC_CORPUS` names, or its usual place beside the project.
  public static var corpus: String {
    if let path = getenv("KC_CORPUS") { return String(cString: path) }
    return projectRoot + "/../shared/corpus"
  }

  /// Whether all records are wanted, however long that takes.
  public static var isFull: Bool { getenv("KC_ORACLE_FULL") != nil }

  public static func isAvailable(_ file: String) -> Bool { access("\(folder)/\(file)", R_OK) == 0 }

  /// The records of a compressed file with one JSON object a line; nil, with a line of explanation, where it is absent.
  public static func records(_ file: String) -> [Value]? {
    guard isAvailable(file) else {
      print("skipped: there is no \(file) in the oracle's folder (KC_ORACLE)")
      return nil
    }
    guard let text = run("gzip -dc '\(folder)/\(file)'") else { return nil }
    return text.split(separator: 0x0a).compactMap { try? JSON.parse(Array($0)) }
  }

  /// What a shell command writes to its standard output; nil where it could not be run.
  public static func run(_ command: String) -> [UInt8]? {
    guard let pipe = popen(command, "r") else { return nil }
    var out: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = fread(&buffer, 1, buffer.count, pipe)
      if count == 0 { break }
      out += buffer[..<count]
    }
    pclose(pipe)
    return out
  }
}

/// How often two things agreed, and where they did not.
public struct Agreement {
  public private(set) var agreed = 0
  public private(set) var total = 0
  public private(set) var differences: [String] = []

  public init() {}

  public mutating func note(_ isEqual: Bool, _ difference: @autoclosure () -> String) {
    total += 1
    if isEqual { agreed += 1 } else { differences.append(difference()) }
  }

  /// Prints `name: N of M` and the first differences.
  public func report(_ name: String, shown: Int = 12) {
    print("\(name): \(agreed) of \(total)")
    for difference in differences.prefix(shown) { print("  \(difference)") }
    if differences.count > shown { print("  … and \(differences.count - shown) more") }
  }

  /// Whether at least this share agreed.
  public func reaches(_ share: Double) -> Bool { total > 0 && Double(agreed) >= Double(total) * share }
}
