import GRPCCore
import KCNode
import Testing

@testable import KCCRI
import enum KCNode.RuntimeError

@Suite struct RequestTests {
  @Test func aContainerIsDeclaredInFull() {
    var config = ContainerConfig(name: "web", image: "sha256:1")
    config.attempt = 3
    config.environment = [EnvironmentVariable("A", "é")]
    config.mounts = [Mount(containerPath: "/x", hostPath: "/y", readOnly: true)]
    config.resources.cpuQuota = 50_000
    config.security.runAsUser = 0
    config.security.seccomp = .runtimeDefault
    config.security.namespaces.pid = .pod
    let message = Runtime_V1_ContainerConfig(config)
    #expect(message.metadata.attempt == 3)
    #expect(Array(message.envs[0].value) == Array("é".utf8))
    #expect(message.mounts[0].readonly)
    #expect(message.linux.resources.cpuQuota == 50_000)
    #expect(message.linux.resources.cpuPeriod == 100_000)
    #expect(message.linux.securityContext.hasRunAsUser)
    #expect(!message.linux.securityContext.hasRunAsGroup)
    #expect(message.linux.securityContext.seccomp.profileType == .runtimeDefault)
    #expect(message.linux.securityContext.namespaceOptions.pid == .pod)
    #expect(message.linux.securityContext.namespaceOptions.network == .pod)
  }

  @Test func errorsAreInPlainWords() {
    func plain(_ code: RPCError.Code, _ message: String) -> RuntimeError {
      CRIRuntime.plain(RPCError(code: code, message: message), what: "starting the container", socket: "/run/x.sock")
    }
    #expect(plain(.unavailable, "channel isn't ready") == .unavailable("nothing answers at /run/x.sock"))
    #expect(plain(.deadlineExceeded, "") == .timedOut("starting the container"))
    #expect(plain(.unknown, "") == .failed("starting the container failed"))
    #expect(
      plain(.unknown, "failed to create task: rpc error: code = Unknown desc = no space left on device: unknown")
        == .failed("failed to create task: no space left on device"))
    #expect(plain(.notFound, "container \"x\": not found").isNotFound)
  }
}
