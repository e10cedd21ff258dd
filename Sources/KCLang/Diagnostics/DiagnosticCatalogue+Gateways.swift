internal import KCSyntax

/// Gateways and their routes.
extension DiagnosticCatalogue {
  static let gateways: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0433", "listener that the gateway has not",
      #"""
      A route that names a listener takes requests from that one only: a gateway of the program has it.
      """#,
      bad: #"""
        deployment web {
          container app { image = "shop/web:v1"; port http = 8080 }
        }

        service web {
          select = web
          port http = 80 -> web.app.http
        }

        gateway public {
          class = "example"
          listener http {
            port = 80
            host = "*.example.com"
          }
        }

        object shop {
          apiVersion = "gateway.networking.k8s.io/v1"
          kind = "HTTPRoute"
          spec {
            parentRefs = [{ name = "public", sectionName = "https" }]
            rules = [{ backendRefs = [{ name = "web", port = 80 }] }]
          }
        }
        """#,
      good: #"""
        deployment web {
          container app { image = "shop/web:v1"; port http = 8080 }
        }

        service web {
          select = web
          port http = 80 -> web.app.http
        }

        gateway public {
          class = "example"
          listener http {
            port = 80
            host = "*.example.com"
          }
        }

        object shop {
          apiVersion = "gateway.networking.k8s.io/v1"
          kind = "HTTPRoute"
          spec {
            parentRefs = [{ name = "public", sectionName = "http" }]
            rules = [{ backendRefs = [{ name = "web", port = 80 }] }]
          }
        }
        """#),
    DiagnosticInfo(
      "KC0434", "route for hosts that the gateway does not serve",
      #"""
      Requests take a route if their host is one of its `hosts` and one that the listener serves: no host is both here.
      """#,
      bad: #"""
        deployment web {
          container app { image = "shop/web:v1"; port http = 8080 }
        }

        service web {
          select = web
          port http = 80 -> web.app.http
        }

        gateway public {
          class = "example"
          listener http {
            port = 80
            host = "*.example.com"
          }
        }

        route shop {
          gateway = public.http
          hosts = ["shop.example.org"]
          rule "/" = web.port.http
        }
        """#,
      good: #"""
        deployment web {
          container app { image = "shop/web:v1"; port http = 8080 }
        }

        service web {
          select = web
          port http = 80 -> web.app.http
        }

        gateway public {
          class = "example"
          listener http {
            port = 80
            host = "*.example.com"
          }
        }

        route shop {
          gateway = public.http
          hosts = ["shop.example.com"]
          rule "/" = web.port.http
        }
        """#),
  ]
}
