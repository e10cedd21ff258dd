import KCData
import KCImport
import Testing

/// What is said otherwise, or says nothing, and is no reason to leave the library's terms.
@Suite struct SmallThingsTests {
  private func source(_ text: String, isSound: Bool = true) -> String {
    let objects = ManifestReader.read(Array(text.utf8), file: "a.yaml").objects
    let result = SourceImport.source(for: objects)
    let proof = RoundTrip(objects, result)
    #expect(proof.differences == [])
    if isSound { #expect(proof.diagnostics == []) }
    return result.files.first?.text ?? ""
  }

  private func pod(_ spec: String, _ container: String = "") -> String {
    source(
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        \(spec)
        containers: [{name: app, image: "web:v1"\(container)}]
      """)
  }

  @Test func defaultsThatTheServerDoesNotFillInAreWritten() {
    #expect(!pod("enableServiceLinks: true").contains("serviceLinks"))
    func workload(_ kind: String, _ spec: String, _ pod: String) -> String {
      source(
        """
        apiVersion: apps/v1
        kind: \(kind)
        metadata: {name: web}
        spec:
          \(spec)
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {\(pod)}
        """)
    }
    let deployment = workload(
      "Deployment", "replicas: 1",
      "enableServiceLinks: true, containers: [{name: app, image: \"web:v1\", imagePullPolicy: IfNotPresent}]")
    #expect(deployment.contains("deployment web {") && deployment.contains("serviceLinks = true"))
    #expect(!deployment.contains("pull ="))
    let set = workload(
      "StatefulSet", "updateStrategy: {type: RollingUpdate}\n  serviceName: web",
      "containers: [{name: app, image: \"web:v1\"}]")
    #expect(set.contains("statefulset web {") && set.contains("rollout = \"RollingUpdate\""))
  }

  /// What the API server names is a block of the library, too.
  @Test func jobsThatTheServerNames() {
    let text = source(
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {generateName: sweep-}
      spec:
        template: {spec: {restartPolicy: Never, containers: [{name: app, image: "sweep:v1"}]}}
      """)
    #expect(text.contains("job sweep {\n"))
    #expect(text.contains(#"raw { metadata = { generateName = "sweep-" } }"#), "\(text)")
  }

  /// Sentences right above an element are about it, wherever they begin; fields that were taken out are not.
  @Test func commentsAboveElementsAreAboutThem() {
    let text = source(
      """
      apiVersion: rbac.authorization.k8s.io/v1
      kind: Role
      metadata: {name: a}
      rules:
      - apiGroups: [""]
        resources: [pods]
        verbs:
        - get
        # to read what is mounted
      - apiGroups: [""]
        resources: [configmaps]
        verbs: [get]
        # resourceNames: [a]
      - apiGroups: [""]
        resources: [secrets]
        verbs: [get]
      """)
    #expect(text.contains("\n  // to read what is mounted\n  allow configmaps = [\n"), "\(text)")
    #expect(!text.contains("// resourceNames: [a]\n  allow secrets"), "\(text)")
  }

  /// A comment of what is left out stays by what stood beside it.
  @Test func commentsOfDefaultsStayNear() {
    let text = source(
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        # three would be better
        replicas: 1
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
            - name: app
              image: web:v1
              # only where it is not there
              imagePullPolicy: IfNotPresent
              ports: [{containerPort: 80}]
            # as is the rule
            restartPolicy: Always
      """)
    #expect(
      text == """
        import std.exact

        deployment web {
          // three would be better
          match = { app = "web" }

          container app {
            image = "web:v1"
            // only where it is not there
            port = 80
          }
          // as is the rule
        }

        """, "\(text)")
  }

  @Test func commentsOfAutoscalers() {
    let text = source(
      """
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: web}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
        # Not more.
        maxReplicas: 5
        metrics:
        - type: Resource
          resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}
      """)
    #expect(
      text == """
        import std.exact

        autoscaler web {
          scale = external.deployment("web")
          // Not more.
          replicas = 1...5
          cpu = 70%
        }

        """)
  }

  @Test func namesAndRuntimesOfPods() {
    let text = pod("hostname: db-0\n  runtimeClassName: nvidia")
    #expect(text.contains("  hostname = \"db-0\"\n  runtimeClass = \"nvidia\"\n") && !text.contains("aw {"))
  }

  @Test func whatIsEmptySaysNothing() {
    let text = pod(
      "affinity: {}\n  hostAliases: []\n  imagePullSecrets: []\n  securityContext: {}",
      ", securityContext: {capabilities: {}}, lifecycle: {}, resources: {limits: {}}, env: [], args: []")
    #expect(
      text == """
        import std.exact

        pod web {
          container app {
            image = "web:v1"
          }
        }

        """)
  }

  @Test func rulesAreSaidThoughOthersCannotBe() {
    let text = pod(
      """
      affinity:
          nodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms:
              - matchExpressions:
                - {key: disktype, operator: In, values: [ssd]}
                - {key: example.com/size, operator: Gt, values: ["5"]}
            preferredDuringSchedulingIgnoredDuringExecution:
            - {weight: 1, preference: {matchFields: [{key: metadata.name, operator: In, values: [a]}]}}
        tolerations: [{key: a, operator: Exists, effect: NoExecute}, {key: a.b/c, operator: Exists}]
      """)
    for line in [
      "    require node disktype == \"ssd\"\n", "    require node \"example.com/size\" > 5\n",
      "    tolerate a NoExecute\n", "    tolerate \"a.b/c\"\n", "  podRaw {\n",
    ] {
      #expect(text.contains(line), "\(line)")
    }
  }

  @Test func policiesWithNamedPortsAndRanges() {
    let text = source(
      """
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: {name: web}
      spec:
        podSelector: {}
        ingress: [{from: [{podSelector: {matchLabels: {app: a}}}], ports: [{port: http}, {port: 53, protocol: UDP}]}]
      """)
    #expect(
      text.contains(
        "  inbound = [{ from = [{ app = \"a\" }], ports = [\"http\", PolicyPorts(port: 53, protocol: \"UDP\")] }]\n"))
  }

  @Test func defaultsOfJobsAndServicesAreNotSaid() {
    let text = source(
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: a}
      spec:
        completions: 1
        parallelism: 1
        template: {spec: {restartPolicy: Never, containers: [{name: app, image: "a:1"}]}}
      ---
      {apiVersion: v1, kind: Service, metadata: {name: b}, spec: {ports: [{port: 80}], internalTrafficPolicy: Cluster}}
      ---
      {apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: c}, spec: {selector: {}, minAvailable: 1}}
      """)
    #expect(text.contains("disruptionbudget c {\n  guard = {}\n  keep = 1\n}"))
    for word in ["completions", "parallelism", "internalTraffic", "raw"] { #expect(!text.contains(word), "\(word)") }
  }

