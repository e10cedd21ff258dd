internal import KCData
internal import KCKube

/// Distributes endpoints over slices, with as few changes as can be: an endpoint stays in its slice, room is filled
/// before new slices are made, and slices that are no longer needed are used again.
struct SliceArrangement {
  private let present: [Value]
  private let form: Value
  /// The slices as they will be; those without a name are new.
  private var result: [Value] = []
  /// Slices whose ports nothing has any more.
  private var spare: [Value]

  init(present: [Value], form: Value) {
    self.present = present
    self.form = form
    spare = []
  }

  mutating func arrange(_ wanted: [SlicePorts: [Value]]) {
    var left = wanted
    for slice in present {
      let ports = SlicePorts(ports: slice["ports"]?.array ?? [])
      guard var missing = left[ports] else {
        spare.append(slice)
        continue
      }
      let kept = (slice["endpoints"]?.array ?? []).compactMap { old in
        missing.firstIndex { identity($0) == identity(old) }.map { missing.remove(at: $0) }
      }
      left[ports] = missing
      if kept.isEmpty {
        spare.append(slice)
      } else {
        result.append(with(slice, ports, kept))
      }
    }
    for ports in left.keys.sorted(by: { order($0) < order($1) }) { place(left[ports] ?? [], ports) }
    // A service always has a slice, so that everyone knows that it has been looked at.
    if result.isEmpty { result.append(with(takeSpare(SlicePorts(ports: [])), SlicePorts(ports: []), [])) }
  }

  private mutating func place(_ endpoints: [Value], _ ports: SlicePorts) {
    var endpoints = endpoints[...]
    for index in result.indices where result[index]["ports"]?.array == ports.ports && !endpoints.isEmpty {
      let inside = result[index]["endpoints"]?.array ?? []
      let room = max(0, EndpointSliceController.sliceLimit - inside.count)
      result[index]["endpoints"] = .array(inside + endpoints.prefix(room))
      endpoints = endpoints.dropFirst(room)
    }
    while !endpoints.isEmpty {
      let part = Array(endpoints.prefix(EndpointSliceController.sliceLimit))
      endpoints = endpoints.dropFirst(part.count)
      result.append(with(takeSpare(ports), ports, part))
    }
  }

  /// A slice to use again, best one with the same ports; or a new one.
  private mutating func takeSpare(_ ports: SlicePorts) -> Value {
    let index = spare.firstIndex { $0["ports"]?.array == ports.ports } ?? spare.indices.first
    return index.map { spare.remove(at: $0) } ?? form
  }

  private func with(_ slice: Value, _ ports: SlicePorts, _ endpoints: [Value]) -> Value {
    var slice = slice
    slice["ports"] = .array(ports.ports)
    slice["endpoints"] = .array(endpoints)
    slice.set(form.at("metadata", "labels"), at: "metadata", "labels")
    return slice
  }

  private func identity(_ endpoint: Value) -> Value? { endpoint.at("targetRef", "uid") ?? endpoint["addresses"] }

  private func order(_ ports: SlicePorts) -> String {
    ports.ports.map { "\($0["name"]?.string ?? ""):\($0["port"]?.int ?? 0)" }.joined(separator: ",")
  }

  /// The writes that lead from the present slices to these. New endpoints are published before old slices go.
  var steps: [[Action]] {
    var writes: [Action] = []
    for slice in result {
      guard let name = slice.name else {
        writes.append(.create(slice))
        continue
      }
      let old = present.first { $0.name == name }
      if old.map(significant) != significant(slice) { writes.append(.update(slice)) }
    }
    let removals = spare.compactMap { slice in ObjectKey(slice).map { Action.delete($0, uid: slice.uid) } }
    return [writes, removals].filter { !$0.isEmpty }
  }

  /// What matters of a slice, in a form in which nothing and empty are the same.
  private func significant(_ slice: Value) -> Value {
    [
      "ports": .array(SlicePorts(ports: slice["ports"]?.array ?? []).ports), "endpoints": slice["endpoints"] ?? [],
      "labels": slice.at("metadata", "labels") ?? [:],
    ]
  }
}
