import Glibc

/// Who uses kc, for the history and the lock.
enum Author {
  /// `anna@laptop`; in CI, who started the job, where the variables of the usual services say so.
  static var current: String {
    let names = ["KC_AUTHOR", "GITHUB_ACTOR", "GITLAB_USER_LOGIN", "SUDO_USER", "USER", "LOGNAME"]
    let name = names.lazy.compactMap(variable).first ?? "user \(getuid())"
    return name.contains("@") ? name : "\(name)@\(host)"
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  private static var host: String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, 255) == 0 else { return "localhost" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
