import KCData
import Testing

@testable import KCNode

@Suite struct LogTests {
  private func withLog(_ lines: [String], _ body: (String) throws -> Void) throws {
    let folder = "/tmp/kc-log-test-\(newUID())"
    try Files.makeFolder(folder)
    defer { Files.remove(folder) }
    try Files.write(Array(lines.map { $0 + "\n" }.joined().utf8), to: "\(folder)/0.log")
    try body("\(folder)/0.log")
  }

  private let lines = (0..<10).map { "2026-01-01T00:00:0\($0).000000000Z stdout F line \($0)" }

  private func read(_ path: String, _ change: (inout PodLogOptions) -> Void = { _ in }) -> String {
    var options = PodLogOptions()
    change(&options)
    return String(decoding: PodLogs(root: "/").read(path: path, options: options), as: UTF8.self)
  }

  @Test func theTextIsWithoutTheRuntimesWords() throws {
    try withLog(lines + ["2026-01-01T00:00:11Z stderr P part ", "2026-01-01T00:00:11Z stderr F end", "rubbish"]) {
      path in
      let text = read(path)
      #expect(text.hasPrefix("line 0\nline 1\n"))
      #expect(text.hasSuffix("line 9\npart end\n"))
    }
  }

  @Test func whatIsAskedForIsGiven() throws {
    try withLog(lines) { path in
      #expect(read(path) { $0.tailLines = 2 } == "line 8\nline 9\n")
      #expect(read(path) { $0.tailLines = 0 } == "")
      #expect(read(path) { $0.tailLines = 100 } == read(path))
      #expect(read(path) { $0.since = Timestamp("2026-01-01T00:00:08Z") } == "line 8\nline 9\n")
      #expect(read(path) { $0.limitBytes = 9 } == "line 0\nli")
      #expect(
        read(path) {
          $0.tailLines = 1
          $0.timestamps = true
        } == "2026-01-01T00:00:09.000000000Z line 9\n")
    }
  }

  @Test func linesLongerThanABlockAreRead() throws {
    let long = String(repeating: "x", count: 200_000)
    try withLog(["2026-01-01T00:00:00Z stdout F \(long)", lines[1]]) { path in
      #expect(read(path) == long + "\nline 1\n")
      #expect(read(path) { $0.tailLines = 1 } == "line 1\n")
      #expect(read(path) { $0.tailLines = 2 }.utf8.count == 200_008)
    }
  }

  @Test func aLogIsFollowedUntilItsContainerEnds() async throws {
    let folder = "/tmp/kc-log-test-\(newUID())"
    try Files.makeFolder("\(folder)/pods/ns_p_u/c")
    defer { Files.remove(folder) }
    var logs = PodLogs(root: folder)
    logs.interval = 0.005
    #expect(logs.path(namespace: "ns", pod: "p", uid: "u", container: "c") == nil)
    let file = "\(folder)/pods/ns_p_u/c/1.log"
    try Files.write(Array((lines[0] + "\n").utf8), to: "\(folder)/pods/ns_p_u/c/0.log")
    try Files.write(Array((lines[1] + "\n").utf8), to: file)
    #expect(logs.path(namespace: "ns", pod: "p", uid: "u", container: "c") == file)
    #expect(logs.path(namespace: "ns", pod: "p", uid: "u", container: "c", previous: true)?.hasSuffix("0.log") == true)
    var options = PodLogOptions()
    options.follow = true
    let running = Flag()
    var text = ""
    for try await chunk in logs.stream(path: file, options: options, isRunning: { await running.isSet }) {
      text += String(decoding: chunk, as: UTF8.self)
      if text == "line 1\n" {
        try Files.write(Array((lines[1] + "\n" + lines[2] + "\n").utf8), to: file)
      } else {
        await running.clear()
      }
    }
    #expect(text == "line 1\nline 2\n")
  }

  @Test func aLongLogIsBegunAnewAndNothingOfItIsLost() async throws {
    let folder = "/tmp/kc-log-test-\(newUID())"
    defer { Files.remove(folder) }
    let runtime = FakeRuntime()
    let path = "\(folder)/pods/ns_p_u/c/0.log"
    try Files.makeFolder("\(folder)/pods/ns_p_u/c")
    let container = ContainerSummary(
      id: "x", sandboxID: "s", name: "c", phase: .running, createdAt: Timestamp(seconds: 0),
      labels: [PodLabels.podNamespace: "ns", PodLabels.podName: "p", PodLabels.podUID: "u"])
    let rotation = LogRotation(runtime: runtime, root: folder, limit: 100, kept: 2)
    var options = PodLogOptions()
    options.follow = true
    var reader = LogReader(path: path, options: options)
    var followed: [UInt8] = []
    for round in 0..<5 {
      try Files.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: path)
      while let chunk = reader.next() { followed += chunk }
      await rotation.rotate([container], now: Timestamp(seconds: Int64(round)))
      #expect(!Files.exists(path))
    }
    #expect(String(decoding: followed, as: UTF8.self).split(separator: "\n").count == 50)
    #expect(Files.names("\(folder)/pods/ns_p_u/c").count == 2)
    #expect(runtime.calls == Array(repeating: "reopenLog x", count: 5))
  }

  private actor Flag {
    var isSet = true
    func clear() { isSet = false }
  }
}
