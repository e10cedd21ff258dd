/// A check that kube-linter runs unless it is told otherwise, and what answers it here.
///
/// The programs are sound but for one change, made once in kc's blocks and once in the API's own form.
struct LintCheck: Sendable {
  /// A part of a sound program, and what stands in its place.
  typealias Change = (old: String, new: String)

  var name: String
  /// The policy or the diagnostic for kc's blocks, and for the API's own form.
  var answers: (blocks: String, api: String)
  /// How the mistake is made in each form; more than one, where there are several ways.
  var blocks: [Change]
  var objects: [Change]

  init(_ name: String, _ answer: String, api apiAnswer: String? = nil, blocks: [Change], objects: [Change]) {
    self.name = name
    answers = (answer, apiAnswer ?? answer)
    self.blocks = blocks
    self.objects = objects
  }

  static let soundBlocks = """
    import std.policy
    deployment web {
      replicas = 1
      account = runner
      container app {
        image = "shop/web:v1"
        port http = 8080
        cpu = 100m...
        memory = 64Mi...128Mi
        ready = probe.tcp(http)
        live = probe.tcp(http)
        security {
          nonRoot = true
          readOnlyRoot = true
          drop = ["ALL"]
        }
      }
    }
    serviceaccount runner {
      token = false
    }

    """

  static let soundObjects = """
    import std.policy
    k8s.apps.v1.Deployment web {
      spec {
        replicas = 1
        selector { matchLabels { app = "web" } }
        template {
          metadata { labels { app = "web" } }
          spec {
            serviceAccountName = "runner"
            containers = [
              {
                name = "app"
                image = "shop/web:v1"
                ports = [{ name = "http", containerPort = 8080 }]
                resources = { requests = { cpu = 100m, memory = 64Mi }, limits = { memory = 128Mi } }
                readinessProbe = { tcpSocket = { port = "http" } }
                livenessProbe = { tcpSocket = { port = "http" } }
                securityContext = {
                  runAsNonRoot = true
                  readOnlyRootFilesystem = true
                  capabilities = { drop = ["ALL"] }
                }
              }
            ]
          }
        }
      }
    }
    k8s.core.v1.ServiceAccount runner {
    }

    """

  /// Where something is added to the programs.
  private static let inContainer = (blocks: "    port http = 8080\n", api: "            name = \"app\"\n")
  private static let inPod = (blocks: "  replicas = 1\n", api: "        serviceAccountName = \"runner\"\n")
  private static let atTop = "import std.policy\n"

  private static func inContainer(_ name: String, _ answer: String, _ blocks: String, _ api: String) -> LintCheck {
    LintCheck(
      name, answer, blocks: [(inContainer.blocks, inContainer.blocks + blocks + "\n")],
      objects: [(inContainer.api, inContainer.api + api + "\n")])
  }

  private static func inPod(_ name: String, _ answer: String, _ blocks: String, _ api: String) -> LintCheck {
    LintCheck(
      name, answer, blocks: [(inPod.blocks, inPod.blocks + blocks + "\n")],
      objects: [(inPod.api, inPod.api + api + "\n")])
  }

  private static func atTop(
    _ name: String, _ answer: String, api apiAnswer: String? = nil, _ blocks: String, _ api: String
  ) -> LintCheck {
    LintCheck(name, answer, api: apiAnswer, blocks: [(atTop, atTop + blocks)], objects: [(atTop, atTop + api)])
  }

  /// Mounts a path of the node.
  private static func mounts(_ name: String, _ path: String) -> LintCheck {
    LintCheck(
      name, name,
      blocks: [
        (inPod.blocks, inPod.blocks + "  volume node { host = \"\(path)\" }\n"),
        (
          inContainer.blocks,
          inContainer.blocks + "    mount \"/node\" {\n      volume = node\n      readOnly = true\n    }\n"
        ),
      ],
      objects: [
        (inPod.api, inPod.api + "        volumes = [{ name = \"node\", hostPath = { path = \"\(path)\" } }]\n"),
        (
          inContainer.api,
          inContainer.api
            + "            volumeMounts = [{ name = \"node\", mountPath = \"/node\", readOnly = true }]\n"
        ),
      ])
  }

