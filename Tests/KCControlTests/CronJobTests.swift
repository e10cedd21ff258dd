import KCData
import KCKube
import Synchronization
import Testing

@testable import KCControl

@Suite struct CronJobTests {
  private static func moment(_ text: String) -> Timestamp { Timestamp(text) ?? Timestamp(seconds: 0) }

  @Test(arguments: [
    ("* * * * *", "2026-11-25T12:00:30Z", "2026-11-25T12:01:00Z"),
    ("*/15 * * * *", "2026-11-25T12:46:00Z", "2026-11-25T13:00:00Z"),
    ("0 3 * * *", "2026-11-25T03:00:00Z", "2026-11-26T03:00:00Z"),
    ("30 4 1,15 * 5", "2026-11-25T12:00:00Z", "2026-11-27T04:30:00Z"),
    ("0 0 29 feb *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"),
    ("0 9-17/4 * * mon-fri", "2026-11-27T17:30:00Z", "2026-11-30T09:00:00Z"),
    ("@hourly", "2026-12-31T23:30:00Z", "2027-01-01T00:00:00Z"),
    ("0 0 * * 0", "2026-11-25T00:00:00Z", "2026-11-29T00:00:00Z"),
    ("@every 90s", "2026-11-25T00:00:00Z", "2026-11-25T00:01:30Z"),
  ])
  func theNextMomentOfASchedule(_ schedule: String, _ now: String, _ next: String) throws {
    let parsed = try #require(CronSchedule(schedule))
    #expect(parsed.next(after: Self.moment(now)) == Self.moment(next))
    let found = parsed.latest(until: Self.moment(next).advanced(by: 59), after: Self.moment(now))
    #expect(found == Self.moment(next))
  }

  private static let hasZones = TimeZoneRules(named: "Europe/Paris") != nil

  @Test(
    .enabled(if: hasZones, "the system has no time zone database: apt-get install tzdata"),
    arguments: [
      ("0 3 * * *", "Europe/Paris", "2026-01-10T12:00:00Z", "2026-01-11T02:00:00Z"),
      ("0 3 * * *", "Europe/Paris", "2026-07-10T12:00:00Z", "2026-07-11T01:00:00Z"),
      // Clocks skip half past two in spring, and show it twice in autumn.
      ("30 2 * * *", "Europe/Paris", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z"),
      ("30 2 * * *", "Europe/Paris", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
      ("30 2 * * *", "Europe/Paris", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
      // Beyond the table.
      ("0 12 1 7 *", "Europe/Paris", "2060-01-01T00:00:00Z", "2060-07-01T10:00:00Z"),
      ("0 12 1 1 *", "Australia/Sydney", "2059-06-01T00:00:00Z", "2060-01-01T01:00:00Z"),
      ("0 0 * * *", "America/New_York", "2026-11-25T12:00:00Z", "2026-11-26T05:00:00Z"),
      ("0 0 * * *", "Asia/Kolkata", "2026-11-25T12:00:00Z", "2026-11-25T18:30:00Z"),
      ("0 9 * * mon", "Pacific/Auckland", "2026-11-29T12:00:00Z", "2026-11-29T20:00:00Z"),
    ])
  func schedulesGoByTheClocksOfAPlace(_ schedule: String, _ zone: String, _ now: String, _ next: String) throws {
    let (parsed, rules) = (try #require(CronSchedule(schedule)), try #require(TimeZoneRules(named: zone)))
    #expect(parsed.next(after: Self.moment(now), in: rules) == Self.moment(next))
    let found = parsed.latest(until: Self.moment(next).advanced(by: 59), after: Self.moment(now), in: rules)
    #expect(found == Self.moment(next))
  }

  @Test func zonesThatAreNoneAreNot() {
    for name in ["", "Mars/Base", "../../etc/passwd", "Europe"] { #expect(TimeZoneRules(named: name) == nil) }
    for bytes in [[], Array("TZif2".utf8), Array(repeating: UInt8(255), count: 200)] as [[UInt8]] {
      #expect(TimeZoneRules(bytes) == nil)
    }
  }

  @Test func thirtiethOfFebruaryNeverComes() throws {
    let never = try #require(CronSchedule("0 0 30 2 *"))
    #expect(never.next(after: Self.moment("2026-01-01T00:00:00Z")) == nil)
  }

  private func cron(_ policy: String) -> Value {
    [
      "apiVersion": "batch/v1", "kind": "CronJob", "metadata": ["name": "cj"],
      "spec": [
        "schedule": "* * * * *", "concurrencyPolicy": .string(policy), "successfulJobsHistoryLimit": 1,
        "jobTemplate": [
          "metadata": ["labels": ["from": "cron"]],
          "spec": ["template": ["spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "i"]]]]],
        ],
      ],
    ]
  }

  private func jobs(_ simulation: Simulation) -> [Value] { simulation.cache.list(.job).sorted(by: isOlder) }

  private func complete(_ job: Value, _ simulation: Simulation) {
    var job = job
    job["status"] = [
      "completionTime": .string(simulation.time.now.rfc3339), "conditions": [["type": "Complete", "status": "True"]],
    ]
    if let key = ObjectKey(job) { simulation.api.put(key, job) }
  }

  @Test(arguments: [("Allow", 3), ("Forbid", 1), ("Replace", 1)])
  func aJobEveryMinute(_ policy: String, _ count: Int) async throws {
    let simulation = Simulation([CronJobController()])
    _ = simulation.create(cron(policy))
    await simulation.wait(185)
    #expect(jobs(simulation).count == count)
    let job = try #require(jobs(simulation).first)
    #expect(job.labels == ["from": "cron"])
    #expect(job.controllerOwner?["name"] == "cj")
    #expect(simulation.failures.isEmpty)
  }

  @Test func finishedJobsAreKeptToTheLimit() async throws {
    let simulation = Simulation([CronJobController()])
    _ = simulation.create(cron("Allow"))
    for _ in 0..<3 {
      await simulation.wait(61)
      for job in jobs(simulation) where !job.isTrue("Complete") { complete(job, simulation) }
      await simulation.settle()
    }
    #expect(jobs(simulation).count == 1)
    let status = try #require(simulation.cache.list(.cronJob).first?["status"])
    #expect(status["active"] == nil)
    #expect(status["lastSuccessfulTime"] != nil)
  }
}
