import Glibc
import KCCodec
import KCData
import KCTestSupport
import Testing

/// What a command printed, and how it ended.
struct Outcome {
  var status: Int32
  var out: String
  var messages: String
}

/// Whether this machine can run the engine; says why not, once.
let engineIsPossible: Bool = {
  var reasons: [String] = []
  if geteuid() != 0 { reasons.append("not root") }
  for (tool, path) in [
    ("containerd", "/usr/bin/containerd"), ("runc", "/usr/sbin/runc"), ("nft", "/usr/sbin/nft"),
    ("CNI plugins", "/usr/lib/cni/ptp"), ("buildah", "/usr/bin/buildah"),
  ] where access(path, X_OK) != 0 { reasons.append("no \(tool)") }
  if !reasons.isEmpty {
    print("SKIPPED: end-to-end tests need root and containerd; here: \(reasons.joined(separator: ", "))")
  }
  return reasons.isEmpty
}()

func writeFile(_ path: String, _ text: String) {
  guard let file = fopen(path, "w") else {
    Issue.record("\(path) cannot be written")
    return
  }
  fputs(text, file)
  fclose(file)
}

/// A machine of its own for one test: the kc program, a folder for the engine, a copy of the example.
final class Machine {
  let folder: String
  let port: Int
  let kc: String

  init() {
    folder = "/tmp/kc-e2e-\(newUID().prefix(8))"
    port = Int.random(in: 17000...19000)
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let own = String(decoding: buffer[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // The tests' program and kc are built into one folder.
    kc = own[..<(own.lastIndex(of: "/") ?? own.endIndex)] + "/kc"
    shell("mkdir -p \(folder) && cp -r \(Oracle.projectRoot)/examples/shop \(folder)/shop")
  }

  var shop: String { "\(folder)/shop" }

  @discardableResult
  func shell(_ command: String) -> Outcome {
    let script =
      "export KC_HOME=\(folder)/home; { \(command); } >\(folder)/out 2>\(folder)/err </dev/null; echo $? >\(folder)/code"
    if access(folder, F_OK) != 0 { _ = Oracle.run("mkdir -p \(folder)") }
    // No pipe: what goes on in the background would hold it open.
    _ = system("bash -c '\(script.replacing("'", with: "'\\''"))'")
    func text(_ name: String) -> String { String(decoding: Oracle.run("cat \(folder)/\(name)") ?? [], as: UTF8.self) }
    return Outcome(
      status: Int32(text("code").split(separator: "\n").first ?? "") ?? -1, out: text("out"), messages: text("err"))
  }

  /// Runs kc in the example's folder.
  @discardableResult
  func kc(_ arguments: String) -> Outcome { shell("cd \(shop) && \(kc) \(arguments)") }

  /// Runs kc and records a failure where it does not end as expected.
  @discardableResult
  func expect(_ arguments: String, status: Int32 = 0, _ location: SourceLocation = #_sourceLocation) -> Outcome {
    let outcome = kc(arguments)
    #expect(
      outcome.status == status, "kc \(arguments)\n\(outcome.out)\n\(outcome.messages)", sourceLocation: location)
    return outcome
  }

  func edit(_ file: String, _ old: String, _ new: String) {
    shell("sed -i 's/\(old)/\(new)/' \(shop)/\(file)")
  }

  /// What of an engine is left on this machine.
  func leftovers() -> String {
    shell(
      """
      pgrep -af "\(folder)" | grep -v pgrep; mount | grep "\(folder)"; ip link show kc0 2>/dev/null; \
      nft list table ip kc 2>/dev/null; ls /var/lib/cni/results 2>/dev/null | grep kc-node; \
      ls -d /sys/fs/cgroup/*/kc/node-* 2>/dev/null; true
      """
    ).out
  }

  /// Removes the folder; for machines without an engine.
  func discard() { _ = Oracle.run("rm -rf \(folder)") }

  func remove() {
    kc("engine stop")
    shell("rm -rf \(folder)/home")
    _ = Oracle.run("rm -rf \(folder)")
  }
}
