import Glibc
import KCTestSupport

/// A session at a shell, as `Tests/CommandLine/Sessions/*.session` records it: commands after `$ ` (with `> ` before the
/// lines that go on), what each printed on both its streams, and `[CODE]` where it did not end with 0. Lines that begin
/// with `#` are for readers; one that says `# needs registry` is about the session.
///
/// It runs in a folder of its own, which is `DIR` in what is recorded.
struct Session {
  struct Step {
    var command: String
    var output: String
  }

  let name: String
  let path: String
  private(set) var comment = ""
  private(set) var steps: [(remark: String, step: Step)] = []

  var needsRegistry: Bool { comment.contains("# needs registry\n") }

  static let folder = Oracle.projectRoot + "/Tests/CommandLine/Sessions"

  static let all: [Session] = {
    let list = String(decoding: Oracle.run("ls '\(folder)'") ?? [], as: UTF8.self)
    return list.split(separator: "\n").filter { $0.hasSuffix(".session") }.map { Session(name: String($0.dropLast(8))) }
  }()

  init(name: String) {
    self.name = name
    path = "\(Self.folder)/\(name).session"
    let text = String(decoding: Oracle.run("cat '\(path)'") ?? [], as: UTF8.self)
    var remark = ""
    var isCommand = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("$ ") {
        if steps.isEmpty { (comment, remark) = (remark, "") }
        steps.append((remark, Step(command: String(line.dropFirst(2)), output: "")))
        (remark, isCommand) = ("", true)
      } else if isCommand, line.hasPrefix("> ") || line == ">" {
        steps[steps.count - 1].step.command += "\n" + line.dropFirst(2)
      } else if line.hasPrefix("#") || steps.isEmpty {
        remark += line + "\n"
      } else {
        isCommand = false
        if !remark.isEmpty {
          steps[steps.count - 1].step.output += remark
          remark = ""
        }
        steps[steps.count - 1].step.output += line + "\n"
      }
    }
    // Empty lines set steps apart; they are not part of what is printed.
    for place in steps.indices { steps[place].step.output = Self.trimmed(steps[place].step.output) }
  }

  private static func trimmed(_ text: String) -> String {
    var text = text[...]
    while text.hasSuffix("\n\n") { text = text.dropLast() }
    return text == "\n" ? "" : String(text)
  }

  /// The session as it goes now.
  func run(kc: String, registry: String?) -> [Step] {
    let folder = "/tmp/kc-session-\(getpid())-\(name)"
    defer { _ = Oracle.run("chmod -R u+w '\(folder)'; rm -rf '\(folder)'") }
    let mark = "@@\(name)@@"
    var script = """
      mkdir -p '\(folder)/bin' '\(folder)/work' '\(folder)/home' && cd '\(folder)/work' || exit 1
      ln -s '\(kc)' '\(folder)/bin/kc'
      export PATH='\(folder)/bin':$PATH HOME='\(folder)/home' KC_HOME='\(folder)/home/kc' LC_ALL=C.UTF-8 COLUMNS=100
      export REGISTRY='\(registry ?? "")'
      unset NO_COLOR DOCKER_CONFIG KUBECONFIG HTTP_PROXY HTTPS_PROXY http_proxy https_proxy KC_UPDATE
      exec 2>&1 </dev/null

      """
    for (_, step) in steps { script += "\(step.command)\nprintf '\\n\(mark)%d\\n' $?\n" }
    let file = "\(folder).sh"
    guard let handle = fopen(file, "w") else { return [] }
    fputs(script, handle)
    fclose(handle)
    defer { unlink(file) }
    let output = String(decoding: Oracle.run("bash '\(file)'") ?? [], as: UTF8.self)
    var out: [Step] = []
    var rest = output[...]
    for (_, step) in steps {
      guard let end = rest.firstRange(of: "\n" + mark) else { break }
      var text = String(rest[..<end.lowerBound])
      rest = rest[end.upperBound...]
      let code = rest.prefix { $0 != "\n" }
      rest = rest.dropFirst(code.count + 1)
      text = text.replacing(folder + "/work", with: "DIR").replacing(folder, with: "TOP")
      if let registry { text = text.replacing(registry, with: "REGISTRY") }
      if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
      if code != "0" { text += "[\(code)]\n" }
      out.append(Step(command: step.command, output: Self.trimmed(text)))
    }
    return out
  }

  /// The file that records these steps.
  func text(_ found: [Step]) -> String {
    var out = comment
    for (place, step) in found.enumerated() {
      out += steps[place].remark
      out +=
        "$ " + step.command.replacing("\n", with: "\n> ").replacing("> \n", with: ">\n") + "\n" + step.output + "\n"
    }
    return String(out.dropLast())
  }
}
