/// What other engines, which run no more, left of the machine's network: devices of pods that this one does not know.
/// Their routes would lead away from the pods that get the same addresses.
struct StaleDevices: Sendable {
  let home: EngineHome

  /// Takes them away.
  func remove() async {
    guard let routes = try? await Command.run("ip", ["-4", "route", "show"]) else { return }
    for device in found(in: routes) { _ = try? await Command.run("ip", ["link", "delete", device]) }
  }

  /// The devices of pods in the kernel's routes whose addresses no pod of this engine has.
  func found(in routes: String) -> [String] {
    var known: Set<String> = []
    for folder in FileSystem.list("\(home.cni)/addresses") {
      known.formUnion(FileSystem.list("\(home.cni)/addresses/\(folder)"))
    }
    return routes.split(separator: "\n").compactMap { line in
      // 10.244.1.2 dev veth1c743cd4 scope host
      let words = line.split(separator: " ")
      guard words.count >= 3, words[1] == "dev", words[2].hasPrefix("veth"), words[0].hasPrefix("10.244."),
        !known.contains(String(words[0]))
      else { return nil }
      return String(words[2])
    }
  }
}
