import ArgumentParser
import KCKube

/// A time that something may take: `90`, in seconds, or as the language writes it, `90s`, `5min`, `1d`; also as Go does:
/// `1h30m`.
struct Patience: ExpressibleByArgument {
  var seconds: Int

  init(seconds: Int) { self.seconds = seconds }

  init?(argument: String) {
    if let seconds = Int(argument) {
      self.seconds = seconds
      return
    }
    let days = argument.hasSuffix("d") ? Double(argument.dropLast()).map { $0 * 86_400 } : nil
    guard let time = days ?? GoDuration.seconds(argument.replacing("min", with: "m")), abs(time) < 1e9 else {
      return nil
    }
    seconds = Int(time.rounded(.up))
  }

  var defaultValueDescription: String { String(seconds) }
}
