internal import KCData

extension StrategicMerge {
  /// Merges lists whose field has the strategy `merge`.
  func list(_ original: [Value], _ patch: [Value], _ field: Field, depth: Int) throws(APIStatus) -> [Value] {
    if original.isEmpty && patch.isEmpty { return original }
    let merged: [Value]
    var (original, patch) = (original, patch)
    if try Self.holdsMaps(original, patch) {
      guard let key = field.mergeKey else {
        throw Self.refuse("cannot merge lists without merge key for \(field.name)")
      }
      try applyDirectives(&original, &patch, key)
      merged = try mergeMaps(original, patch, key, field, depth: depth)
      return try ListOrder(mergeKey: key).arranged(merged, by: patch, live: original)
    }
    merged = Self.unique(original + patch)
    return try ListOrder(mergeKey: nil).arranged(merged, by: patch, live: original)
  }

  /// Whether the elements are maps; they must all be of one kind.
  static func holdsMaps(_ lists: [Value]...) throws(APIStatus) -> Bool {
    var kind: String?
    for element in lists.joined() {
      let found = PatchText.kind(element)
      if found == "array" { throw APIStatus(code: 422, reason: "Invalid", message: "lists of lists are not supported") }
      if let kind, kind != found {
        throw refuse("list element types are not identical: \(PatchText.shown(.array(lists.map { .array($0) })))")
      }
      kind = found
    }
    guard let kind else { throw refuse("no elements in any of the given slices") }
    return kind == "object"
  }

  /// The first of each of several same values; a repeated one's place is taken by the last element.
  private static func unique(_ list: [Value]) -> [Value] {
    var seen: Set<Value> = []
    return list.filter { seen.insert($0).inserted }
  }

  private func applyDirectives(
    _ original: inout [Value], _ patch: inout [Value], _ key: String
  ) throws(APIStatus) {
    var rest: [Value] = []
    var isReplaced = false
    for element in patch {
      switch element["$patch"] {
      case nil: rest.append(element)
      case "delete"?:
        guard let name = element[key] else { throw Self.noMergeKey(element, key) }
        original.removeAll { $0[key] == name }
      case "replace"?: isReplaced = true
      case "merge"?: throw Self.refuse("merging lists cannot yet be specified in the patch")
      case let other?:
        throw Self.refuse("unknown patch type: \(PatchText.shown(other)) in map: \(PatchText.shown(element))")
      }
    }
    (original, patch) = isReplaced ? (rest, []) : (original, rest)
  }

  static func noMergeKey(_ element: Value, _ key: String) -> APIStatus {
    refuse("map: \(PatchText.shown(element)) does not contain declared merge key: \(key)")
  }

  private func mergeMaps(
    _ original: [Value], _ patch: [Value], _ key: String, _ field: Field, depth: Int
  ) throws(APIStatus) -> [Value] {
    var out = original
    var places: [Value: Int] = [:]
    for (index, element) in out.enumerated().reversed() { if let name = element[key] { places[name] = index } }
    for change in patch {
      guard case .object(let changes) = change, let name = change[key] else { throw Self.noMergeKey(change, key) }
      if let index = places[name] {
        out[index] = .object(try map(out[index].object ?? [:], changes, field, depth: depth + 1))
      } else {
        places[name] = out.count
        out.append(change)
      }
    }
    return out
  }

  /// Handles `$setElementOrder/…` and the lists it is for, and takes both from the patch.
  func reorder(_ out: inout Fields, _ patch: inout Fields, _ field: Field, depth: Int) throws(APIStatus) {
    for (directive, order) in patch where directive.hasPrefix("$setElementOrder") {
      patch[directive] = nil
      guard directive.hasPrefix("$setElementOrder/"), case .array(let order) = order else {
        throw Self.malformed("setElementOrder list")
      }
      let key = String(directive.dropFirst("$setElementOrder/".count))
      let child = try self.child(field, key)
      let change = try listOf(patch[key])
      let live = try listOf(out[key])
      try checkOrder(change ?? [], order, child.mergeKey)
      let merged: [Value]
      switch (live, change) {
      case (nil, nil): continue
      case (let live?, nil): merged = live
      case (nil, let change?): merged = change.compactMap { Self.withoutDirectives($0, depth: depth) }
      case (let live?, let change?):
        merged =
          child.strategy?.split(separator: ",").contains("merge") == true
          ? try list(live, change, child, depth: depth + 1) : change
      }
      if try Self.holdsMaps(live ?? [], change ?? []), child.mergeKey == nil {
        throw Self.refuse("the elements of \(key) have no merge key, so that there is nothing to order them by")
      }
      out[key] = .array(try ListOrder(mergeKey: child.mergeKey).arranged(merged, by: order, live: live ?? []))
      patch[key] = nil
    }
  }

