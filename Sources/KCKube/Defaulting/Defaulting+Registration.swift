internal import KCData

extension Defaulting {
  @Sendable static func validatingWebhooks(_ object: inout Value) { each(&object, "webhooks", webhook) }

  @Sendable static func mutatingWebhooks(_ object: inout Value) {
    each(&object, "webhooks") { hook in
      webhook(&hook)
      setDefault(&hook, "Never", "reinvocationPolicy")
    }
  }

  private static func webhook(_ hook: inout Value) {
    setDefault(&hook, "Fail", "failurePolicy")
    setDefault(&hook, "Equivalent", "matchPolicy")
    setDefault(&hook, [:], "namespaceSelector")
    setDefault(&hook, [:], "objectSelector")
    setDefault(&hook, 10, "timeoutSeconds")
    within(&hook, "clientConfig", servicePort)
    each(&hook, "rules") { setDefault(&$0, "*", "scope") }
  }

  private static func servicePort(_ config: inout Value) { within(&config, "service") { setDefault(&$0, 443, "port") } }

  @Sendable static func admissionPolicy(_ object: inout Value) {
    making(&object, "spec") { spec in
      setDefault(&spec, "Fail", "failurePolicy")
      within(&spec, "matchConstraints", matchResources)
    }
  }

  @Sendable static func admissionPolicyBinding(_ object: inout Value) {
    within(&object, "spec") { spec in
      within(&spec, "matchResources", matchResources)
    }
  }

  private static func matchResources(_ match: inout Value) {
    setDefault(&match, "Equivalent", "matchPolicy")
    setDefault(&match, [:], "namespaceSelector")
    setDefault(&match, [:], "objectSelector")
    for field in ["resourceRules", "excludeResourceRules"] { each(&match, field) { setDefault(&$0, "*", "scope") } }
  }

  @Sendable static func customResourceDefinition(_ object: inout Value) {
    making(&object, "spec") { spec in
      making(&spec, "conversion") { conversion in
        setZero(&conversion, "None", "strategy")
        within(&conversion, "webhook") { within(&$0, "clientConfig", servicePort) }
      }
      making(&spec, "names") { names in
        let kind = names["kind"]?.string ?? ""
        setZero(&names, .string(kind.lowercased()), "singular")
        if !kind.isEmpty { setZero(&names, .string(kind + "List"), "listKind") }
      }
    }
  }

  @Sendable static func apiService(_ object: inout Value) { within(&object, "spec", servicePort) }
}
