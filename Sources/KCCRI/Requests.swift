internal import FoundationEssentials
internal import KCNode
internal import SwiftProtobuf

extension Runtime_V1_PodSandboxConfig {
  init(_ config: SandboxConfig) {
    self.init()
    metadata.name = config.name
    metadata.namespace = config.namespace
    metadata.uid = config.uid
    metadata.attempt = config.attempt
    hostname = config.hostname
    logDirectory = config.logDirectory
    if let dns = config.dns {
      dnsConfig.servers = dns.servers
      dnsConfig.searches = dns.searches
      dnsConfig.options = dns.options
    }
    labels = config.labels
    annotations = config.annotations
    linux.cgroupParent = config.cgroupParent
    linux.sysctls = config.sysctls
    linux.securityContext.namespaceOptions = Runtime_V1_NamespaceOption(config.namespaces)
    linux.securityContext.privileged = config.privileged
    linux.securityContext.supplementalGroups = config.supplementalGroups
    if let user = config.runAsUser { linux.securityContext.runAsUser.value = user }
    if let group = config.runAsGroup { linux.securityContext.runAsGroup.value = group }
  }
}

extension Runtime_V1_NamespaceOption {
  init(_ options: NamespaceOptions) {
    self.init()
    network = options.hostNetwork ? .node : .pod
    ipc = options.hostIPC ? .node : .pod
    switch options.pid {
    case .container: pid = .container
    case .pod: pid = .pod
    case .node: pid = .node
    }
  }
}

extension Runtime_V1_ContainerConfig {
  init(_ config: ContainerConfig) {
    self.init()
    metadata.name = config.name
    metadata.attempt = config.attempt
    image.image = config.image
    command = config.command
    args = config.args
    workingDir = config.workingDirectory
    envs = config.environment.map { variable in
      .with {
        $0.key = variable.name
        $0.value = Data(variable.value.utf8)
      }
    }
    mounts = config.mounts.map { Runtime_V1_Mount($0) }
    labels = config.labels
    annotations = config.annotations
    logPath = config.logPath
    stdin = config.stdin
    stdinOnce = config.stdinOnce
    tty = config.tty
    linux.resources = Runtime_V1_LinuxContainerResources(config.resources)
    linux.securityContext = Runtime_V1_LinuxContainerSecurityContext(config.security)
  }
}

extension Runtime_V1_Mount {
  init(_ mount: Mount) {
    self.init()
    containerPath = mount.containerPath
    hostPath = mount.hostPath
    readonly = mount.readOnly
    switch mount.propagation {
    case .none: propagation = .propagationPrivate
    case .hostToContainer: propagation = .propagationHostToContainer
    case .bidirectional: propagation = .propagationBidirectional
    }
  }
}

extension Runtime_V1_LinuxContainerResources {
  init(_ resources: ContainerResources) {
    self.init()
    cpuShares = resources.cpuShares ?? 0
    if let quota = resources.cpuQuota {
      cpuQuota = quota
      cpuPeriod = resources.cpuPeriod
    }
    memoryLimitInBytes = resources.memoryLimit ?? 0
    oomScoreAdj = resources.oomScoreAdjustment
  }
}

extension Runtime_V1_LinuxContainerSecurityContext {
  init(_ security: ContainerSecurity) {
    self.init()
    privileged = security.privileged
    if let user = security.runAsUser { runAsUser.value = user }
    runAsUsername = security.runAsUserName ?? ""
    if let group = security.runAsGroup { runAsGroup.value = group }
    supplementalGroups = security.supplementalGroups
    readonlyRootfs = security.readOnlyRootFilesystem
    noNewPrivs = security.noNewPrivileges
    capabilities.addCapabilities = security.addCapabilities
    capabilities.dropCapabilities = security.dropCapabilities
    maskedPaths = security.maskedPaths
    readonlyPaths = security.readOnlyPaths
    namespaceOptions = Runtime_V1_NamespaceOption(security.namespaces)
    switch security.seccomp {
    case .unconfined: seccomp.profileType = .unconfined
    case .runtimeDefault: seccomp.profileType = .runtimeDefault
    case .localhost(let path):
      seccomp.profileType = .localhost
      seccomp.localhostRef = path
    }
  }
}