  @Test func nullsInMetadataAreNotSet() {
    let text = source(
      "{apiVersion: example.com/v1, kind: Widget, metadata: {name: a, annotations: null}, spec: {x: 1}}")
    #expect(!text.contains("annotations"))
  }

  @Test func whatTheLibraryRefusesStandsInRaw() {
    let text = source(
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: a}
      spec: {containers: [{name: app, image: "a:1", env: [{name: 1 b, value: x}]}]}
      """)
    #expect(text.contains("pod a {") && text.contains("raw { env = [{ name = \"1 b\", value = \"x\" }] }"))
  }

  @Test func whatAProbeOfTheLibraryLacksStandsAloneInRaw() {
    let text = pod(
      "terminationGracePeriodSeconds: 60",
      """
      , livenessProbe: {httpGet: {path: /live, port: 80, scheme: HTTP}, terminationGracePeriodSeconds: 5,
          periodSeconds: 10, timeoutSeconds: 1, successThreshold: 1, failureThreshold: 6}
      """)
    #expect(text.contains("    live = probe.http(\"/live\", port: 80, failures: 6)\n"))
    #expect(text.contains("    raw { livenessProbe = { terminationGracePeriodSeconds = 5 } }\n"), "\(text)")
  }

  @Test func aClaimThatIsOnlyReadIsReferredTo() {
    let text = source(
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        volumes: [{name: files, persistentVolumeClaim: {claimName: shared, readOnly: true}}]
        containers: [{name: app, image: "web:v1", volumeMounts: [{name: files, mountPath: /files}]}]
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: shared}
      spec: {accessModes: [ReadOnlyMany], resources: {requests: {storage: 1Gi}}}
      """)
    #expect(
      text.contains("  volume files { claim = shared, raw { persistentVolumeClaim = { readOnly = true } } }\n"))
  }

  @Test(arguments: ["external", "metric", "probe", "hook", "pod"])
  func namesOfTheLibrarysModulesHideNothing(_ name: String) {
    let text = source(
      """
      {apiVersion: v1, kind: ConfigMap, metadata: {name: \(name)}, data: {A: b}}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: \(name)}
      spec:
        selector: {matchLabels: {app: a}}
        template:
          metadata: {labels: {app: a}}
          spec:
            containers:
            - name: app
              image: "a:1"
              env:
              - {name: A, valueFrom: {configMapKeyRef: {name: \(name), key: A}}}
              - {name: B, valueFrom: {secretKeyRef: {name: there, key: b}}}
              - {name: C, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
              livenessProbe: {tcpSocket: {port: 80}}
              lifecycle: {preStop: {sleep: {seconds: 3}}}
      ---
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: a}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: \(name)}
        maxReplicas: 3
        metrics: [{type: Pods, pods: {metric: {name: m}, target: {type: AverageValue, averageValue: 3}}}]
      """)
    for line in [
      "config \(name)-configmap {\n  name = \"\(name)\"\n", "deployment \(name)-deployment {\n  name = \"\(name)\"\n",
      "env A = \(name)-configmap.data.A\n", "env B = external.secret(\"there\", \"b\")\n",
      "env C = pod.field(\"metadata.name\")\n", "live = probe.tcp(80)\n", "preStop = hook.sleep(3s)\n",
      "scale = \(name)-deployment\n", "metrics = [metric.pods(\"m\", average: 3)]\n",
    ] {
      #expect(text.contains(line), "\(line)")
    }
  }
}
