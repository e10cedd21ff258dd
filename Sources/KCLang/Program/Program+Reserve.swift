internal import KCData
internal import KCSyntax

/// Room for what a large program will make: growing an array copies it, and touches memory twice.
extension Program {
  /// Sources of fewer bytes need little, and have it soon.
  private static let smallSource = 32 << 10

  /// No more room than for so many bytes is reserved: address space has an end, too.
  private static let largeSource = 16 << 20

  /// Reserves room in proportion to the sources. What is reserved and not used costs address space, not memory.
  mutating func reserveRoom() {
    let own = modules.filter { !$0.isStandard }
    let bytes = min(own.reduce(0) { $0 + files[$1.file].bytes.count }, Self.largeSource)
    guard bytes >= Self.smallSource else { return }
    code.reserve(bytes)
    instances.reserveCapacity(bytes / 8)
    bodyRefs.reserveCapacity(bytes / 8)
    bindings.reserveCapacity(bytes / 4)
    memos.reserveCapacity(bytes / 2)
    mapIndex.reserve(bytes / 128)
    children.reserve(bytes / 64)
    argumentOps.reserveCapacity(bytes / 16)
    frames.reserveCapacity(bytes / 2)
    frameTraces.reserveCapacity(bytes / 2)
    tree.reserve(bytes: bytes * 4, fields: bytes, items: bytes / 2)
  }
}

extension Code {
  fileprivate mutating func reserve(_ bytes: Int) {
    ops.reserveCapacity(bytes / 4)
    types.reserveCapacity(bytes / 4)
    sites.reserveCapacity(bytes / 8)
    statements.reserveCapacity(bytes / 16)
    constants.reserveCapacity(bytes / 8)
    extra.reserveCapacity(bytes / 8)
    origins.reserveCapacity(bytes / 16)
  }
}
