internal import KCSyntax

/// Diagnostics of what runs pods, found across objects.
extension DiagnosticCatalogue {
  static let pods: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0400", "image without a tag",
      #"""
      An image without a tag is the one that is called `latest` at the moment a node pulls it: pods of one \#
      workload may run different programs, and going back is not possible.
      """#,
      bad: #"""
        deployment web {
          container app { image = "registry.local/shop/web" }
        }
        """#,
      good: #"""
        deployment web {
          container app { image = "registry.local/shop/web:v1" }
        }
        """#),
    DiagnosticInfo(
      "KC0401", "no such volume",
      #"""
      A container mounts volumes of its pod: each by its name. In the ergonomic form a mount refers to the \#
      volume itself, so this shows only in `raw` and in the API's own form.
      """#,
      bad: #"""
        let labels = { "app": "web" }

        k8s.apps.v1.Deployment web {
          spec {
            selector { matchLabels = labels }
            template {
              metadata { labels = labels }
              spec {
                containers = [{ name = "app", image = "shop/web:v1", volumeMounts = [{ name = "dta", mountPath = "/data" }] }]
                volumes = [{ name = "data", emptyDir = {} }]
              }
            }
          }
        }
        """#,
      good: #"""
        let labels = { "app": "web" }

        k8s.apps.v1.Deployment web {
          spec {
            selector { matchLabels = labels }
            template {
              metadata { labels = labels }
              spec {
                containers = [{ name = "app", image = "shop/web:v1", volumeMounts = [{ name = "data", mountPath = "/data" }] }]
                volumes = [{ name = "data", emptyDir = {} }]
              }
            }
          }
        }
        """#),
    DiagnosticInfo(
      "KC0402", "path mounted twice",
      #"""
      One path of a container holds one volume.
      """#,
      bad: #"""
        let labels = { "app": "web" }

        k8s.apps.v1.Deployment web {
          spec {
            selector { matchLabels = labels }
            template {
              metadata { labels = labels }
              spec {
                containers = [{
                  name = "app"
                  image = "shop/web:v1"
                  volumeMounts = [{ name = "a", mountPath = "/data" }, { name = "b", mountPath = "/data" }]
                }]
                volumes = [{ name = "a", emptyDir = {} }, { name = "b", emptyDir = {} }]
              }
            }
          }
        }
        """#,
      good: #"""
        let labels = { "app": "web" }

        k8s.apps.v1.Deployment web {
          spec {
            selector { matchLabels = labels }
            template {
              metadata { labels = labels }
              spec {
                containers = [{
                  name = "app"
                  image = "shop/web:v1"
                  volumeMounts = [{ name = "a", mountPath = "/a" }, { name = "b", mountPath = "/b" }]
                }]
                volumes = [{ name = "a", emptyDir = {} }, { name = "b", emptyDir = {} }]
              }
            }
          }
        }
        """#),
    DiagnosticInfo(
      "KC0403", "volume that nothing mounts",
      #"""
      A volume that no container of the pod mounts is of no use; a pod waits for it all the same before it \#
      starts.
      """#,
      bad: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
          }
          volume scratch { size = 1Gi }
        }
        """#,
      good: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
            mount "/tmp" = scratch
          }
          volume scratch { size = 1Gi }
        }
        """#),
    DiagnosticInfo(
      "KC0404", "containers of one name",
      #"""
      All containers of a pod have different names, those that run before the others too.
      """#,
      bad: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
          }
          init app { image = "shop/migrate:v1" }
        }
        """#,
      good: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
          }
          init migrate { image = "shop/migrate:v1" }
        }
        """#),
    DiagnosticInfo(
      "KC0405", "port opened twice",
      #"""
      A container opens a port once; two names for one number are one too many.
      """#,
      bad: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
            port web = 8080
          }
        }
        """#,
      good: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
            port metrics = 9090
          }
        }
        """#),
    DiagnosticInfo(
      "KC0406", "probe of a port that is not open",
      #"""
      A probe asks at a port of its own container. One that is not there is never answered: the pod is never \#
      ready, or is started again and again.
      """#,
      bad: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
            live = probe.tcp(8081)
          }
        }
        """#,
      good: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
            live = probe.tcp(http)
          }
        }
        """#),
    DiagnosticInfo(
      "KC0407", "stopping takes longer than is given",
      #"""
      A container has the time `grace` to stop, 30 seconds unless it is set; what runs before it stops counts \#
      too. After that it is killed.
      """#,
      bad: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
            preStop = ["sleep", "60"]
          }
        }
        """#,
      good: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
            preStop = ["sleep", "60"]
          }
          grace = 90s
        }
        """#),
    DiagnosticInfo(
      "KC0408", "request above the limit",
      #"""
      What a container is limited to is not below what it requests.
      """#,
      bad: #"""
        let labels = { "app": "web" }

        k8s.apps.v1.Deployment web {
          spec {
            selector { matchLabels = labels }
            template {
              metadata { labels = labels }
              spec {
                containers = [{
                  name = "app"
                  image = "shop/web:v1"
                  resources = { requests = { memory = 512Mi }, limits = { memory = 256Mi } }
                }]
              }
            }
          }
        }
        """#,
      good: #"""
        let labels = { "app": "web" }

        k8s.apps.v1.Deployment web {
          spec {
            selector { matchLabels = labels }
            template {
              metadata { labels = labels }
              spec {
                containers = [{
                  name = "app"
                  image = "shop/web:v1"
                  resources = { requests = { memory = 128Mi }, limits = { memory = 256Mi } }
                }]
              }
            }
          }
        }
        """#),
    DiagnosticInfo(
      "KC0409", "probe that takes longer than its period",
      #"""
      A probe that may take longer than the time between two of them is asked again before it has answered.
      """#,
      bad: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
            ready = probe.http("/", port: http, every: 5s, timeout: 10s)
          }
        }
        """#,
      good: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
            ready = probe.http("/", port: http, every: 10s, timeout: 5s)
          }
        }
        """#),
  ]
}