  private func listOf(_ value: Value?) throws(APIStatus) -> [Value]? {
    switch value {
    case nil: return nil
    case .array(let elements)?: return elements
    default: throw Self.refuse("expected a []interface {}, but received a \(PatchText.kind(value ?? .null))")
    }
  }

  /// The patch's elements must come in the order that the directive gives.
  private func checkOrder(_ patch: [Value], _ order: [Value], _ key: String?) throws(APIStatus) {
    guard !patch.isEmpty, !order.isEmpty else { return }
    let kept = key == nil ? patch : patch.filter { $0["$patch"]?.string != "delete" }
    var (next, place) = (0, 0)
    while next < kept.count, place < order.count {
      if kept[next]["$patch"] != nil {
        next += 1
        continue
      }
      if try Self.isSame(kept[next], order[place], key) { next += 1 }
      place += 1
    }
    if next < kept.count {
      throw Self.refuse(
        "The order in patch list:\n\(PatchText.shown(.array(patch)))\n doesn't match $setElementOrder list:\n"
          + "\(PatchText.shown(.array(order)))\n")
    }
  }

  private static func isSame(_ left: Value, _ right: Value, _ key: String?) throws(APIStatus) -> Bool {
    guard let key else { return left == right }
    guard let a = left[key] else { throw noMergeKey(left, key) }
    guard let b = right[key] else { throw noMergeKey(right, key) }
    return a == b
  }
}

/// Brings a merged list into order: elements of the patch as it orders them, the others as the live list has them,
/// and the two interleaved as in the live list where that says it.
struct ListOrder {
  /// Nil for lists of scalars.
  let mergeKey: String?

  private func name(_ element: Value) -> Value { mergeKey.map { element[$0] ?? .null } ?? element }

  private func ranks(_ list: [Value]) throws(APIStatus) -> [Value: Int] {
    if let mergeKey {
      for element in list where element[mergeKey] == nil { throw StrategicMerge.noMergeKey(element, mergeKey) }
    }
    return Dictionary(list.enumerated().map { (name($0.element), $0.offset) }, uniquingKeysWith: { first, _ in first })
  }

  func arranged(_ merged: [Value], by order: [Value], live: [Value]) throws(APIStatus) -> [Value] {
    _ = try ranks(merged)
    let wanted = try ranks(order)
    let before = try ranks(live)
    let ours = sorted(merged.filter { wanted[name($0)] != nil }, wanted)
    let others = sorted(merged.filter { wanted[name($0)] == nil }, before)
    var out: [Value] = []
    var (i, j) = (0, 0)
    while i < others.count || j < ours.count {
      if i < others.count, j < ours.count {
        if let left = before[name(others[i])], let right = before[name(ours[j])], left < right {
          out.append(others[i])
          i += 1
        } else {
          out.append(ours[j])
          j += 1
        }
      } else if i < others.count {
        out.append(others[i])
        i += 1
      } else {
        out.append(ours[j])
        j += 1
      }
    }
    return out
  }

  /// Elements without a rank come first, the last of them foremost; deletions last.
  private func sorted(_ list: [Value], _ ranks: [Value: Int]) -> [Value] {
    let isMap = mergeKey != nil
    let gone = isMap ? list.filter { $0["$patch"]?.string == "delete" } : []
    let kept = isMap ? list.filter { $0["$patch"]?.string != "delete" } : list
    let unknown = kept.filter { ranks[name($0)] == nil }
    let known = kept.enumerated().filter { ranks[name($0.element)] != nil }
      .sorted { (ranks[name($0.element)] ?? 0, $0.offset) < (ranks[name($1.element)] ?? 0, $1.offset) }
    return unknown.reversed() + known.map(\.element) + gone
  }
}
