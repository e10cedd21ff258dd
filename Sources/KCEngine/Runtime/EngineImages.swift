internal import Glibc

/// The images that the engine's containerd has.
public struct EngineImages: Sendable {
  let home: EngineHome

  public init(home: EngineHome) { self.home = home }

  /// Brings in the images of an archive (OCI or Docker).
  ///
  /// - Returns: their names.
  public func load(_ path: String) async throws(EngineError) -> [String] {
    guard FileSystem.exists(path) else { throw EngineError("there is no file \(path)") }
    guard home.running() != nil else { throw EngineError("no engine runs", help: "start one: kc engine start") }
    return try await bringIn(path)
  }

  private func bringIn(_ path: String) async throws(EngineError) -> [String] {
    do {
      let said = try await Command.run(
        "ctr", ["--address", home.socket, "--namespace", "k8s.io", "images", "import", path])
      return said.split(separator: "\n").compactMap { line in
        line.hasPrefix("unpacking ") ? line.split(separator: " ").dropFirst().first.map(String.init) : nil
      }
    } catch {
      throw EngineError("\(path) could not be brought in: \(error.message)")
    }
  }

  /// Brings in the image that holds pods' namespaces open.
  func loadPause() async throws(EngineError) {
    let path = "\(home.path)/pause.tar"
    try FileSystem.write(PauseImage.archive(), to: path)
    defer { FileSystem.remove(path) }
    _ = try await bringIn(path)
  }
}
