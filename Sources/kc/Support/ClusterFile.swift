import KCCodec
import KCData
import KCKube
import KCPlan
import KCScheduler

/// Objects of a cluster from files: what `kubectl get nodes,pods -A -o yaml` prints.
enum ClusterFile {
  /// The cluster that a file describes: its nodes, and what else it holds (pods, namespaces, services, …).
  static func read(_ path: String) throws -> LiveState.Cluster {
    let objects = try objects(path)
    let nodes = objects.filter { $0.kind == "Node" }
    if nodes.isEmpty {
      throw Terminal.fail(
        "\(path) holds no nodes", help: "write it with: kubectl get nodes,pods -A -o yaml > \(path)", code: .input)
    }
    var cluster = LiveState.Cluster()
    for node in nodes { cluster.nodes.append(try complete(node, path)) }
    for object in objects {
      switch object.kind {
      case "Node": break
      case "Pod": cluster.pods.append(object)
      case "Namespace": cluster.namespaces.append(object)
      default: cluster.others.append(object)
      }
    }
    return cluster
  }

  /// All objects of a file, those in lists too.
  static func objects(_ path: String) throws -> [Value] {
    guard let bytes = Files.read(path == "-" ? "/dev/stdin" : path) else {
      throw Terminal.fail("\(path) cannot be read", code: .input)
    }
    do {
      return try YAML.parseAll(bytes).flatMap { document -> [Value] in
        guard let items = document["items"]?.array, document.kind?.hasSuffix("List") ?? true else { return [document] }
        return items
      }.filter { $0 != .null }
    } catch {
      throw Terminal.fail("\(path): \(error)", code: .input)
    }
  }

  /// A node as a kubelet would report it: with its host name, and with room for pods.
  private static func complete(_ node: Value, _ path: String) throws -> Value {
    guard let name = node.name, !name.isEmpty else {
      throw Terminal.fail("\(path): a node has no metadata.name", code: .input)
    }
    var node = node
    if node.labels["kubernetes.io/hostname"] == nil {
      node.set(.string(name), at: "metadata", "labels", "kubernetes.io/hostname")
    }
    if node.at("status", "allocatable") == nil {
      guard let capacity = node.at("status", "capacity") else {
        throw Terminal.fail(
          "\(path): node \(name) does not say how much room it has",
          help: "give it status.allocatable with cpu, memory and pods", code: .input)
      }
      node.set(capacity, at: "status", "allocatable")
    }
    return node
  }

  /// A KubeSchedulerConfiguration as JSON, once it was found to be right.
  static func schedulerConfiguration(_ path: String) throws -> String {
    let documents = try objects(path)
    guard documents.count == 1 else {
      throw Terminal.fail("\(path) holds \(documents.count) objects instead of one configuration", code: .input)
    }
    do throws(Profile.Problem) {
      _ = try SchedulerConfiguration(documents[0])
    } catch {
      throw Terminal.fail("\(path): \(error.path): \(error.message)", code: .input)
    }
    return JSON.text(documents[0])
  }
}
