import KCCodec
import KCData
import KCImport
import Testing

/// Objects as blocks of the standard library.
@Suite struct LibraryBlocksTests {
  private func imported(_ text: String, project: String? = nil) -> (SourceImport.Result, RoundTrip) {
    let objects = ManifestReader.read(Array(text.utf8), file: "a.yaml").objects
    let result = SourceImport.source(for: objects, SourceImport.Options(project: project))
    return (result, RoundTrip(objects, result))
  }

  private static let shop = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings, namespace: shop}
    data: {LEVEL: info}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: shop, labels: {app: web}}
    spec:
      replicas: 3 # one per zone
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web, tier: front}}
        spec:
          containers:
          # the server
          - name: app
            image: shop/web:v1
            imagePullPolicy: IfNotPresent
            ports: [{name: http, containerPort: 8080}]
            env:
            - {name: LEVEL, valueFrom: {configMapKeyRef: {name: settings, key: LEVEL}}}
            - {name: PASS, valueFrom: {secretKeyRef: {name: db, key: pass}}}
            - {name: PORT, value: "8080"}
            resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 500m}}
            readinessProbe: {httpGet: {path: /healthz, port: http}, periodSeconds: 5}
            tty: true
            volumeMounts: [{name: files, mountPath: /files, readOnly: true}]
          volumes: [{name: files, configMap: {name: settings}}]
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web, namespace: shop}
    spec:
      selector: {app: web}
      ports: [{port: 80, targetPort: http}]

    """

  @Test func objectsReferToEachOther() {
    let (result, proof) = imported(Self.shop)
    #expect(proof.agreed == 3)
    #expect(result.forms == [.library, .libraryWithRaw, .library])
    #expect(
      result.files.first?.text == """
        import std.exact

        config settings {
          namespace = "shop"
          data {
            LEVEL = "info"
          }
        }

        deployment web {
          namespace = "shop"
          labels = { app = "web" }
          podLabels = { tier = "front" }
          replicas = 3 // one per zone

          // the server
          container app {
            image = "shop/web:v1"
            port http = 8080
            env LEVEL = settings.data.LEVEL
            env PASS = external.secret("db", "pass")
            env PORT = 8080
            cpu = 100m...500m
            memory = 64Mi...
            mount "/files" { volume = files, readOnly = true }
            ready = probe.http("/healthz", port: http, every: 5s)
            raw { tty = true }
          }

          volume files { config = settings }
        }

        service web {
          namespace = "shop"
          select = web
          port = 80 -> web.app.http
        }

        """)
  }

  @Test func projectsSayWhatAllHave() {
    let (result, proof) = imported(Self.shop, project: "shop")
    #expect(proof.agreed == 3)
    let project = result.files.first { $0.path == "project.kc" }?.text ?? ""
    let says = [project.contains("exact = true"), project.contains(#"namespace = "shop""#)]
    #expect(says == [true, true])
    let isRepeated = result.files.first?.text.contains("namespace") ?? true
    #expect(!isRepeated)
  }

  @Test func whatABlockCannotSayStaysInTermsOfTheAPI() {
    let (result, proof) = imported(
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {restartPolicy: Never, containers: [{name: app, image: "a:1"}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      """)
    #expect(result.forms == [.api, .library])
    #expect(proof.agreed == 2)
    let selects = result.files.first?.text.contains(#"select = { app = "web" }"#) ?? false
    #expect(selects)
  }

  @Test func secretsAreDecodedWhereTheyAreText() {
    let (result, proof) = imported(
      """
      apiVersion: v1
      kind: Secret
      metadata: {name: s}
      data: {a: aGVsbG8=, b: /w==}
      stringData: {c: plain}
      """)
    #expect(proof.agreed == 1)
    let text = result.files.first?.text ?? ""
    #expect(
      text.contains(#"a = "hello""#) && text.contains(#"c = "plain""#) && text.contains(#"data = { b = "/w==" }"#))
  }

  @Test func whatIsKeptAndSharedHasFields() {
    let pod = "metadata: {labels: {app: a}}, spec: {shareProcessNamespace: true, containers: [{name: a, image: a}]}"
    let (result, proof) = imported(
      """
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: clean}
      spec:
        schedule: "0 3 * * *"
        successfulJobsHistoryLimit: 0
        failedJobsHistoryLimit: 5
        jobTemplate:
          spec:
            template:
              spec:
                restartPolicy: Never
                containers: [{name: a, image: a}]
                volumes: [{name: files, nfs: {server: files.example.com, path: /shared, readOnly: true}}]
      ---
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: agent}
      spec: {revisionHistoryLimit: 2, selector: {matchLabels: {app: a}}, template: {\(pod)}}
      ---
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: db}
      spec: {revisionHistoryLimit: 3, serviceName: db, selector: {matchLabels: {app: a}}, template: {\(pod)}}

      """)
    #expect(proof.agreed == 3 && proof.errorCount == 0)
    #expect(result.forms == [.library, .library, .library])
    let text = result.files.first?.text ?? ""
    for line in [
      "keepSucceeded = 0", "keepFailed = 5", "history = 2", "history = 3", "shareProcesses = true",
      #"nfs { server = "files.example.com", path = "/shared", readOnly = true }"#,
    ] { #expect(text.contains(line), "\(line)\n\(text)") }
  }
}
