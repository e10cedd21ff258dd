internal import CStdlibFiles

/// The standard library's sources, which are part of the binary.
public enum StandardLibrary {
  /// All files: `k8s/1.36/apps/v1.kc`, `workloads.kc`, …, in the order of their names.
  public static let files: [String] = (0..<kc_stdlib_count()).map { String(cString: kc_stdlib_name($0)) }

  /// The files of the library itself, without those of Kubernetes' API: `workloads.kc`, …, in the order of their names.
  public static let names = files.filter { !$0.contains("/") }

  /// The bytes of a file; nil where there is none of that name.
  public static func file(_ name: String) -> [UInt8]? {
    guard let index = files.firstIndex(of: name) else { return nil }
    return Array(UnsafeBufferPointer(start: kc_stdlib_bytes(index), count: kc_stdlib_size(index)))
  }
}
