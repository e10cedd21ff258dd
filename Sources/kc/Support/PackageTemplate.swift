/// What `kc init --package` starts with: a component, and a test of it.
struct PackageTemplate {
  let name: String

  var files: [(String, String)] {
    [("project.kc", project), ("\(name).kc", component), ("tests.kc", tests), (".gitignore", "*.plan\n")]
  }

  private var project: String {
    """
    /// A server, and the service that leads to it.
    project \(name) {}

    """
  }

  private var component: String {
    """
    /// A server on one port.
    component server(image: String, replicas: Int(1...) = 2, number: Int(1...65535) = 8080) {
      deployment server {
        replicas = replicas

        container app {
          image = image
          port main = number
          cpu = 50m...500m
          memory = 64Mi...256Mi
        }
      }

      service server {
        select = server
        port main = 80 -> server.app.main
      }
    }

    """
  }

  private var tests: String {
    """
    import "./\(name).kc" as \(name)

    test "a server has as many replicas as it is told" {
      \(name).server tried(image: "registry.local/app:1", replicas: 3) {}
      assert tried.server.replicas == 3
    }

    """
  }
}
