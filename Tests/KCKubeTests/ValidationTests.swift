import KCData
import KCKube
import KCTestSupport
import Testing

@Suite struct ValidationTests {
  @Test(arguments: [
    ("*/5 * * * *", true), ("0 0 * * mon-fri", true), ("@hourly", true), ("@every 90s", true), ("0 0 31 feb *", true),
    ("", false), ("* * * *", false), ("60 * * * *", false), ("* * * * 8", false), ("@sometimes", false),
    ("*/0 * * * *", false), ("5-1 * * * *", false),
  ])
  func schedules(text: String, isOne: Bool) { #expect((CronSchedule(text) != nil) == isOne) }

  @Test(
    arguments: [
      ("10.0.0.1", "10.0.0.1"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("::", "::"), ("10.0.0.256", nil), ("a", nil),
      ("1:2:3", nil),
    ] as [(String, String?)])
  func addresses(text: String, canonical: String?) { #expect(IPAddress(text)?.description == canonical) }

  @Test func ranges() throws {
    let range = try #require(IPRange("10.96.0.0/16"))
    #expect(range.contains(try #require(IPAddress("10.96.255.1"))))
    #expect(!range.contains(try #require(IPAddress("10.97.0.1"))))
    #expect(IPRange("10.0.0.0/33") == nil)
  }

  @Test func names() {
    #expect(Names.isLabel("a-1"))
    #expect(!Names.isLabel("-a"))
    #expect(!Names.isLabel(String(repeating: "a", count: 64)))
    #expect(Names.isSubdomain("a.b-c.d"))
    #expect(!Names.isSubdomain("a..b"))
    #expect(Names.isQualifiedName("example.com/Name_1"))
    #expect(!Names.isQualifiedName("example.com/"))
    #expect(Names.percent("50%") == 50)
    #expect(Names.percent("-1%") == nil)
  }

  @Test func oneCauseForEachFault() throws {
    let (object, type) = try Objects.read(
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: Web, namespace: shop}
      spec:
        replicas: -1
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: other}}
          spec:
            containers:
            - {name: web, image: nginx, ports: [{containerPort: 0}], volumeMounts: [{name: a, mountPath: /a}]}
      """)
    let causes = Validation.create(Objects.defaulted(object, type), type: type)
    #expect(
      causes.map(\.field).sorted() == [
        "metadata.name", "spec.replicas", "spec.template.metadata.labels",
        "spec.template.spec.containers[0].ports[0].containerPort",
        "spec.template.spec.containers[0].volumeMounts[0].name",
      ])
    let status = Validation.status(causes, object: object, type: type)
    #expect(status.code == 422)
    #expect(status.message.hasPrefix("Deployment.apps \"Web\" is invalid: ["))
  }

  @Test func fieldsThatAreNotKnownOrOfAnotherType() throws {
    let (object, type) = try Objects.read(
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: a, namespace: shop}
      dat: {a: b}
      """)
    #expect(Validation.unknownFields(object, type: type).map(\.field) == ["dat"])
    #expect(Validation.decode(object, type: type)?.code == 400)
    #expect(Validation.decode(object, type: type, isStrict: false) == nil)
    var other = object
    other["dat"] = nil
    #expect(Validation.decode(other, type: type) == nil)
    other["data"] = ["a": 1]
    #expect(Validation.decode(other, type: type, isStrict: false)?.code == 400)
  }

  @Test func addressesOfServices() throws {
    let (object, type) = try Objects.read(
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: shop}
      spec:
        type: NodePort
        clusterIP: 10.96.0.7
        clusterIPs: [10.96.0.7]
        ports: [{port: 80, nodePort: 30080}]
      """)
    let service = Objects.defaulted(object, type)
    #expect(ServiceAllocation.check(service, type: type, cluster: .init()).isEmpty)
    let taken = ServiceAllocation.Cluster(isTaken: { $0 == "10.96.0.7" })
    #expect(ServiceAllocation.check(service, type: type, cluster: taken).map(\.field) == ["spec.clusterIPs"])
    #expect(ServiceAllocation.check(service, old: service, type: type, cluster: taken).isEmpty)
    let narrow = ServiceAllocation.Cluster(nodePorts: 31000...31010)
    #expect(
      ServiceAllocation.check(service, type: type, cluster: narrow).map(\.field) == ["spec.ports[0].nodePort"])
  }

  private static let job = """
    apiVersion: batch/v1
    kind: Job
    metadata: {name: once, namespace: shop, uid: u}
    spec:
      completionMode: Indexed
      completions: 5
      parallelism: 5
      manualSelector: true
      selector: {matchLabels: {a: b}}
      template:
        metadata: {labels: {a: b}}
        spec: {restartPolicy: Never, containers: [{name: a, image: busybox}]}
    status: {startTime: "2026-01-01T00:00:00Z", active: 2, ready: 1, completedIndexes: "0-1", succeeded: 2}
    """

  @Test(
    arguments: [
      ("ready", 3, "status.ready"), ("completedIndexes", "1,0", "status.completedIndexes"),
      ("completedIndexes", "0-9", "status.completedIndexes"), ("failedIndexes", "3", "status.failedIndexes"),
      ("startTime", "2026-01-02T00:00:00Z", "status.startTime"),
      ("completionTime", "2025-01-01T00:00:00Z", "status.completionTime"),
      ("conditions", [["type": "Complete", "status": "True"]], "status.conditions"), ("active", -1, "status.active"),
    ] as [(String, Value, String)])
  func statusOfJobs(field: String, value: Value, refused: String) throws {
    let (object, type) = try Objects.read(Self.job)
    let old = Objects.defaulted(object, type)
    #expect(Validation.update(old, old: old, type: type, subresource: "status").isEmpty)
    var new = old
    new.set(value, at: "status", field)
    let causes = Validation.update(new, old: old, type: type, subresource: "status")
    #expect(causes.map(\.field).contains(refused))
  }

  @Test func completionsGrowWithParallelism() throws {
    let (object, type) = try Objects.read(Self.job)
    let old = Objects.defaulted(object, type)
    var new = old
    new.set(7, at: "spec", "completions")
    #expect(Validation.update(new, old: old, type: type).map(\.field) == ["spec.completions"])
    new.set(7, at: "spec", "parallelism")
    #expect(Validation.update(new, old: old, type: type).isEmpty)
  }

  /// A schedule that has had a time zone may keep one.
  @Test func timeZoneInSchedules() throws {
    let (object, type) = try Objects.read(
      """
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: nightly, namespace: shop}
      spec:
        schedule: TZ=UTC 0 0 * * *
        jobTemplate:
          spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: busybox}]}}}
      """)
    let job = Objects.defaulted(object, type)
    #expect(Validation.create(job, type: type).map(\.field) == ["spec.schedule"])
    #expect(Validation.update(job, old: job, type: type).isEmpty)
  }
}
