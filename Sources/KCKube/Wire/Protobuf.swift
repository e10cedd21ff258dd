public import KCData

/// Objects in the form of protocol buffers, which clients in Go send for the kinds that they know.
public enum Protobuf {
  /// What objects in this form are sent as.
  public static let mediaType = "application/vnd.kubernetes.protobuf"

  /// The bytes are not an object in this form, or not one of a kind that is read in it.
  public struct Malformed: Error, Sendable, Hashable {
    public var message: String
  }

  /// The four bytes before every object.
  private static let magic: [UInt8] = [0x6b, 0x38, 0x73, 0]

  /// The object in a body: an envelope that names its kind, and its fields by numbers.
  ///
  /// Fields that the kind does not have are passed over, as the API server does.
  public static func decode(_ bytes: [UInt8], schema: KubeSchema = .builtin) throws(Malformed) -> Value {
    guard bytes.starts(with: magic) else {
      throw Malformed(message: "the body does not begin as an object in protobuf")
    }
    var apiVersion = ""
    var kind = ""
    var raw: ArraySlice<UInt8> = []
    var envelope = WireReader(bytes.dropFirst(magic.count))
    while let field = try envelope.next() {
      switch (field.number, field.payload) {
      case (1, .bytes(let inner)):
        var type = WireReader(inner)
        while let part = try type.next() {
          guard case .bytes(let text) = part.payload else { continue }
          if part.number == 1 { apiVersion = String(decoding: text, as: UTF8.self) }
          if part.number == 2 { kind = String(decoding: text, as: UTF8.self) }
        }
      case (2, .bytes(let inner)): raw = inner
      default: continue
      }
    }
    // Options come in the version of the object that they are about.
    let found =
      schema.type(apiVersion: apiVersion, kind: kind)
      ?? (kind.hasSuffix("Options") ? schema.type(named: "meta.v1.\(kind)") : nil)
    guard let found, !apiVersion.hasPrefix("apiextensions.k8s.io/") else {
      throw Malformed(message: "objects of \(apiVersion) \(kind) are not read as protobuf: send them as JSON or YAML")
    }
    var object = try ProtobufReader(schema: schema).object(raw, of: found, depth: 0)
    object["apiVersion"] = .string(apiVersion)
    object["kind"] = .string(kind)
    return .object(object)
  }
}
