internal import KCSyntax

/// Names that Kubernetes, Helm and other languages have for what is called otherwise here.
extension Program {
  /// Kinds by their names in Kubernetes and `kubectl`.
  private static let kinds: [String: String] = [
    "configmap": "config", "cm": "config", "deploy": "deployment", "sts": "statefulset", "ds": "daemonset",
    "svc": "service", "ing": "ingress", "pvc": "claim", "persistentvolumeclaim": "claim", "hpa": "autoscaler",
    "horizontalpodautoscaler": "autoscaler", "pdb": "disruptionbudget", "poddisruptionbudget": "disruptionbudget",
    "sa": "serviceaccount", "netpol": "networkpolicy", "ns": "namespace", "pc": "priorityclass",
    "httproute": "route", "gtw": "gateway",
  ]

  /// What other languages begin a declaration with, and what that is here.
  private static let words: [String: (help: String, replacement: String?)] = [
    "var": ("a value gets a name with `let`", "let"), "const": ("a value gets a name with `let`", "let"),
    "val": ("a value gets a name with `let`", "let"), "local": ("a value gets a name with `let`", "let"),
    "foreach": ("a loop runs over a collection: `for x in xs { … }`", "for"),
    "def": ("a function is `func name(…) = value`", "func"),
    "fn": ("a function is `func name(…) = value`", "func"), "fun": ("a function is `func name(…) = value`", "func"),
    "function": ("a function is `func name(…) = value`", "func"),
    "class": ("the fields of a block are said by a `schema`", "schema"),
    "struct": ("the fields of a block are said by a `schema`", "schema"),
    "while": ("a loop runs over a collection: `for x in xs { … }`", nil),
    "variable": ("what is given from outside is a `param`: `param tag: String = \"v1\"`", nil),
    "locals": ("a value gets a name with `let`", nil), "output": ("tests look at values: `assert`", nil),
    "module": ("files are imported: `import \"./file.kc\" as name`", nil),
  ]

  /// Functions of other languages, and what says the same here.
  private static let functions: [String: String] = [
    "len": "write `value.count`", "length": "write `value.count`", "size": "write `value.count`",
    "format": "values are put into text: `\"\\(a)-\\(b)\"`", "sprintf": "values are put into text: `\"\\(a)-\\(b)\"`",
    "printf": "values are put into text: `\"\\(a)-\\(b)\"`", "str": "write `\"\\(value)\"`",
    "toString": "write `\"\\(value)\"`", "string": "write `\"\\(value)\"`", "concat": "write `a + b`",
    "merge": "write `a + b`", "lookup": "write `map[key] ?? standard`", "default": "write `value ?? standard`",
    "range": "a range is `1...n`", "getenv": "write `input.env(\"NAME\")`", "env": "write `input.env(\"NAME\")`",
    "print": "nothing is printed: `kc why` tells values, and tests `assert` them",
  ]

  /// What a function of another language is called here; nil for others.
  static func otherFunction(_ name: String) -> String? { functions[name] }

  /// Members of other languages, and what they are here.
  static let members: [String: String] = ["length": "count", "size": "count", "len": "count"]

  /// Fields by their names in Kubernetes' API and in charts.
  private static let fields: [String: (help: String, replacement: String?)] = [
    "replicaCount": ("it is `replicas`", "replicas"), "imagePullPolicy": ("it is `pull`", "pull"),
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
    "minAvailable": ("it is `keep`", "keep"), "maxUnavailable": ("it is `lose`", "lose"),
  ]

  /// Reports a kind of block that is called otherwise here.
  ///
  /// - Returns: whether it is one.
  mutating func reportOtherKind(_ name: String, at span: Span) -> Bool {
    if let kind = Self.kinds[name.lowercased()] {
      report(
        "KC0331", "there is no kind of block `\(name)`: it is `\(kind)`", at: span, help: "write `\(kind)`",
        fix: Diagnostic.Fix(span: span, replacement: kind))
      return true
    }
    guard let (help, replacement) = Self.words[name] else { return false }
    report(
      "KC0332", "`\(name)` begins nothing here", at: span, help: help,
      fix: replacement.map { Diagnostic.Fix(span: span, replacement: $0) })
    return true
  }

  /// Reports a field that is called otherwise here.
  ///
  /// - Returns: whether it is one.
  mutating func reportOtherField(_ name: String, of title: String, known: [String], at span: Span) -> Bool {
    guard let (help, replacement) = Self.fields[name], replacement.map(known.contains) ?? true else { return false }
    report(
      "KC0333", "\(title) has no field `\(name)`", at: span, help: help,
      fix: replacement.map { Diagnostic.Fix(span: span, replacement: $0) })
    return true
  }
}
