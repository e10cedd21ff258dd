import Glibc
import KCData
import KCNode
import Synchronization

/// A containerd of our own, with all it makes under one folder.
///
/// Its end removes what it and its containers left: processes, mounts, control groups, addresses.
final class PrivateContainerd: Sendable {
  let folder: String
  let network: String
  let cgroup: String
  /// The first three numbers of its pods' addresses: each test has its own, for they share the machine's routes.
  let subnet = "10.\(Int.random(in: 200..<230)).\(Int.random(in: 1..<255))"
  private let process: Mutex<pid_t?>
  private let hasEnded = Mutex(false)

  var socket: String { "\(folder)/containerd.sock" }

  /// - Parameter log: where messages of containerd go.
  init() throws {
    let id = String(newUID().prefix(8))
    folder = "/tmp/kc-cri-test-\(id)"
    network = "kcnet\(id)"
    cgroup = "/kc-cri-test-\(id)"
    process = Mutex(nil)
    for part in ["", "/cni", "/ipam"] { mkdir(folder + part, 0o755) }
    try write(settings, to: "config.toml")
    try write(cni, to: "cni/10-net.conflist")
    process.withLock { $0 = Self.spawn(["/usr/bin/containerd", "-c", "\(folder)/config.toml"], log: "\(folder)/log") }
  }

  /// What keeps containerd from running here; nil where it can.
  static var missing: String? {
    if getuid() != 0 { return "root" }
    for path in ["/usr/bin/containerd", "/usr/bin/ctr", "/usr/bin/buildah", "/bin/busybox", "/usr/lib/cni/ptp"] {
      if access(path, R_OK) != 0 { return path }
    }
    return nil
  }

  private var settings: String {
    """
    version = 2
    root = "\(folder)/root"
    state = "\(folder)/state"
    disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs", \
    "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs"]
    [grpc]
    address = "\(socket)"
    [plugins."io.containerd.grpc.v1.cri"]
    sandbox_image = "localhost/kc-test/pause:1"
    restrict_oom_score_adj = true
    disable_apparmor = true
    disable_tcp_service = true
    netns_mounts_under_state_dir = true
    [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "\(folder)/cni"
    [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "kc-node-t"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kc-node-t]
    runtime_type = "io.containerd.runc.v2"
    cni_conf_dir = "\(folder)/cni"
    cni_max_conf_num = 1

    """
  }

  private var cni: String {
    """
    {"cniVersion": "0.4.0", "name": "\(network)", "plugins": [{"type": "ptp", "ipMasq": false,
     "ipam": {"type": "host-local", "dataDir": "\(folder)/ipam", "subnet": "\(subnet).0/24",
              "routes": [{"dst": "0.0.0.0/0"}]}}]}
    """
  }

