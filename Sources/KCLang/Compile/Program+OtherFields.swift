internal import KCData
internal import KCSyntax

/// Fields by their names in Kubernetes' API and in charts, and what they are here.
extension Program {
  /// Fields by their names in Kubernetes' API and in charts.
  private static let fields: [String: (help: String, replacement: String?)] = [
    "schedule": ("what runs by the clock is a `cronjob`", nil),
    "replicaCount": ("it is `replicas`", "replicas"), "imagePullPolicy": ("it is `pull`", "pull"),
    "pullPolicy": ("it is `pull`", "pull"),
    "clusterIP": ("a service without an address is `headless = true`; one of a fixed address has `fixedAddress`", nil),
    "resourceRequests": ("they are `cpu = 100m...500m` and `memory = 64Mi...128Mi`: request...limit", nil),
    "annotation": ("it is `annotations`", "annotations"), "label": ("it is `labels`", "labels"),
    "livenessProbe": ("it is `live = probe.http(…)`", nil), "readinessProbe": ("it is `ready = probe.http(…)`", nil),
    "startupProbe": ("it is `start = probe.http(…)`", nil),
    "containers": ("each is a block: `container app { … }`", nil),
    "initContainers": ("each is a block: `init migrate { … }`", nil),
    "ports": ("each is a block: `port http = 8080`", nil),
    "volumes": ("each is a block: `volume data { … }`", nil),
    "volumeMounts": ("each is a block: `mount \"/data\" = data`", nil),
    "workingDir": ("it is `workdir`", "workdir"),
    "terminationGracePeriodSeconds": ("it is `grace`, a duration: `grace = 45s`", nil),
    "serviceAccountName": ("it is `account`", "account"), "serviceAccount": ("it is `account`", "account"),
    "priorityClassName": ("it is `priority`", "priority"), "securityContext": ("it is `security { … }`", "security"),
    "resources": ("they are `cpu = 100m...500m` and `memory = 64Mi...128Mi`: request...limit", nil),
    "lifecycle": ("they are `postStart` and `preStop`", nil), "strategy": ("it is `rollout { … }`", "rollout"),
    "spec": ("its fields stand in the block itself; those of the API are set in `raw { … }`", nil),
    "metadata": ("`name`, `labels` and `annotations` stand in the block itself", nil),
    "template": ("what pods have stands in the workload itself: `container`, `volume`, `podLabels`", nil),
    "minReplicas": ("it is `replicas = least...most`", nil), "maxReplicas": ("it is `replicas = least...most`", nil),
    "runAsUser": ("it is `user`", "user"), "runAsGroup": ("it is `group`", "group"),
    "runAsNonRoot": ("it is `nonRoot`", "nonRoot"), "seccompProfile": ("it is `seccomp`", "seccomp"),
    "readOnlyRootFilesystem": ("it is `readOnlyRoot`", "readOnlyRoot"),
    "allowPrivilegeEscalation": ("it is `escalation`", "escalation"),
    "capabilities": ("they are `add = […]` and `drop = […]`", nil), "serviceName": ("it is `service`", "service"),
    "minAvailable": ("it is `keep`", "keep"), "maxUnavailable": ("it is `lose`", "lose"),
  ]

  /// Fields of Kubernetes' API that are written in another form here, each by a field that the schema at hand has.
  private static let parts: [String: [(field: String, help: String)]] = [
    "min": [("scale", scaled)], "max": [("scale", scaled)],
    "rules": [
      ("host", "each host is a block: `host \"shop.example.com\" { route \"/\" = web }`"),
      ("allow", "each is a block: `allow pods = [\"get\", \"list\"]`"),
    ],
    "valueFrom": [("value", valueFrom), ("env", valueFrom)],
    "secretKeyRef": [("value", valueFrom), ("env", valueFrom)],
    "configMapKeyRef": [("value", valueFrom), ("env", valueFrom)],
    "fieldRef": [("value", valueFrom), ("env", valueFrom)],
    "emptyDir": [("medium", "a volume of which nothing is said is empty: `volume scratch { }`, or `{ size = 1Gi }`")],
    "projected": [("source", "each part is a block: `source settings { config = settings }`")],
  ]
  private static let scaled = "it is `replicas = least...most`"
  private static let valueFrom =
    "keys and fields are values: `env A = settings.data.A`, `env IP = pod.field(\"status.podIP\")`"

  /// What a field of Kubernetes' API is here; nil for others.
  static func otherFieldHelp(_ name: String) -> String? { fields[name]?.help }

