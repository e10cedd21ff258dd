internal import KCSyntax

/// Diagnostics of what objects refer to.
extension DiagnosticCatalogue {
  static let references: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0410", "variable set twice",
      #"""
      Of two variables of one name in a container the last one counts, which is rarely meant.
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
                  env = [{ name = "LEVEL", value = "info" }, { name = "LEVEL", value = "debug" }]
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
                  env = [{ name = "LEVEL", value = "info" }]
                }]
              }
            }
          }
        }
        """#),
    DiagnosticInfo(
      "KC0411", "key that is not there",
      #"""
      A container that reads a key of a config or secret starts only when the key is there, unless it is \#
      `optional`.
      """#,
      bad: #"""
        config settings { data { LEVEL = "info" } }

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
                  env = [{ name = "LEVEL", valueFrom = { configMapKeyRef = { name = "settings", key = "LEVL" } } }]
                }]
              }
            }
          }
        }
        """#,
      good: #"""
        config settings { data { LEVEL = "info" } }

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
                  env = [{ name = "LEVEL", valueFrom = { configMapKeyRef = { name = "settings", key = "LEVEL" } } }]
                }]
              }
            }
          }
        }
        """#),
    DiagnosticInfo(
      "KC0413", "name that is almost that of something declared",
      #"""
      What a program does not declare may be on the cluster already. A name that differs by little from one \#
      that it does declare is more likely a slip.
      """#,
      bad: #"""
        serviceaccount runner { }

        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
          }
          account = "runnr"
        }
        """#,
      good: #"""
        serviceaccount runner { }

        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
          }
          account = runner
        }
        """#),
    DiagnosticInfo(
      "KC0414", "claim that only one node can mount",
      #"""
      A claim with the mode `ReadWriteOnce` is mounted by one node at a time: pods on other nodes wait for it \#
      for ever.
      """#,
      bad: #"""
        claim data { size = 1Gi }

        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
            mount "/data" = store
          }
          volume store { claim = data }
        }
        """#,
      good: #"""
        claim data {
          size = 1Gi
          modes = ["ReadWriteMany"]
        }

        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
            mount "/data" = store
          }
          volume store { claim = data }
        }
        """#),
    DiagnosticInfo(
      "KC0420", "service leads to a port that is not open",
      #"""
      A service leads to a port of the pods that it selects. One that no container of them opens refuses every \#
      connection.
      """#,
      bad: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
          }
        }

        service web {
          select = web
          port http = 80
        }
        """#,
      good: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
          }
        }

        service web {
          select = web
          port http = 80 -> web.app.http
        }
        """#),
    DiagnosticInfo(
      "KC0421", "service and container speak different protocols",
      #"""
      The port of a service and that of the container behind it have the same protocol.
      """#,
      bad: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
          }
        }

        service web {
          select = web
          port http {
            number = 80
            to = web.app.http
            protocol = "UDP"
          }
        }
        """#,
      good: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
          }
        }

        service web {
          select = web
          port http = 80 -> web.app.http
        }
        """#),
    DiagnosticInfo(
      "KC0423", "two objects of one name",
      #"""
      Objects of one kind have different names within a namespace. Blocks of different names may still give \#
      their objects the same.
      """#,
      bad: #"""
        config a {
          name = "settings"
          data { X = "1" }
        }

        config b {
          name = "settings"
          data { X = "2" }
        }
        """#,
      good: #"""
        config a { data { X = "1" } }
        config b { data { X = "2" } }
        """#),
    DiagnosticInfo(
      "KC0424", "port of the nodes taken twice",
      #"""
      A port of the nodes leads to one service.
      """#,
      bad: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
          }
        }

        service a {
          select = web
          type = "NodePort"
          port http {
            number = 80
            to = web.app.http
            node = 30080
          }
        }

        service b {
          select = web
          type = "NodePort"
          port http {
            number = 80
            to = web.app.http
            node = 30080
          }
        }
        """#,
      good: #"""
        deployment web {
          replicas = 2
          container app {
            image = "shop/web:v1"
            port http = 8080
          }
        }

        service a {
          select = web
          type = "NodePort"
          port http {
            number = 80
            to = web.app.http
            node = 30080
          }
        }
        """#),
    DiagnosticInfo(
      "KC0425", "service of a stateful set is not headless",
      #"""
      The pods of a stateful set get names from a service without an address of its own. A service with one \#
      gives them none.
      """#,
      bad: #"""
        statefulset db {
          service = db
          container pg {
            image = "postgres:17"
            port sql = 5432
          }
        }

        service db {
          select = db
          port sql = 5432 -> db.pg.sql
        }
        """#,
      good: #"""
        statefulset db {
          service = db
          container pg {
            image = "postgres:17"
            port sql = 5432
          }
        }

        service db {
          select = db
          headless = true
          port sql = 5432 -> db.pg.sql
        }
        """#),
  ]
}