  private func write(_ text: String, to name: String) throws {
    let file = open("\(folder)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard file >= 0 else { throw Failed(what: "writing \(name)") }
    defer { close(file) }
    let bytes = Array(text.utf8)
    guard Glibc.write(file, bytes, bytes.count) == bytes.count else { throw Failed(what: "writing \(name)") }
  }

  struct Failed: Error { var what: String }

  /// Builds images from Debian's static busybox and imports them.
  func importImages() throws {
    try write("FROM scratch\nCOPY busybox /bin/busybox\nENTRYPOINT [\"/bin/busybox\"]\n", to: "Dockerfile")
    try write(
      "FROM scratch\nCOPY busybox /bin/busybox\nENTRYPOINT [\"/bin/busybox\", \"sleep\", \"100000\"]\n", to: "Pause")
    let image = "\(folder)/image.tar"
    let script = """
      set -e; cd \(folder); cp /bin/busybox busybox
      export STORAGE_DRIVER=vfs
      store="--root \(folder)/buildah --runroot \(folder)/buildah-run"
      buildah $store bud -q --isolation chroot -t localhost/kc-test/box:1 . >/dev/null
      buildah $store push -q localhost/kc-test/box:1 oci-archive:\(image):localhost/kc-test/box:1
      buildah $store bud -q --isolation chroot -f Pause -t localhost/kc-test/pause:1 . >/dev/null
      buildah $store push -q localhost/kc-test/pause:1 oci-archive:\(folder)/pause.tar:localhost/kc-test/pause:1
      for archive in \(image) \(folder)/pause.tar; do
        ctr -a \(socket) --namespace k8s.io images import $archive >/dev/null
      done
      """
    guard Self.run(["/bin/sh", "-c", script], log: "\(folder)/images.log") == 0 else {
      throw Failed(what: "building images; see \(folder)/images.log")
    }
  }

  /// Kills containerd alone, as a crash does: containers go on.
  func crash() {
    process.withLock { process in
      guard let running = process else { return }
      kill(running, SIGKILL)
      var status: Int32 = 0
      waitpid(running, &status, 0)
      process = nil
    }
  }

  /// Starts containerd again.
  func restart() {
    process.withLock { $0 = Self.spawn(["/usr/bin/containerd", "-c", "\(folder)/config.toml"], log: "\(folder)/log") }
  }

  /// Ends containerd and everything it started, and removes the folder.
  func end() {
    let isFirst = hasEnded.withLock { ended in
      defer { ended = true }
      return !ended
    }
    if !isFirst { return }
    process.withLock { process in
      guard let running = process else { return }
      kill(running, SIGTERM)
      var status: Int32 = 0
      waitpid(running, &status, 0)
      process = nil
    }
    // What a failed test left behind: shims, mounts, network namespaces, control groups.
    let script = """
      for pid in $(pgrep -f -- '[-]address \(socket)'); do kill -9 $pid; done
      for pid in $(find /sys/fs/cgroup/pids\(cgroup) /sys/fs/cgroup\(cgroup) -name cgroup.procs -exec cat {} + | sort -u)
      do kill -9 $pid; done
      for round in 1 2 3; do
        awk -v p='\(folder)' 'index($2, p) == 1 {print $2}' /proc/mounts | sort -r | while read m; do umount -l "$m"; done
      done
      for task in \(folder)/state/io.containerd.runtime.v2.task/k8s.io/*; do
        [ -d "$task" ] || continue
        id=$(basename $task)
        rm -rf /run/containerd/runc/k8s.io/$id /var/lib/cni/results/*-$id-*
        [ -f $task/address ] && rm -f "$(sed 's|^unix://||' $task/address)"
      done
      rm -rf /var/lib/cni/results/\(network)-*
      rm -rf \(folder)
      # Processes that were killed leave their groups a moment later.
      for round in 1 2 3 4 5 6 7 8 9 10; do
        [ -z "$(find /sys/fs/cgroup -maxdepth 2 -path '*\(cgroup)')" ] && break
        for h in /sys/fs/cgroup /sys/fs/cgroup/*; do
          [ -d $h\(cgroup) ] && find $h\(cgroup) -depth -type d -exec rmdir {} + ; done
        sleep 0.1
      done
      """
    Self.run(["/bin/sh", "-c", script], log: "/dev/null")
  }

  deinit { end() }

  /// Kills the processes of a control group and of those in it.
  static func killAll(in group: String) {
    let script = """
      find /sys/fs/cgroup/pids\(group) /sys/fs/cgroup\(group) -name cgroup.procs -exec cat {} + | sort -u | xargs -r kill -9
      """
    run(["/bin/sh", "-c", script], log: "/dev/null")
  }

  @discardableResult
  static func run(_ command: [String], log: String) -> Int32 {
    guard let process = spawn(command, log: log) else { return -1 }
    var status: Int32 = 0
    waitpid(process, &status, 0)
    return status
  }

  private static func spawn(_ command: [String], log: String) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A group of its own: what is sent to the tests' group does not reach it.
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    let arguments = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    return posix_spawnp(&process, command[0], &actions, &attributes, arguments, environ) == 0 ? process : nil
  }
}