  /// All of them, in the order of their names.
  static let all = (network + pods + containers).sorted { $0.name < $1.name }
}

extension LintCheck {
  private static let network: [LintCheck] = [
    atTop(
      "dangling-service", "KC0151", "service web {\n  select = { app: \"shop\" }\n  port http = 80\n}\n",
      "k8s.core.v1.Service web {\n  spec {\n    selector { app = \"shop\" }\n    ports = [{ port = 80 }]\n  }\n}\n"),
    LintCheck(
      "invalid-target-ports", "KC0118", api: "KC0197",
      blocks: [("port http = 8080", "port Http_80 = 8080"), ("tcp(http)", "tcp(Http_80)")],
      objects: [("name = \"http\"", "name = \"http_80\""), ("port = \"http\"", "port = 8080")]),
    LintCheck(
      "liveness-port", "KC0406", blocks: [("live = probe.tcp(http)", "live = probe.tcp(8081)")],
      objects: [
        ("livenessProbe = { tcpSocket = { port = \"http\" } }", "livenessProbe = { tcpSocket = { port = 81 } }")
      ]),
    LintCheck(
      "readiness-port", "KC0105", api: "KC0406", blocks: [("ready = probe.tcp(http)", "ready = probe.tcp(htp)")],
      objects: [
        ("readinessProbe = { tcpSocket = { port = \"http\" } }", "readinessProbe = { tcpSocket = { port = \"htp\" } }")
      ]),
    inContainer("startup-port", "KC0406", "start = probe.tcp(80)", "startupProbe = { tcpSocket = { port = 80 } }"),
    atTop(
      "no-extensions-v1beta", "KC0426", api: "KC0104",
      "object api {\n  apiVersion = \"extensions/v1beta1\"\n  kind = \"Deployment\"\n}\n",
      "k8s.extensions.v1beta1.Deployment api {\n}\n"),
    atTop(
      "pdb-max-unavailable", "KC0450",
      "disruptionbudget web {\n  guard = web\n  lose = 0\n  unhealthy = \"AlwaysAllow\"\n}\n",
      """
      k8s.policy.v1.PodDisruptionBudget web {
        spec {
          maxUnavailable = 0
          selector { matchLabels { app = "web" } }
          unhealthyPodEvictionPolicy = "AlwaysAllow"
        }
      }

      """),
    atTop(
      "pdb-min-available", "KC0450",
      "disruptionbudget web {\n  guard = web\n  keep = 1\n  unhealthy = \"AlwaysAllow\"\n}\n",
      """
      k8s.policy.v1.PodDisruptionBudget web {
        spec {
          minAvailable = "100%"
          selector { matchLabels { app = "web" } }
          unhealthyPodEvictionPolicy = "AlwaysAllow"
        }
      }

      """),
    atTop(
      "pdb-unhealthy-pod-eviction-policy", "pdb-unhealthy-eviction",
      "disruptionbudget web {\n  guard = web\n  lose = 1\n}\n",
      """
      k8s.policy.v1.PodDisruptionBudget web {
        spec {
          maxUnavailable = 1
          selector { matchLabels { app = "web" } }
        }
      }

      """),
  ]

