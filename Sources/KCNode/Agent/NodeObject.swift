internal import KCData
internal import KCKube

/// Makes a node's object. Pure.
struct NodeObject {
  let configuration: NodeConfiguration
  let machine: Machine
  /// `containerd://1.6.20`
  let runtimeVersion: String
  /// Why the runtime does not work; nil while it does.
  let problem: String?
  let now: Timestamp

  /// The object as it is first made.
  var registration: Value {
    updated(["apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(configuration.name)]])
  }

  /// The object with what the agent says about it beyond its status.
  func updated(_ object: Value) -> Value {
    var out = object
    let own = [
      "kubernetes.io/hostname": configuration.name, "kubernetes.io/os": "linux",
      "kubernetes.io/arch": machine.architecture,
    ]
    let labels = object.labels.merging(own.merging(configuration.labels) { $1 }) { $1 }
    out.set(Value(labels), at: "metadata", "labels")
    if object.at("spec", "podCIDR") == nil, !configuration.podCIDR.isEmpty {
      out.set(.string(configuration.podCIDR), at: "spec", "podCIDR")
      out.set([.string(configuration.podCIDR)], at: "spec", "podCIDRs")
    }
    if object.at("spec", "providerID") == nil {
      out.set(.string("kc://\(configuration.name)"), at: "spec", "providerID")
    }
    // Taints are set once: what is put on or taken off later is others' will.
    if object.uid == nil, !configuration.taints.isEmpty { out.set(.array(configuration.taints), at: "spec", "taints") }
    return out
  }

  func status(previous: Value) -> Value {
    var status = previous
    status["capacity"] = amounts(configuration.capacity)
    status["allocatable"] = amounts(configuration.allocatable)
    status["addresses"] = [
      ["type": "InternalIP", "address": .string(configuration.address)],
      ["type": "Hostname", "address": .string(configuration.name)],
    ]
    status["nodeInfo"] = [
      "machineID": .string(machine.machineID), "systemUUID": .string(machine.machineID),
      "bootID": .string(machine.bootID), "kernelVersion": .string(machine.kernel), "osImage": .string(machine.osImage),
      "containerRuntimeVersion": .string(runtimeVersion), "kubeletVersion": "v1.36.0-kc", "kubeProxyVersion": "",
      "operatingSystem": "linux", "architecture": .string(machine.architecture),
    ]
    status["runtimeHandlers"] = [["name": .string(configuration.runtimeHandler)]]
    status["conditions"] = .array(conditions(previous["conditions"]?.array ?? []))
    return status
  }

  private func conditions(_ previous: [Value]) -> [Value] {
    let memory = machine.availableMemory < 100 << 20
    let disk = machine.freeDisk < 0.05
    let processes = machine.processes > machine.maximumProcesses / 10 * 9
    var out = [
      condition(
        previous, "MemoryPressure", memory, memory ? "KubeletHasInsufficientMemory" : "KubeletHasSufficientMemory",
        memory ? "the machine has insufficient memory available" : "the machine has sufficient memory available"),
      condition(
        previous, "DiskPressure", disk, disk ? "KubeletHasDiskPressure" : "KubeletHasNoDiskPressure",
        disk ? "the machine's disk is nearly full" : "the machine's disk has room"),
      condition(
        previous, "PIDPressure", processes, processes ? "KubeletHasInsufficientPID" : "KubeletHasSufficientPID",
        processes ? "the machine has nearly no process numbers left" : "the machine has process numbers left"),
      condition(
        previous, "Ready", problem == nil, problem == nil ? "KubeletReady" : "KubeletNotReady",
        problem ?? "the node agent is posting ready status"),
    ]
    let own = Set(out.compactMap { $0["type"]?.string })
    out = previous.filter { !own.contains($0["type"]?.string ?? "") } + out
    return out
  }

  private func condition(_ previous: [Value], _ type: String, _ isTrue: Bool, _ reason: String, _ message: String)
    -> Value
  {
    let status: Value = isTrue ? "True" : "False"
    let old = previous.first { $0["type"]?.string == type }
    let since = old?["status"] == status ? old?["lastTransitionTime"] : nil
    return [
      "type": .string(type), "status": status, "lastHeartbeatTime": .string(now.rfc3339),
      "lastTransitionTime": since ?? .string(now.rfc3339), "reason": .string(reason), "message": .string(message),
    ]
  }

  private func amounts(_ amounts: [String: Quantity]) -> Value {
    Value(amounts.mapValues(\.description))
  }
}
