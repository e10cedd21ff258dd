import KCCodec
import KCData
import KCKube
import Testing

/// Autoscalers that are written in one version and read in the other.
@Suite struct AutoscalerConversionTests {
  private static func autoscaler(_ version: String, _ spec: Value) -> Value {
    ["apiVersion": .string("autoscaling/\(version)"), "kind": "HorizontalPodAutoscaler", "spec": spec]
  }

  private static func metric(_ type: String, _ name: String, _ part: Value) -> Value {
    .object(["type": .string(type), name: part])
  }

  /// Metrics of every type go to annotations and come back.
  @Test(arguments: [
    metric("Resource", "resource", ["name": "memory", "target": ["type": "AverageValue", "averageValue": "1Gi"]]),
    metric("Resource", "resource", ["name": "memory", "target": ["type": "Utilization", "averageUtilization": 60]]),
    metric(
      "ContainerResource", "containerResource",
      ["name": "cpu", "container": "c", "target": ["type": "Utilization", "averageUtilization": 60]]),
    metric("Pods", "pods", ["metric": ["name": "rps"], "target": ["type": "AverageValue", "averageValue": "100"]]),
    metric(
      "Object", "object",
      [
        "describedObject": ["apiVersion": "v1", "kind": "Service", "name": "s"], "metric": ["name": "hits"],
        "target": ["type": "Value", "value": "10"],
      ]),
    metric(
      "External", "external",
      [
        "metric": ["name": "queue", "selector": ["matchLabels": ["q": "a"]]],
        "target": ["type": "AverageValue", "averageValue": "30"],
      ]),
  ])
  func metricsComeBack(_ metric: Value) {
    let cpu: Value = [
      "type": "Resource", "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 50]],
    ]
    let new = Self.autoscaler("v2", ["maxReplicas": 3, "metrics": [metric, cpu]])
    let old = AutoscalerConversion.converted(new, to: "autoscaling/v1")
    #expect(old.at("spec", "targetCPUUtilizationPercentage") == 50)
    #expect(old.at("spec", "metrics") == nil)
    #expect(old.annotations["autoscaling.alpha.kubernetes.io/metrics"] != nil)
    let back = AutoscalerConversion.converted(old, to: "autoscaling/v2")
    #expect(back["spec"] == new["spec"])
    #expect(back.annotations.isEmpty)
  }

  @Test func behaviorIsWrittenAsGoDoes() {
    let behavior: Value = [
      "scaleDown": [
        "stabilizationWindowSeconds": 60, "selectPolicy": "Max",
        "policies": [["type": "Percent", "value": 100, "periodSeconds": 15]],
      ]
    ]
    let new = Self.autoscaler("v2", ["maxReplicas": 3, "behavior": behavior])
    let old = AutoscalerConversion.converted(new, to: "autoscaling/v1")
    #expect(
      old.annotations["autoscaling.alpha.kubernetes.io/behavior"]
        == #"{"ScaleUp":null,"ScaleDown":{"StabilizationWindowSeconds":60,"SelectPolicy":"Max","#
        + #""Policies":[{"Type":"Percent","Value":100,"PeriodSeconds":15}],"Tolerance":null}}"#)
    #expect(AutoscalerConversion.converted(old, to: "autoscaling/v2").at("spec", "behavior") == behavior)
  }

  /// Who applied it in one version may apply it in the other: fields of the last time are called as they were then.
  @Test(arguments: [("v2", "v1"), ("v1", "v2")]) func anotherVersionIsApplied(_ first: String, _ second: String) throws
  {
    func declared(_ version: String, _ share: Int64) -> Value {
      var spec: Value = [
        "maxReplicas": 3, "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "web"],
      ]
      if version == "v1" {
        spec["targetCPUUtilizationPercentage"] = .int(share)
      } else {
        let target: Value = ["type": "Utilization", "averageUtilization": .int(share)]
        spec["metrics"] = .array([["type": "Resource", "resource": ["name": "cpu", "target": target]]])
      }
      return Self.autoscaler(version, spec)
    }
    func apply(_ object: Value, to current: Value?) throws -> Value {
      let type = try #require(ResourceTypes.builtin.find((object.apiVersion, object.kind)))
      return try ServerSideApply.apply(
        object, to: current, manager: "kc", force: false, type: type, now: Timestamp(seconds: 0))
    }
    let old = try apply(declared(first, 50), to: nil)
    let new = try apply(
      declared(second, 60), to: AutoscalerConversion.converted(old, to: "autoscaling/\(second)"))
    let now = AutoscalerConversion.converted(new, to: "autoscaling/v1")
    #expect(now.at("spec", "targetCPUUtilizationPercentage") == 60, "\(new)")
    #expect(now.annotations.isEmpty)
  }

  @Test func annotationsThatAreNoJSONAreLeftOut() {
    var old = Self.autoscaler("v1", ["maxReplicas": 3, "targetCPUUtilizationPercentage": 70])
    old.set("{[", at: "metadata", "annotations", "autoscaling.alpha.kubernetes.io/metrics")
    let new = AutoscalerConversion.converted(old, to: "autoscaling/v2")
    #expect(new.at("spec", "metrics")?.array?.count == 1)
  }
}
