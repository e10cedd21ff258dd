import Glibc
import KCData
import KCTestSupport
import Testing

@testable import KCEngine

@Suite struct ProcessTests {
  /// A process that outlives the engine has none of its files, also of those that are opened while it is started: with
  /// the socket of the API it would hold the port, and no other engine could begin.
  @Test func detachedProcessesHaveNoFilesOfTheEngine() async throws {
    let log = "/tmp/kc-process-test-\(newUID().prefix(8)).log"
    defer { unlink(log) }
    let opening = Task.detached {
      var files: [Int32] = []
      while !Task.isCancelled {
        files.append(open("/dev/null", O_RDONLY))
        if files.count > 100 { for file in files { close(file) }; files = [] }
      }
      for file in files { close(file) }
    }
    for _ in 0..<40 {
      let process = try DetachedProcess("/bin/sh", ["-c", "for f in /proc/$$/fd/*; do readlink $f; done"], log: log)
      while DetachedProcess.isAlive(process.id) { try await Task.sleep(for: .milliseconds(2)) }
    }
    opening.cancel()
    await opening.value
    let files = (FileSystem.readText(log) ?? "").split(separator: "\n")
    // Standard input is the only one that leads to /dev/null.
    #expect(files.count { $0 == "/dev/null" } == 40, "\(Set(files))")
    #expect(files.count { $0 == log } >= 80)
  }
}
