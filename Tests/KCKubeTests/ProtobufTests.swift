import KCCodec
import KCData
import KCKube
import KCTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Objects as clients in Go send them.
@Suite struct ProtobufTests {
  /// The bytes of a text in which `\xNN` stands for a byte.
  static func bytes(_ text: String) -> [UInt8] {
    var out: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x") {
        out.append(UInt8(String(decoding: rest.dropFirst().prefix(2), as: UTF8.self), radix: 16) ?? 0)
        rest = rest.dropFirst(3)
      } else {
        out.append(byte)
      }
    }
    return out
  }

  /// A field with bytes.
  static func field(_ number: UInt8, _ inner: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(inner.count)] + inner }

  static func message(_ apiVersion: String, _ kind: String, _ raw: [UInt8]) -> [UInt8] {
    let type = field(1, Array(apiVersion.utf8)) + field(2, Array(kind.utf8))
    return [0x6b, 0x38, 0x73, 0] + field(1, type) + field(2, raw)
  }

  /// What `kubectl create configmap c --from-literal=a=b` sends.
  @Test func aConfigMap() throws {
    let raw = Self.bytes(#"\x0a\x11\x0a\x01c\x12\x00\x1a\x00\x22\x00*\x002\x008\x00B\x00\x12\x06\x0a\x01a\x12\x01b"#)
    #expect(
      try Protobuf.decode(Self.message("v1", "ConfigMap", raw)) == [
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "c"], "data": ["a": "b"],
      ])
  }

  /// Volumes stand in a struct of their own there, and probes in their handler.
  @Test func structsThatJSONDoesNotHave() throws {
    let volume = Self.field(1, Array("v".utf8)) + Self.field(2, Self.field(2, Self.field(1, [])))
    let port: [UInt8] = [0x08, 0x01, 0x1a, 0x04] + Array("http".utf8)
    let get = Self.field(1, Array("/".utf8)) + Self.field(2, port)
    let probe = Self.field(1, Self.field(2, get)) + [0x10, 0x05, 0x18, 0x00]
    let container = Self.field(1, Array("a".utf8)) + Self.field(10, probe)
    let spec = Self.field(1, volume) + Self.field(2, container) + [0x20, 0x1e]
    let pod = try Protobuf.decode(Self.message("v1", "Pod", Self.field(2, spec)))
    let container0: Value = [
      "name": "a", "livenessProbe": ["httpGet": ["path": "/", "port": "http"], "initialDelaySeconds": 5],
    ]
    #expect(
      pod["spec"] == [
        "volumes": [["name": "v", "emptyDir": [:]]], "containers": [container0], "terminationGracePeriodSeconds": 30,
      ])
  }

  @Test func brokenBytesAreRefused() {
    let good = Self.message("v1", "ConfigMap", Self.field(1, Self.field(1, Array("c".utf8))))
    for end in 0..<good.count {
      _ = try? Protobuf.decode(Array(good.prefix(end)))
      var changed = good
      changed[end] ^= 0xff
      _ = try? Protobuf.decode(changed)
    }
    for (bytes, reason) in [
      ([1, 2], "begin"), (Self.message("v1", "Nothing", []), "not read"),
      (Self.message("v1", "ConfigMap", [0x0a, 0x7f]), "longer"),
      (Self.message("v1", "ConfigMap", [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]), "end"),
    ] as [([UInt8], String)] {
      let failure = #expect(throws: Protobuf.Malformed.self) { try Protobuf.decode(bytes) }
      #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "")")
    }
  }

  /// Deep nesting ends: a schema of properties within properties is the only kind that can.
  @Test func depthIsBounded() {
    var raw: [UInt8] = []
    for _ in 0..<40 { raw = Self.field(1, Array(raw.prefix(120))) }
    _ = try? Protobuf.decode(Self.message("v1", "Pod", raw))
  }

  /// The recorded objects of Kubernetes' own tests, where a folder of them is named: `KC_WIRE=…/testdata/HEAD`.
  @Test(.enabled(if: getenv("KC_WIRE") != nil)) func recordedObjects() throws {
    let folder = getenv("KC_WIRE").map { String(cString: $0) } ?? ""
    let directory = try #require(opendir(folder))
    defer { closedir(directory) }
    var (same, all): (Int, Int) = (0, 0)
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name.hasSuffix(".pb") else { continue }
      let json = try JSON.parse(try #require(TestFile.read("\(folder)/\(name.dropLast(3)).json")))
      guard let type = ResourceTypes.builtin.find((json.apiVersion, json.kind)),
        KubeSchema.builtin.type(apiVersion: type.apiVersion, kind: type.kind) != nil
      else { continue }
      all += 1
      do {
        let read = try Protobuf.decode(try #require(TestFile.read("\(folder)/\(name)")))
        if read == json { same += 1 } else { print("wire: \(name) differs: \(Self.difference(read, json, ""))") }
      } catch {
        print("wire: \(name): \(error)")
      }
    }
    print("wire: \(same) of \(all)")
  }

  static func difference(_ left: Value?, _ right: Value?, _ path: String) -> String {
    if left == right { return "" }
    if case .object(let one)? = left, case .object(let other)? = right {
      for key in Set(one.keys + other.keys).sorted() where one[key] != other[key] {
        return difference(one[key], other[key], "\(path).\(key)")
      }
    }
    if case .array(let one)? = left, case .array(let other)? = right, one.count == other.count {
      for (index, pair) in zip(one, other).enumerated() where pair.0 != pair.1 {
        return difference(pair.0, pair.1, "\(path)[\(index)]")
      }
    }
    return "\(path): \(left.map { JSON.text($0) } ?? "nothing") for \(right.map { JSON.text($0) } ?? "nothing")"
  }
}
