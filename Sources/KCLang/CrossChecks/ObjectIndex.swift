internal import KCData

/// The objects of a program, as places in a list of them: by what they are called, and by the labels of their pods.
///
/// Texts are numbers in it, so that to note an object and to find one makes no text of several parts.
struct ObjectIndex {
  private struct Address: Hashable {
    var group, kind, namespace, name: UInt32
  }

  private struct Label: Hashable {
    var namespace, key, value: UInt32
  }

  /// Places in the order in which they were noted: the first and the last of them, as indices into `links`.
  private struct Chain {
    var first: Int
    var last: Int
  }

  private var words = TreeKeys()
  private var byAddress: [Address: Int] = [:]
  private var byKind: [UInt32: Chain] = [:]
  private var byLabel: [Label: Chain] = [:]
  private var links: [(place: Int, next: Int)] = []

  init(count: Int) {
    byAddress.reserveCapacity(count)
    links.reserveCapacity(count * 2)
  }

  /// Notes an object.
  ///
  /// - Returns: the one that was noted with the same address before; it keeps that.
  mutating func add(_ place: Int, _ kind: String, _ namespace: String, _ name: String, group: Substring) -> Int? {
    let kind = words.intern(kind)
    byKind[kind] = appended(place, to: byKind[kind])
    let address = Address(
      group: words.intern(group), kind: kind, namespace: words.intern(namespace), name: words.intern(name))
    if let other = byAddress[address] { return other }
    byAddress[address] = place
    return nil
  }

  /// Notes a label of an object's pods: its key is one of the tree's.
  mutating func add(_ place: Int, _ namespace: String, label key: UInt32, _ value: UnsafeBufferPointer<UInt8>) {
    let label = Label(namespace: words.intern(namespace), key: key, value: words.intern(value))
    byLabel[label] = appended(place, to: byLabel[label])
  }

  /// The object of an address.
  func find(_ kind: String, _ namespace: String, _ name: String, group: String) -> Int? {
    guard let group = words.find(group), let kind = words.find(kind), let namespace = words.find(namespace),
      let name = words.find(name)
    else { return nil }
    return byAddress[Address(group: group, kind: kind, namespace: namespace, name: name)]
  }

  /// All objects of a kind.
  func all(_ kind: String) -> [Int] { words.find(kind).map { places(of: byKind[$0]) } ?? [] }

  /// Those whose pods have a label.
  func labelled(_ key: UInt32, _ value: String, in namespace: String) -> [Int] {
    guard let namespace = words.find(namespace), let value = words.find(value) else { return [] }
    return places(of: byLabel[Label(namespace: namespace, key: key, value: value)])
  }

  private mutating func appended(_ place: Int, to chain: Chain?) -> Chain {
    links.append((place, -1))
    let last = links.count - 1
    guard let chain else { return Chain(first: last, last: last) }
    links[chain.last].next = last
    return Chain(first: chain.first, last: last)
  }

  private func places(of chain: Chain?) -> [Int] {
    var found: [Int] = []
    var next = chain?.first ?? -1
    while next >= 0 {
      found.append(links[next].place)
      next = links[next].next
    }
    return found
  }
}
