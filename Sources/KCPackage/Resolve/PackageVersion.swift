/// A version as semantic versioning has it (2.0.0), also with a `v` before it.
public struct PackageVersion: Sendable, Hashable, Comparable {
  public var numbers: [UInt64]
  /// The parts of a pre-release; empty for a release.
  public var prerelease: [String]
  /// As it was written.
  public let text: String

  /// Nil where the text is no version.
  public init?(_ text: String) {
    self.text = text
    var rest = text.hasPrefix("v") ? text.dropFirst() : text[...]
    // What a build adds does not order versions.
    if let plus = rest.firstIndex(of: "+") { rest = rest[..<plus] }
    prerelease = []
    if let dash = rest.firstIndex(of: "-") {
      prerelease = rest[rest.index(after: dash)...].split(separator: ".", omittingEmptySubsequences: false).map(
        String.init)
      rest = rest[..<dash]
      guard prerelease.allSatisfy({ !$0.isEmpty }) else { return nil }
    }
    let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
    numbers = parts.compactMap { part in
      part.utf8.allSatisfy { (48...57).contains($0) } && (part == "0" || part.first != "0") ? UInt64(part) : nil
    }
    guard parts.count == 3, numbers.count == 3 else { return nil }
  }

  public var isRelease: Bool { prerelease.isEmpty }

  /// Whether what works with `self` should work with `other`: the same major version, and before 1.0 the same minor one.
  public func isCompatible(with other: PackageVersion) -> Bool {
    numbers[0] == other.numbers[0] && (numbers[0] > 0 || numbers[1] == other.numbers[1])
  }

  public static func == (left: Self, right: Self) -> Bool {
    left.numbers == right.numbers && left.prerelease == right.prerelease
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(numbers)
    hasher.combine(prerelease)
  }

  public static func < (left: Self, right: Self) -> Bool {
    if left.numbers != right.numbers { return left.numbers.lexicographicallyPrecedes(right.numbers) }
    if left.isRelease || right.isRelease { return !left.isRelease && right.isRelease }
    for (one, other) in zip(left.prerelease, right.prerelease) where one != other {
      switch (UInt64(one), UInt64(other)) {
      case (let one?, let other?): return one < other
      case (nil, nil): return one.utf8.lexicographicallyPrecedes(other.utf8)
      case (let number, _): return number != nil
      }
    }
    return left.prerelease.count < right.prerelease.count
  }

  /// The newest release among tags; pre-releases count where there is nothing else.
  public static func newest(_ tags: [String], where isWanted: (PackageVersion) -> Bool = { _ in true })
    -> PackageVersion?
  {
    let versions = tags.compactMap { PackageVersion($0) }.filter(isWanted)
    return versions.filter(\.isRelease).max() ?? versions.max()
  }
}
