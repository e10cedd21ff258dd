import KCCodec
import KCData
import KCScheduler
import Testing

/// A KubeSchedulerConfiguration, read as kube-scheduler reads it.
@Suite struct ConfigurationTests {
  private func read(_ text: String) throws -> SchedulerConfiguration {
    let head = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n"
    let documents = try YAML.parseAll(head + text)
    return try SchedulerConfiguration(try #require(documents.first))
  }

  @Test func nothingSaidIsTheUsual() throws {
    #expect(try read("") == .default)
    #expect(
      try read("leaderElection: {leaderElect: false}\nparallelism: 16\npercentageOfNodesToScore: 100") == .default)
  }

  @Test func profilesAreByName() throws {
    let found = try read(
      """
      podInitialBackoffSeconds: 2
      podMaxBackoffSeconds: 30
      profiles:
      - schedulerName: default-scheduler
      - schedulerName: calm
        plugins:
          postFilter: {disabled: [{name: DefaultPreemption}]}
          score: {disabled: [{name: "*"}], enabled: [{name: ImageLocality, weight: 5}]}
      """)
    #expect(found.backOff == 2...30)
    #expect(found.profile(for: ["spec": [:]]) == .default)
    let calm = try #require(found.profile(for: ["spec": ["schedulerName": "calm"]]))
    #expect(!calm.preempts)
    #expect(calm.weights == [.imageLocality: 5])
    #expect(found.profile(for: ["spec": ["schedulerName": "someone-else"]]) == nil)
  }

  @Test(arguments: [
    ("profiles: [{plugins: {filter: {enabled: [{name: Magic}]}}}]", "profiles[0].plugins.filter"),
    ("profiles: [{schedulerName: a}, {schedulerName: a}]", "profiles[1].schedulerName"),
    ("percentageOfNodesToScore: 50", "percentageOfNodesToScore"),
    ("extenders: []", "extenders"),
    ("podInitialBackoffSeconds: 0", "podInitialBackoffSeconds"),
    ("podInitialBackoffSeconds: 20", "podMaxBackoffSeconds"),
  ]) func whatIsNotSupportedIsRefusedWithItsPlace(_ text: String, _ path: String) {
    do {
      _ = try read(text)
      Issue.record("accepted: \(text)")
    } catch let problem as Profile.Problem {
      #expect(problem.path == path)
    } catch {
      Issue.record(error)
    }
  }
}
