import Glibc
import KCTestSupport
import Testing

/// What `kc` says at a shell, and how it ends: the built program, run as its users run it.
///
/// `KC_UPDATE=1` records the sessions anew.
@Suite struct SessionTests {
  /// The tests' program and kc are built into one folder.
  private static let kc: String = {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let own = String(decoding: buffer[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return own[..<(own.lastIndex(of: "/") ?? own.endIndex)] + "/kc"
  }()

  @Test(arguments: Session.all.filter { !$0.needsRegistry }.map(\.name))
  func goes(_ name: String) { check(Session(name: name), registry: nil) }

  @Test(arguments: Session.all.filter(\.needsRegistry).map(\.name))
  func goesWithARegistry(_ name: String) throws {
    guard Registry.isPossible else { return }
    let registry = try Registry.start()
    defer { registry.stop() }
    check(Session(name: name), registry: registry.host)
  }

  private func check(_ session: Session, registry: String?) {
    let found = session.run(kc: Self.kc, registry: registry)
    #expect(found.count == session.steps.count, "the shell ended early")
    if getenv("KC_UPDATE").map({ String(cString: $0) }) == "1" {
      guard let file = fopen(session.path, "w") else { return }
      let bytes = Array(session.text(found).utf8)
      fwrite(bytes, 1, bytes.count, file)
      fclose(file)
      return
    }
    for (old, new) in zip(session.steps, found) {
      #expect(new.output == old.step.output, "\(session.name): $ \(new.command)")
    }
  }
}
