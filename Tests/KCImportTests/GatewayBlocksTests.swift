import KCData
import KCImport
import Testing

/// Objects of the Gateway API as blocks of the library.
@Suite struct GatewayBlocksTests {
  private func source(_ text: String) -> String { imported(text).files.first?.text ?? "" }

  @Test func routesLeadFromGatewaysToServices() {
    let text = source(
      """
      apiVersion: gateway.networking.k8s.io/v1
      kind: Gateway
      metadata: {name: public}
      spec:
        gatewayClassName: envoy
        listeners:
        - {name: http, port: 80, protocol: HTTP}
        - name: https
          port: 443
          protocol: HTTPS
          hostname: shop.example.com
          tls: {mode: Terminate, certificateRefs: [{kind: Secret, group: "", name: shop-tls}]}
          allowedRoutes: {namespaces: {from: All}}
      ---
      apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata: {name: shop}
      spec:
        parentRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: public, sectionName: https}]
        hostnames: [shop.example.com]
        rules:
        - backendRefs: [{name: web, port: 80}]
        - matches:
          - {path: {type: Exact, value: /api}, method: GET, headers: [{name: x-team, value: a}]}
          filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: b}]}}]
          backendRefs: [{name: a, port: 80, weight: 9}, {name: b, port: 80, kind: Service, weight: 2}]
          timeouts: {request: 10s}
        - matches: [{path: {type: PathPrefix, value: /old}}]
          filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 301}}]
      ---
      apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata: {name: other}
      spec:
        parentRefs: [{name: shared, namespace: infra}]
        rules: [{matches: [{path: {type: PathPrefix, value: /}}], backendRefs: [{name: web, port: 80}]}]
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {ports: [{port: 80}]}
      """)
    #expect(
      text == """
        import std.exact

        gateway public {
          class = "envoy"
          listener http = 80
          listener https { port = 443, tls = "shop-tls", host = "shop.example.com", from = "All" }
        }

        route shop {
          gateway = public.https
          hosts = ["shop.example.com"]
          rule "/" = web
          rule "/api" {
            path "/api" { match = "Exact", methods = ["GET"], headers = { x-team = "a" } }
            backend a { to = external.port("a", 80), weight = 9 }
            backend b { to = external.port("b", 80), weight = 2 }
            requestHeaders { set = { a = "b" } }
            timeout = 10s
          }
          rule "/old" {
            redirect { scheme = "https", status = 301 }
          }
        }

        route other {
          gateway = external.gateway("shared", namespace: "infra")
          rule "/" = web
        }

        service web {
          port = 80
        }

        """)
  }

  @Test func whatRoutesCannotSayStaysInTermsOfTheAPI() {
    let text = source(
      """
      apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata: {name: shop}
      spec:
        parentRefs: [{name: public, port: 80}]
        rules: [{backendRefs: [{name: web, port: 80}]}]
      """)
    #expect(text.contains("gateway.networking.k8s.io.v1.HTTPRoute shop {"))
  }
}
