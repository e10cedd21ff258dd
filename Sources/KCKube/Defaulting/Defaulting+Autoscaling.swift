internal import KCData

extension Defaulting {
  @Sendable static func horizontalPodAutoscaler(_ object: inout Value) {
    let isOld = object.apiVersion == "autoscaling/v1"
    let isMeasured = object.at("metadata", "annotations", "autoscaling.alpha.kubernetes.io/metrics") != nil
    making(&object, "spec") { spec in
      setDefault(&spec, 1, "minReplicas")
      if isOld {
        if !isMeasured { setDefault(&spec, 80, "targetCPUUtilizationPercentage") }
        return
      }
      if isZero(spec["metrics"]) {
        spec["metrics"] = [
          [
            "type": "Resource",
            "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 80]],
          ]
        ]
      }
      within(&spec, "behavior") { behavior in
        making(&behavior, "scaleUp") { rules in
          setDefault(&rules, 0, "stabilizationWindowSeconds")
          scalingRules(
            &rules,
            [
              ["type": "Pods", "value": 4, "periodSeconds": 15],
              ["type": "Percent", "value": 100, "periodSeconds": 15],
            ])
        }
        making(&behavior, "scaleDown") { rules in
          scalingRules(&rules, [["type": "Percent", "value": 100, "periodSeconds": 15]])
        }
      }
    }
  }

  private static func scalingRules(_ rules: inout Value, _ policies: Value) {
    setDefault(&rules, "Max", "selectPolicy")
    setDefault(&rules, policies, "policies")
  }
}
