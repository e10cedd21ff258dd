import Glibc

/// Who uses kc, for the history and the lock.
enum Author {
  /// `anna@laptop`; in CI, who started the job, where the variables of the usual services say so.
  static var current: String {
    let names = ["KC_AUTHOR", "GITHUB_ACTOR", "GITLAB_USER_LOGIN", "SUDO_USER", "USER", "LOGNAME"]
    let name = names.lazy.compactMap(variable).first ?? accountName ?? "user \(getuid())"
    return name.contains("@") ? name : "\(name)@\(host)"
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The name of this user's account, as `/etc/passwd` says it: without libraries that a static program cannot load.
  private static var accountName: String? {
    for line in (Files.readText("/etc/passwd") ?? "").split(separator: "\n") {
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      if fields.count > 2, fields[2] == String(getuid()), !fields[0].isEmpty { return String(fields[0]) }
    }
    return nil
  }

  private static var host: String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, 255) == 0 else { return "localhost" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
