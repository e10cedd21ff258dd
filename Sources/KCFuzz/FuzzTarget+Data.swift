import KCCodec
import KCData
import KCKube
import KCLang

/// Data: what is read can be written, and says the same when it is read again.
extension FuzzTarget {
  static func yaml(_ bytes: [UInt8]) -> String? {
    guard let values = try? YAML.parseAll(bytes) else { return nil }
    _ = try? YAML.parseWithPlaces(String(decoding: bytes, as: UTF8.self))
    for value in values {
      guard let again = try? YAML.parseAll(YAML.text(value)) else { return "what was written cannot be read" }
      // A document without content may be none.
      let texts = again.map { JSON.bytes($0) }
      if texts != [JSON.bytes(value)], !(again.isEmpty && value == .null) {
        return "what was written reads differently"
      }
    }
    return nil
  }

  static func json(_ bytes: [UInt8]) -> String? {
    guard let value = try? JSON.parse(bytes) else { return nil }
    guard let again = try? JSON.parse(JSON.bytes(value)), let pretty = try? JSON.parse(JSON.text(value, pretty: true))
    else { return "what was written cannot be read" }
    // `1.0` is written as `1`, and `-0.0` as `-0`, as Kubernetes does, and are whole numbers then: what was read again
    // has to stay the same.
    let text = JSON.bytes(again)
    guard let third = try? JSON.parse(text) else { return "what was written cannot be read" }
    return JSON.bytes(third) == text && JSON.bytes(pretty) == text ? nil : "what was written reads differently"
  }

  /// The JSON values that stand on a line each; nil for a line that is none.
  private static func values(_ bytes: [UInt8]) -> [Value?] {
    bytes.split(separator: 0x0a, omittingEmptySubsequences: false).map { try? JSON.parse(Array($0)) }
  }

  private static let deployment = ResourceTypes.builtin.find(apiVersion: "apps/v1", kind: "Deployment")

  static func patch(_ bytes: [UInt8]) -> String? {
    let values = values(bytes)
    guard values.count >= 2, let target = values[0], let patch = values[1], let type = deployment else { return nil }
    _ = try? JSONPatch.apply(patch, to: target)
    if (try? JSONMergePatch.check(patch)) != nil {
      let once = JSONMergePatch.apply(patch, to: target)
      if JSONMergePatch.apply(patch, to: once) != once { return "a merge patch made twice changes more" }
    }
    _ = try? StrategicMergePatch.apply(patch, to: target, type: type)
    return nil
  }

  static func apply(_ bytes: [UInt8]) -> String? {
    guard let type = deployment else { return nil }
    var live: Value?
    for (index, config) in values(bytes).prefix(4).enumerated() {
      guard let config else { continue }
      let now = Timestamp(seconds: Int64(index))
      let manager = "m\(index % 2)"
      if index == 2, case .object = config {
        var updated = config
        ServerSideApply.recordUpdate(old: live, new: &updated, manager: manager, type: type, now: now)
        live = updated
        continue
      }
      guard
        let made = try? ServerSideApply.apply(
          config, to: live, manager: manager, force: index > 0, type: type, now: now)
      else { continue }
      let again = try? ServerSideApply.apply(config, to: made, manager: manager, force: false, type: type, now: now)
      if again != made { return "what was applied twice changes more" }
      live = made
    }
    return nil
  }

  static func text(_ bytes: [UInt8]) -> String? {
    let text = String(decoding: bytes, as: UTF8.self)
    if let quantity = Quantity(text), Quantity(quantity.description) != quantity {
      return "`\(text)` is written as `\(quantity.description)`, which is another quantity"
    }
    _ = try? LabelSelector(parsing: text)
    _ = try? FieldSelector(parsing: text)
    return nil
  }
}