  /// Fields by their names in Kubernetes' API, and what they are called here: the first that the schema at hand has.
  private static let renamed: [String: [String]] = [
    "minReplicas": ["replicas"], "maxReplicas": ["replicas"], "scaleTargetRef": ["scale"], "target": ["scale"],
    "port": ["number"], "targetPort": ["to"], "nodePort": ["node"], "containerPort": ["number"],
    "count": ["replicas"], "stringData": ["data"], "configMap": ["config"], "secretName": ["secret"],
    "selector": ["select"],
    "persistentVolumeClaim": ["claim"], "claimName": ["claim"], "hostPath": ["host"], "downwardAPI": ["fields"],
    "storage": ["size"], "accessModes": ["modes"], "storageClassName": ["class"], "storageClass": ["class"],
    "volumeName": ["volume"], "volumeMode": ["mode"], "serviceName": ["service"],
    "runAsUser": ["user"], "runAsGroup": ["group"], "runAsNonRoot": ["nonRoot"],
    "readOnlyRootFilesystem": ["readOnlyRoot"], "allowPrivilegeEscalation": ["escalation"],
    "seccompProfile": ["seccomp"], "capabilities": ["drop", "add"],
    "initialDelaySeconds": ["delay"], "periodSeconds": ["every"], "timeoutSeconds": ["timeout"],
    "failureThreshold": ["failures"], "successThreshold": ["successes"],
    "activeDeadlineSeconds": ["timeout"], "allowVolumeExpansion": ["expand"],
    "automountServiceAccountToken": ["token"], "backoffLimit": ["retries"], "concurrencyPolicy": ["overlap"],
    "defaultMode": ["mode"], "enableServiceLinks": ["serviceLinks"], "endPort": ["end"],
    "expirationSeconds": ["expires"], "externalTrafficPolicy": ["externalTraffic"],
    "failedJobsHistoryLimit": ["keepFailed"], "fsGroupChangePolicy": ["fsGroupChange"], "fsType": ["fileSystem"],
    "gatewayClassName": ["class"], "globalDefault": ["default"], "hostPort": ["host"], "hostnames": ["hosts"],
    "imagePullSecrets": ["pullSecrets"], "ingressClassName": ["class"],
    "loadBalancerSourceRanges": ["loadBalancerSources"], "maxLimitRequestRatio": ["ratio"],
    "minReadySeconds": ["minReady"], "mountPropagation": ["propagation"], "nonResourceURLs": ["urls"],
    "parentRefs": ["gateway"], "persistentVolumeReclaimPolicy": ["reclaim"], "podSelector": ["guard"],
    "policyTypes": ["types"], "progressDeadlineSeconds": ["deadline"], "publishNotReadyAddresses": ["publishNotReady"],
    "reclaimPolicy": ["reclaim"], "requestRedirect": ["redirect"], "revisionHistoryLimit": ["history"],
    "roleRef": ["role"], "scaleDown": ["down"], "scaleUp": ["up"], "schedulerName": ["scheduler"],
    "seLinuxOptions": ["seLinux"], "shareProcessNamespace": ["shareProcesses"], "sizeLimit": ["size"],
    "stabilizationWindowSeconds": ["window"], "subPath": ["path"], "subjects": ["accounts"],
    "successfulJobsHistoryLimit": ["keepSucceeded"], "supplementalGroups": ["groups"],
    "terminationMessagePath": ["lastWordsFile"], "terminationMessagePolicy": ["lastWords"], "timeZone": ["timezone"],
    "ttlSecondsAfterFinished": ["keep"], "unhealthyPodEvictionPolicy": ["unhealthy"],
    "volumeAttributes": ["attributes"], "volumeBindingMode": ["binding"], "volumeHandle": ["handle"],
  ]

  /// Reports a field that is called otherwise here.
  ///
  /// - Returns: whether it is one.
  mutating func reportOtherField(_ name: String, of title: String, known: [String], at span: Span) -> Bool {
    for (field, help) in Self.parts[name] ?? [] where known.contains(field) {
      guessedNames.formUnion([key(field), key("replicas")])
      report("KC0333", "\(title) has no field `\(name)`", at: span, help: help)
      return true
    }
    if name == "lifecycle", !known.contains("postStart") {
      report(
        "KC0333", "\(title) has no field `lifecycle`", at: span,
        help: known.contains("protect")
          ? "what must not be deleted is `protect = true`; a container has `postStart` and `preStop`"
          : "a container has `postStart` and `preStop`")
      return true
    }
    if let own = Self.renamed[name].map({ $0.filter(known.contains) }), let first = own.first {
      for name in own { guessedNames.insert(key(name)) }
      let help = Self.fields[name]?.help ?? "it is \(Self.enumerate(own, "or"))"
      report(
        "KC0333", "\(title) has no field `\(name)`", at: span, help: help,
        fix: own.count == 1 && Self.fields[name] == nil ? Diagnostic.Fix(span: span, replacement: first) : nil)
      return true
    }
    guard let (help, replacement) = Self.fields[name], replacement.map(known.contains) ?? true else { return false }
    if let replacement { guessedNames.insert(key(replacement)) }
    report(
      "KC0333", "\(title) has no field `\(name)`", at: span, help: help,
      fix: replacement.map { Diagnostic.Fix(span: span, replacement: $0) })
    return true
  }
}
