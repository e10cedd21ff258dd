internal import KCCodec
internal import KCData
internal import KCKube

/// Where the next page of a list begins, as Kubernetes writes it.
struct ContinueToken {
  /// The version that all pages show; nil for the latest, where that version is forgotten.
  var revision: Int64?
  /// The key that the page begins with, or comes after where it ends in a zero byte.
  var start: String

  init(revision: Int64?, after key: String) {
    self.revision = revision
    start = key + "\0"
  }

  init(_ text: String) throws(APIStatus) {
    var padded = text.replacing("-", with: "+").replacing("_", with: "/")
    while padded.utf8.count % 4 != 0 { padded += "=" }
    guard let bytes = Base64.decode(padded), let value = try? JSON.parse(bytes), value["v"] == "meta.k8s.io/v1",
      let key = value["start"]?.string
    else { throw Self.invalid("not a token of this server") }
    let number = value["rv"]?.int ?? 0
    if number == 0 { throw Self.invalid("incorrect encoded start resourceVersion (version meta.k8s.io/v1)") }
    if key.split(separator: "/").contains("..") || key.isEmpty { throw Self.invalid(key) }
    revision = number < 0 ? nil : number
    start = key
  }

  /// The same place in a list of what is there now.
  var loose: ContinueToken {
    var token = self
    token.revision = nil
    return token
  }

  private static func invalid(_ why: String) -> APIStatus {
    .badRequest("invalid continue token: continue key is not valid: \(why)")
  }

  var text: String {
    let value: Value = ["v": "meta.k8s.io/v1", "rv": .int(revision ?? -1), "start": .string(start)]
    return Base64.encode(JSON.bytes(value)).replacing("=", with: "").replacing("+", with: "-")
      .replacing("/", with: "_")
  }

  /// Whether an object belongs to what is left.
  ///
  /// - Parameter key: the object's place below what was listed.
  func admits(_ key: String) -> Bool {
    // A zero byte at the end makes the start come right after the last key.
    start.hasSuffix("\0") ? key > start.dropLast() : key >= start
  }
}
