import KCData
import KCHTTP
import KCKube
import Testing

/// How clusters are reached, over the wire and through the command line.
@Suite(.serialized, .timeLimit(.minutes(3))) struct TargetTests {
  private func with(_ body: (WireServer) async throws -> Void) async throws {
    let wire = try await WireServer()
    wire.write("project.kc", "project away { namespace = \"away\" }\n")
    wire.write("main.kc", "config settings { data { A = \"1\" } }\n")
    do { try await body(wire) } catch { Issue.record(error) }
    await wire.remove()
  }

  private func plan(_ wire: WireServer, _ arguments: String, environment: String = "") async -> Outcome {
    await wire.kc("plan --summary \(arguments)", environment: environment)
  }

  private func config(
    _ wire: WireServer, user: String, name: String = "test", cluster: String = "", pinned: Bool = true
  )
    -> String
  {
    WireServer.kubeconfig(
      server: wire.url, authority: pinned ? wire.credentials.authority : "", user: user, name: name, cluster: cluster)
  }

  @Test func severalFilesAreOneList() async throws {
    try await with { wire async throws in
      wire.write("a", config(wire, user: "token: wrong", name: "first"))
      wire.write("b", config(wire, user: "token: \(wire.credentials.token)", name: "second"))
      let first = await plan(wire, "--context first", environment: "KUBECONFIG=a:missing:b")
      #expect(first.status == 3)
      #expect(first.messages.contains("does not know you"), "\(first.messages)")
      let second = await plan(wire, "--context second", environment: "KUBECONFIG=a:missing:b")
      #expect(second.status == 0, "\(second.messages)")
      let none = await plan(wire, "--context third", environment: "KUBECONFIG=a:b")
      #expect(none.messages.contains("first, second"), "\(none.messages)")
    }
  }

  @Test func whoIsNotVerifiedMustBeAllowedToBe() async throws {
    try await with { wire async throws in
      let user = "token: \(wire.credentials.token)"
      wire.write("open", config(wire, user: user, pinned: false))
      let suspicious = await plan(wire, "--kubeconfig open")
      #expect(suspicious.status == 3)
      #expect(suspicious.messages.contains("could not prove who it is"), "\(suspicious.messages)")
      wire.write("open", config(wire, user: user, cluster: "\n    insecure-skip-tls-verify: true", pinned: false))
      #expect(await plan(wire, "--kubeconfig open").status == 0)
    }
  }

  @Test func theNameThatTheServerProves() async throws {
    try await with { wire async throws in
      let user = "token: \(wire.credentials.token)"
      wire.write("named", config(wire, user: user, cluster: "\n    tls-server-name: kubernetes.default.svc"))
      let named = await plan(wire, "--kubeconfig named")
      #expect(named.status == 0, "\(named.messages)")
    }
  }

  @Test func aTokenFileIsRead() async throws {
    try await with { wire async throws in
      wire.write("token", "\(wire.credentials.token)\n")
      wire.write("filed", config(wire, user: "tokenFile: token"))
      let outcome = await plan(wire, "--kubeconfig filed")
      #expect(outcome.status == 0, "\(outcome.messages)")
    }
  }

  /// A plugin's credential that the API refuses is asked for once more; it is told of the cluster.
  @Test func aPluginIsAskedAgainWhenItsTokenIsRefused() async throws {
    try await with { wire async throws in
      wire.write(
        "plugin",
        """
        #!/bin/sh
        echo "$KUBERNETES_EXEC_INFO" > \(wire.folder)/info
        echo x >> \(wire.folder)/asked
        token=stale
        [ "$(wc -l < \(wire.folder)/asked)" -gt 1 ] && token=\(wire.credentials.token)
        echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'$token'"}}'

        """)
      await wire.run("chmod +x plugin")
      let exec = """
        exec:
              apiVersion: client.authentication.k8s.io/v1
              command: ./plugin
              provideClusterInfo: true
              interactiveMode: Never
        """
      wire.write("plugged", config(wire, user: exec))
      let outcome = await plan(wire, "--kubeconfig plugged")
      #expect(outcome.status == 0, "\(outcome.messages)")
      let asked = await wire.run("wc -l < asked; cat info")
      #expect(asked.out.hasPrefix("2\n"), "\(asked.out)")
      #expect(asked.out.contains(wire.url), "\(asked.out)")
      wire.write("plugin", "#!/bin/sh\necho no >&2; exit 3\n")
      let failed = await plan(wire, "--kubeconfig plugged")
      #expect(failed.status == 3)
      #expect(failed.messages.contains("failed with exit code 3"), "\(failed.messages)")
    }
  }

  /// As another user, one sees what that one may see: nobody has given it anything.
  @Test func impersonation() async throws {
    try await with { wire async throws in
      wire.write("asme", config(wire, user: "token: \(wire.credentials.token)\n    as: nobody"))
      let outcome = await plan(wire, "--kubeconfig asme")
      #expect(outcome.messages.contains("nobody") || outcome.status == 0, "\(outcome)")
    }
  }

  /// `get` and `logs` go where the project's plans go.
  @Test func readingGoesWhereThePlansGo() async throws {
    try await with { wire async throws in
      wire.write(
        "project.kc",
        """
        project away {
          namespace = "away"
          target-cluster far { kubeconfig = "kubeconfig"; environments = ["prod"] }
        }

        """)
      wire.write("main.kc", "config settings { data { A = \"1\" } }\nenv prod {}\n")
      #expect(await wire.kc("apply -y --env prod").status == 0)
      let maps = await wire.kc("get configmaps --env prod")
      #expect(maps.out.contains("settings"), "\(maps)")
      let named = await wire.kc("get cm settings --target far --format yaml")
      #expect(named.out.contains("namespace: away"), "\(named)")
      let logs = await wire.kc("logs web --env prod")
      #expect(logs.messages.contains("no pod and no workload named web in the namespace away"), "\(logs)")
      // Without the environment it is the engine, which does not run.
      #expect(await wire.kc("get configmaps").status == 3)
    }
  }

  @Test func theWrongClusterIsNotAsked() async throws {
    try await with { wire async throws in
      wire.write(
        "project.kc",
        """
        project away {
          target-cluster far {
            kubeconfig = "kubeconfig"
            environments = ["prod"]
            expect = TargetExpectation(server: "https://prod.example.com:6443")
          }
        }

        """)
      wire.write("main.kc", "config settings { data { A = \"1\" } }\nenv prod {}\n")
      let outcome = await plan(wire, "--env prod")
      #expect(outcome.status == 1)
      #expect(outcome.messages.contains("this is not the cluster"), "\(outcome.messages)")
    }
  }
}
