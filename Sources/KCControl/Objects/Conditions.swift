internal import KCData
internal import KCKube

/// A condition of a status.
struct Condition {
  var type: String
  var status: String
  var reason: String
  var message: String

  init(_ type: String, _ status: String, _ reason: String, _ message: String) {
    self.type = type
    self.status = status
    self.reason = reason
    self.message = message
  }
}

extension Value {
  /// The condition of a type in `status.conditions`.
  func condition(_ type: String) -> Value? {
    at("status", "conditions")?.array?.first { $0["type"]?.string == type }
  }

  /// Whether the condition of a type is `True`.
  func isTrue(_ type: String) -> Bool { condition(type)?["status"]?.string == "True" }
}

/// Conditions of a status under construction.
extension [Value] {
  func first(type: String) -> Value? { first { $0["type"]?.string == type } }

  mutating func remove(type: String) { removeAll { $0["type"]?.string == type } }

  /// Sets a condition, unless one with the same status and reason is there. The time of its last transition stays
  /// while its status does.
  ///
  /// - Parameter updateTime: whether the kind's conditions carry a `lastUpdateTime`.
  mutating func set(_ new: Condition, now: Timestamp, updateTime: Bool = false) {
    let current = first(type: new.type)
    if let current, current["status"]?.string == new.status, current["reason"]?.string == new.reason { return }
    replace(new, current, now, updateTime)
  }

  /// Sets a condition even when one with the same status and reason is there.
  mutating func refresh(_ new: Condition, now: Timestamp) { replace(new, first(type: new.type), now, true) }

  private mutating func replace(_ new: Condition, _ current: Value?, _ now: Timestamp, _ updateTime: Bool) {
    var value: Value = ["type": .string(new.type), "status": .string(new.status)]
    if updateTime { value["lastUpdateTime"] = .string(now.rfc3339) }
    let stays = current?["status"]?.string == new.status
    value["lastTransitionTime"] = stays ? current?["lastTransitionTime"] : .string(now.rfc3339)
    value["reason"] = .string(new.reason)
    value["message"] = .string(new.message)
    remove(type: new.type)
    append(value)
  }
}
