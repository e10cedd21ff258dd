internal import KCSyntax

/// Diagnostics of routes.
extension DiagnosticCatalogue {
  static let exposure: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0430", "route to a port that the service has not",
      #"""
      A rule leads to a port of a service, by its name or number.
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
          port http = 80 -> web.app.http
        }

        k8s.networking.v1.Ingress web {
          spec {
            rules = [{
              host = "shop.example.com"
              http = {
                paths = [{ path = "/", pathType = "Prefix", backend = { service = { name = "web", port = { name = "htp" } } } }]
              }
            }]
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

        ingress web {
          host "shop.example.com" {
            route "/" = web.port.http
          }
        }
        """#),
    DiagnosticInfo(
      "KC0431", "host and path claimed twice",
      #"""
      Two ingresses that claim one host and path leave it to the controller which of them is asked.
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
          port http = 80 -> web.app.http
        }

        ingress a {
          host "shop.example.com" { route "/" = web.port.http }
        }

        ingress b {
          host "shop.example.com" { route "/" = web.port.http }
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

        ingress a {
          host "shop.example.com" { route "/" = web.port.http }
        }

        ingress b {
          host "shop.example.com" { route "/api" = web.port.http }
        }
        """#),
    DiagnosticInfo(
      "KC0432", "secret without a certificate",
      #"""
      The secret that an ingress takes its certificate from has the keys `tls.crt` and `tls.key`.
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
          port http = 80 -> web.app.http
        }

        secret cert {
          data { "tls.crt" = "" }
        }

        ingress web {
          host "shop.example.com" {
            tls = cert
            route "/" = web.port.http
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

        secret cert {
          type = "kubernetes.io/tls"
          data {
            "tls.crt" = ""
            "tls.key" = ""
          }
        }

        ingress web {
          host "shop.example.com" {
            tls = cert
            route "/" = web.port.http
          }
        }
        """#),
  ]
}
