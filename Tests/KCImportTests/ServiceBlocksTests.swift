import KCImport
import Testing

/// Addresses of services, roles of roles and jobs that wait, as blocks of the standard library.
@Suite struct ServiceBlocksTests {
  @Test func addressesRolesAndJobs() {
    let text = """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec:
        type: LoadBalancer
        clusterIP: 10.96.0.20
        externalIPs: [192.0.2.7]
        loadBalancerIP: 192.0.2.8
        loadBalancerClass: example.com/lb
        loadBalancerSourceRanges: [198.51.100.0/24]
        selector: {app: web}
        ports: [{port: 80}]
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRole
      metadata: {name: view-all}
      aggregationRule:
        clusterRoleSelectors:
        - matchLabels: {shop.example/to-view: "true"}
        - matchLabels: {tier: back}
      rules: []
      ---
      apiVersion: batch/v1
      kind: Job
      metadata: {name: shards}
      spec:
        suspend: true
        completionMode: Indexed
        completions: 3
        template:
          spec:
            restartPolicy: Never
            containers: [{name: app, image: "shop/shard:v1"}]
      """
    let objects = ManifestReader.read(Array(text.utf8), file: "a.yaml").objects
    let result = SourceImport.source(for: objects)
    let proof = RoundTrip(objects, result)
    #expect(proof.differences == [])
    #expect(proof.diagnostics == [])
    #expect(
      result.files.first?.text == """
        import std.exact

        service web {
          select = { app = "web" }
          type = "LoadBalancer"
          fixedAddress = "10.96.0.20"
          externalIPs = ["192.0.2.7"]
          loadBalancerSources = ["198.51.100.0/24"]
          loadBalancerIP = "192.0.2.8"
          loadBalancerClass = "example.com/lb"
          port = 80
        }

        clusterrole view-all {
          combine = [{ "shop.example/to-view": "true" }, { tier = "back" }]
        }

        job shards {
          suspend = true
          indexed = true
          completions = 3

          container app {
            image = "shop/shard:v1"
          }
        }

        """)
  }
}
