internal import KCData

extension Defaulting {
  @Sendable static func job(_ object: inout Value) {
    making(&object, "spec") { spec in
      template(&spec)
      failurePolicy(&spec)
      if isNil(spec["completions"]), isNil(spec["parallelism"]) { spec["completions"] = 1 }
      setDefault(&spec, 1, "parallelism")
      setDefault(&spec, isNil(spec["backoffLimitPerIndex"]) ? 6 : 2_147_483_647, "backoffLimit")
      setDefault(&spec, "NonIndexed", "completionMode")
      setDefault(&spec, false, "suspend")
      setDefault(&spec, false, "manualSelector")
      setDefault(&spec, isNil(spec["podFailurePolicy"]) ? "TerminatingOrFailed" : "Failed", "podReplacementPolicy")
    }
    if let labels = object.at("spec", "template", "metadata", "labels"), !isZero(labels) {
      setZero(&object, labels, "metadata", "labels")
    }
  }

  @Sendable static func cronJob(_ object: inout Value) {
    making(&object, "spec") { spec in
      setZero(&spec, "Allow", "concurrencyPolicy")
      setDefault(&spec, false, "suspend")
      setDefault(&spec, 3, "successfulJobsHistoryLimit")
      setDefault(&spec, 1, "failedJobsHistoryLimit")
      making(&spec, "jobTemplate") { template in
        making(&template, "spec") { inner in
          self.template(&inner)
          failurePolicy(&inner)
        }
      }
    }
  }

  private static func failurePolicy(_ spec: inout Value) {
    within(&spec, "podFailurePolicy") { policy in
      each(&policy, "rules") { rule in each(&rule, "onPodConditions") { setZero(&$0, "True", "status") } }
    }
  }
}
