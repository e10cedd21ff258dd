internal import KCCodec
internal import KCData

/// The image that holds a pod's namespaces open. It is made here, so that no registry is needed: one program that
/// waits, written as machine code.
enum PauseImage {
  static let name = "kc.local/pause:1"

  /// The image as an OCI archive.
  static func archive() -> [UInt8] {
    var layer = TarArchive()
    layer.add("pause", program(), mode: 0o755)
    let layerBytes = layer.finished()
    let layerDigest = SHA256.hex(layerBytes)
    #if arch(arm64)
      let architecture = "arm64"
    #else
      let architecture = "amd64"
    #endif
    let config = JSON.bytes([
      "architecture": .string(architecture), "os": "linux", "config": ["Entrypoint": ["/pause"]],
      "rootfs": ["type": "layers", "diff_ids": [.string("sha256:\(layerDigest)")]],
    ])
    func descriptor(_ type: String, _ bytes: [UInt8]) -> Value {
      [
        "mediaType": .string("application/vnd.oci.image.\(type)"), "digest": .string("sha256:\(SHA256.hex(bytes))"),
        "size": Value(bytes.count),
      ]
    }
    let manifest = JSON.bytes([
      "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
      "config": descriptor("config.v1+json", config), "layers": [descriptor("layer.v1.tar", layerBytes)],
    ])
    var entry = descriptor("manifest.v1+json", manifest)
    entry["annotations"] = ["io.containerd.image.name": .string(name), "org.opencontainers.image.ref.name": "1"]
    let index = JSON.bytes([
      "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [entry],
    ])
    var out = TarArchive()
    out.add("oci-layout", Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8))
    out.add("index.json", index)
    for blob in [layerBytes, config, manifest] { out.add("blobs/sha256/\(SHA256.hex(blob))", blob) }
    return out.finished()
  }

  /// An ELF program that waits for ever.
  private static func program() -> [UInt8] {
    #if arch(arm64)
      let machine: UInt16 = 183
      // ppoll(0, 0, 0, 0) again and again.
      let code: [UInt32] = [0xd280_0000, 0xd280_0001, 0xd280_0002, 0xd280_0003, 0xd280_0928, 0xd400_0001, 0x17ff_fffa]
      let text = code.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) } }
    #else
      let machine: UInt16 = 62
      // mov eax, 34 (pause); syscall; jmp back
      let text: [UInt8] = [0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7]
    #endif
    let base: UInt64 = 0x40_0000
    let entry: UInt64 = 64 + 56
    var out: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    func put<Number: FixedWidthInteger>(_ number: Number) {
      for index in 0..<Number.bitWidth / 8 { out.append(UInt8(truncatingIfNeeded: number >> Number(index * 8))) }
    }
    put(UInt16(2))
    put(machine)
    put(UInt32(1))
    put(base + entry)
    put(UInt64(64))
    put(UInt64(0))
    put(UInt32(0))
    for number in [64, 56, 1, 0, 0, 0] as [UInt16] { put(number) }
    // One segment: readable and executable, the whole file.
    put(UInt32(1))
    put(UInt32(5))
    put(UInt64(0))
    put(base)
    put(base)
    put(entry + UInt64(text.count))
    put(entry + UInt64(text.count))
    put(UInt64(0x1000))
    return out + text
  }
}
