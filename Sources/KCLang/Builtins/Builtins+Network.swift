internal import KCData

/// What `std.net` is made of: `networkFunction("contains", block, address)`.
extension Builtins {
  static func network(_ arguments: [TreeValue], _ sites: [Int32], _ program: inout Program) -> TreeValue {
    let plain = arguments.map { program.scalar($0) }
    if plain.contains(where: \.isPoison) { return .poison }
    let name = plain.first.flatMap { program.tree.text(of: $0) } ?? ""
    let text = plain.count > 1 ? program.tree.text(of: plain[1]) ?? "" : ""
    var result = TreeValue.none
    switch name {
    case "isAddress": result = .bool(NetworkAddress(text) != nil)
    case "isBlock": result = .bool(AddressBlock(text) != nil)
    case "canonical", "version", "next":
      guard let address = NetworkAddress(text) else { return program.noAddress(text, sites[1]) }
      result = number(name, address, plain, sites, &program)
    default:
      guard let block = AddressBlock(text) else { return program.noBlock(text, sites[1]) }
      result = of(name, block, plain, sites, &program)
    }
    if !result.isPoison, !result.isNone { result.isSecret = arguments.contains { program.holdsSecret($0) } }
    return result
  }

  private static func number(
    _ name: String, _ address: NetworkAddress, _ arguments: [TreeValue], _ sites: [Int32], _ program: inout Program
  ) -> TreeValue {
    switch name {
    case "canonical": return program.tree.string(address.text)
    case "version": return program.tree.int(address.isSix ? 6 : 4)
    default:
      let step = program.tree.int(of: arguments[2]) ?? 0
      let all = address.isSix ? UInt128.max : UInt128(UInt32.max)
      let room = step >= 0 ? all - address.number : address.number
      guard UInt128(step.magnitude) <= room else { return program.outside("there is no such address", sites[2]) }
      let moved = step >= 0 ? address.number + UInt128(step) : address.number - UInt128(step.magnitude)
      return program.tree.string(NetworkAddress(number: moved, isSix: address.isSix).text)
    }
  }

  private static func of(
    _ name: String, _ block: AddressBlock, _ arguments: [TreeValue], _ sites: [Int32], _ program: inout Program
  ) -> TreeValue {
    switch name {
    case "block": return program.tree.string(block.text)
    case "first": return program.tree.string(block.first.text)
    case "last": return program.tree.string(block.last.text)
    case "prefix": return program.tree.int(Int64(block.prefix))
    case "mask": return program.tree.string(NetworkAddress(number: block.mask, isSix: block.first.isSix).text)
    case "size":
      let bits = block.first.width - block.prefix
      guard bits < 63 else { return program.outside("the block has more addresses than an Int can count", sites[1]) }
      return program.tree.int(Int64(1) << Int64(bits))
    case "contains", "overlaps":
      let other = program.tree.text(of: arguments[2]) ?? ""
      if let address = NetworkAddress(other) { return .bool(block.contains(address)) }
      guard let inner = AddressBlock(other) else {
        return name == "contains" ? program.noAddress(other, sites[2]) : program.noBlock(other, sites[2])
      }
      return .bool(block.contains(inner) || (name == "overlaps" && inner.contains(block)))
    case "host":
      let place = program.tree.int(of: arguments[2]) ?? 0
      let count = block.last.number - block.first.number
      // Negative places count from the end.
      let offset = place >= 0 ? UInt128(place) : count &- UInt128(place.magnitude - 1)
      guard place >= 0 ? offset <= count : UInt128(place.magnitude - 1) <= count else {
        return program.outside("`\(block.text)` has no address \(place)", sites[2])
      }
      let number = block.first.number + offset
      return program.tree.string(NetworkAddress(number: number, isSix: block.first.isSix).text)
    case "subnet": return subnet(block, arguments, sites, &program)
    default: return .none
    }
  }

  private static func subnet(
    _ block: AddressBlock, _ arguments: [TreeValue], _ sites: [Int32], _ program: inout Program
  ) -> TreeValue {
    let prefix = program.tree.int(of: arguments[2]) ?? 0
    let place = program.tree.int(of: arguments[3]) ?? 0
    guard prefix >= Int64(block.prefix), prefix <= Int64(block.first.width) else {
      return program.outside(
        "a part of `\(block.text)` has a prefix from \(block.prefix) to \(block.first.width)", sites[2])
    }
    let bits = Int(prefix) - block.prefix
    let isThere = place >= 0 && (bits >= 64 || UInt64(place) < UInt64(1) << UInt64(bits))
    guard isThere else {
      return program.outside("`\(block.text)` has no part \(place) of `/\(prefix)`", sites[3])
    }
    let shift = block.first.width - Int(prefix)
    let offset = shift == 128 ? 0 : UInt128(place) << UInt128(shift)
    let first = NetworkAddress(number: block.first.number | offset, isSix: block.first.isSix)
    return program.tree.string(AddressBlock(first: first, prefix: Int(prefix)).text)
  }
}

extension Program {
  fileprivate mutating func noAddress(_ text: String, _ site: Int32) -> TreeValue {
    let isBlock = AddressBlock(text) != nil
    report(
      "KC0126", "`\(text.prefix(60))` is no IP address", at: site,
      help: isBlock
        ? "it is a block: `net.first` gives its first address" : "addresses are written `10.0.0.1` or `fd00::1`")
    return .poison
  }

  fileprivate mutating func noBlock(_ text: String, _ site: Int32) -> TreeValue {
    let address = NetworkAddress(text)
    report(
      "KC0126", "`\(text.prefix(60))` is no block of addresses", at: site,
      help: address.map { "for this address alone write `\($0.text)/\($0.width)`" }
        ?? "blocks are written `10.0.0.0/8` or `fd00::/8`")
    return .poison
  }

  fileprivate mutating func outside(_ message: String, _ site: Int32) -> TreeValue {
    report("KC0112", message, at: site)
    return .poison
  }
}