  private static let pods: [LintCheck] = [
    LintCheck(
      "deprecated-service-account-field", "deprecated-service-account",
      blocks: [("account = runner", "podRaw { serviceAccount = \"runner\" }")],
      objects: [("serviceAccountName", "serviceAccount")]),
    mounts("docker-sock", "/var/run/docker.sock"),
    inPod("host-ipc", "host-ipc", "hostIPC = true", "hostIPC = true"),
    inPod(
      "host-network", "host-network", "raw { spec { template { spec { hostNetwork = true } } } }", "hostNetwork = true"),
    inPod("host-pid", "host-pid", "podRaw { hostPID = true }", "hostPID = true"),
    atTop(
      "job-ttl-seconds-after-finished", "job-ttl",
      """
      job migrate {
        account = runner
        container run {
          image = "shop/migrate:v1"
          cpu = 100m
          memory = 64Mi
          security { nonRoot = true; readOnlyRoot = true; drop = ["NET_RAW"] }
        }
      }

      """,
      """
      k8s.batch.v1.Job migrate {
        spec {
          template {
            spec {
              serviceAccountName = "runner"
              restartPolicy = "Never"
              securityContext { runAsUser = 1000 }
              containers = [
                {
                  name = "run"
                  image = "shop/migrate:v1"
                  resources = { requests = { cpu = 1, memory = 64Mi }, limits = { memory = 64Mi } }
                  securityContext = { readOnlyRootFilesystem = true, capabilities = { drop = ["ALL"] } }
                }
              ]
            }
          }
        }
      }

      """),
    LintCheck(
      "mismatching-selector", "KC0483",
      blocks: [("  replicas = 1\n", "  raw { spec { selector { matchLabels { app = \"shop\" } } } }\n")],
      objects: [("selector { matchLabels { app = \"web\" } }", "selector { matchLabels { app = \"shop\" } }")]),
    LintCheck(
      "no-anti-affinity", "no-anti-affinity", blocks: [("replicas = 1", "replicas = 2")],
      objects: [("replicas = 1", "replicas = 2")]),
    LintCheck(
      "non-existent-service-account", "non-existent-service-account",
      blocks: [("account = runner", "account = \"someone\"")], objects: [("Name = \"runner\"", "Name = \"someone\"")]),
    mounts("sensitive-host-mounts", "/etc"),
    inPod(
      "unsafe-sysctls", "unsafe-sysctls",
      "podRaw { securityContext { sysctls = [{ name = \"kernel.msgmax\", value = \"1\" }] } }",
      "securityContext = { sysctls = [{ name = \"kernel.msgmax\", value = \"1\" }] }"),
  ]

  private static let containers: [LintCheck] = [
    LintCheck(
      "drop-net-raw-capability", "drop-net-raw", blocks: [("drop = [\"ALL\"]", "drop = [\"CHOWN\"]")],
      objects: [("drop = [\"ALL\"]", "drop = [\"CHOWN\"]")]),
    LintCheck(
      "duplicate-env-var", "KC0120", api: "KC0410",
      blocks: [("    port http", "    env A = \"1\"\n    env A = \"2\"\n    port http")],
      objects: [("name = \"app\"\n", "name = \"app\"\n env = [{ name = \"A\", value = \"1\" }, { name = \"A\" }]\n")]),
    inContainer(
      "env-var-secret", "env-secret", "env APP_SECRET_KEY = \"hunter2\"",
      "env = [{ name = \"app_secret_key\", value = \"hunter2\" }]"),
    LintCheck(
      "latest-tag", "latest-tag", blocks: [("web:v1", "web:latest")], objects: [("web:v1", "web")]),
    LintCheck(
      "no-read-only-root-fs", "read-only-root", blocks: [("readOnlyRoot = true", "readOnlyRoot = false")],
      objects: [("readOnlyRootFilesystem = true", "readOnlyRootFilesystem = false")]),
    LintCheck(
      "privilege-escalation-container", "privilege-escalation",
      blocks: [("nonRoot = true", "nonRoot = true\n escalation = true")],
      objects: [("runAsNonRoot = true", "runAsNonRoot = true\n allowPrivilegeEscalation = true")]),
    LintCheck(
      "privileged-container", "privileged-container",
      blocks: [("nonRoot = true", "nonRoot = true\n privileged = true")],
      objects: [("runAsNonRoot = true", "runAsNonRoot = true\n privileged = true")]),
    LintCheck(
      "run-as-non-root", "run-as-non-root", blocks: [("nonRoot = true", "user = 0")],
      objects: [("runAsNonRoot = true", "runAsNonRoot = false")]),
    LintCheck(
      "ssh-port", "ssh-port", blocks: [("    port http", "    port ssh = 22\n    port http")],
      objects: [("ports = [", "ports = [{ containerPort = 22 }, ")]),
    LintCheck(
      "unset-cpu-requirements", "unset-cpu", blocks: [("cpu = 100m...", "cpu = ...1")],
      objects: [("cpu = 100m, ", "")]),
    LintCheck(
      "unset-memory-requirements", "unset-memory", blocks: [("memory = 64Mi...128Mi", "memory = 64Mi...")],
      objects: [(", limits = { memory = 128Mi }", "")]),
  ]
}
