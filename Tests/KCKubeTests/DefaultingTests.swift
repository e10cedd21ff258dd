import KCData
import KCKube
import KCTestSupport
import Testing

@Suite struct DefaultingTests {
  @Test func nothingIsAddedTwice() throws {
    guard let records = Oracle.records("api/defaulting.jsonl.gz") else { return }
    var agreement = Agreement()
    for record in records {
      guard let object = record["out"], let type = ResourceTypes.builtin.find((object.apiVersion, object.kind)) else {
        continue
      }
      let once = Objects.defaulted(object, type)
      agreement.note(Objects.defaulted(once, type) == once, record["id"]?.string ?? "")
    }
    agreement.report("defaulted twice alike", shown: 5)
    #expect(agreement.reaches(1))
  }

  @Test(arguments: [
    ("nginx", "IfNotPresent", "Always"), ("nginx:1.27", "", "IfNotPresent"), ("nginx:latest", "", "Always"),
    ("registry.example.com:5000/team/web", "", "Always"), ("registry.example.com:5000/team/web:v1", "", "IfNotPresent"),
  ])
  func pullPolicy(image: String, _: String, policy: String) {
    #expect(ImageReference.pullPolicy(image) == policy)
  }

  @Test func imageParts() throws {
    let plain = try #require(ImageReference("nginx"))
    #expect(plain.registry == "docker.io")
    #expect(plain.repository == "library/nginx")
    let whole = try #require(ImageReference("registry.example.com:5000/team/web:v1"))
    #expect(whole.registry == "registry.example.com:5000")
    #expect(whole.repository == "team/web")
    #expect(whole.tag == "v1")
    #expect(ImageReference("Upper/Case") == nil)
    #expect(ImageReference("a b") == nil)
  }

  @Test func quantitiesAndTimes() throws {
    let (object, type) = try Objects.read(
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: a, creationTimestamp: "2026-01-01T02:00:00+02:00"}
      spec:
        containers:
        - {name: a, image: nginx, resources: {limits: {cpu: 0.5, memory: 1024Mi}}}
      """)
    let out = Objects.defaulted(object, type)
    let resources = out["spec"]?["containers"]?.array?.first?["resources"]
    #expect(resources?.at("limits", "cpu") == "500m")
    #expect(resources?.at("limits", "memory") == "1Gi")
    #expect(resources?.at("requests", "memory") == "1Gi")
    #expect(out.at("metadata", "creationTimestamp") == "2026-01-01T00:00:00Z")
  }

  /// Keys of labels become requirements on what the pod itself has under them.
  @Test func labelKeys() throws {
    let (object, type) = try Objects.read(
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: a, uid: u, labels: {app: web, hash: abc}}
      spec:
        containers: [{name: a, image: nginx}]
        topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: zone
          whenUnsatisfiable: DoNotSchedule
          labelSelector: {matchLabels: {app: web}}
          matchLabelKeys: [hash, other]
      """)
    var pod = Objects.defaulted(object, type)
    Strategy.prepareForCreate(&pod, type: type, now: Timestamp(seconds: 0))
    let rule = pod["spec"]?["topologySpreadConstraints"]?.array?.first
    #expect(
      rule?.at("labelSelector", "matchExpressions") == [["key": "hash", "operator": "In", "values": ["abc"]]])
  }

  @Test(arguments: [
    ("", QualityOfService.bestEffort), ("requests: {cpu: 1}", .burstable),
    ("limits: {cpu: 1, memory: 1Gi}", .guaranteed),
    ("limits: {cpu: 2, memory: 1Gi}, requests: {cpu: 1}", .burstable),
  ])
  func qualityOfService(resources: String, expected: QualityOfService) throws {
    let (object, type) = try Objects.read(
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: a}
      spec: {containers: [{name: a, image: nginx, resources: {\(resources)}}]}
      """)
    #expect(QualityOfService.of(Objects.defaulted(object, type)) == expected)
  }

  @Test func refusedByAdmission() throws {
    let (object, type) = try Objects.read(
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: a}
      spec: {priorityClassName: unheard-of, containers: [{name: a, image: nginx}]}
      """)
    var pod = Objects.defaulted(object, type)
    let refusal = #expect(throws: APIStatus.self) { try Admission.create(&pod, type: type, context: .init()) }
    #expect(refusal?.code == 403)
    #expect(refusal?.reason == "Forbidden")
  }
}
