/// What differs between two texts, line by line, as `diff -u` writes it.
public struct UnifiedDiff: Sendable {
  private enum Line {
    case same(Substring), removed(Substring), added(Substring)
  }

  /// Lines without changes that are shown around changes.
  private static let context = 3

  private var all: [Line] = []

  public init(old: String, new: String) {
    let before = Self.split(old)
    let after = Self.split(new)
    var removed = Set<Int>()
    var added = Set<Int>()
    for change in after.difference(from: before) {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): added.insert(offset)
      }
    }
    var (i, j) = (0, 0)
    while i < before.count || j < after.count {
      if i < before.count, removed.contains(i) {
        all.append(.removed(before[i]))
        i += 1
      } else if j < after.count, added.contains(j) {
        all.append(.added(after[j]))
        j += 1
      } else {
        all.append(.same(before[i]))
        i += 1
        j += 1
      }
    }
  }

  /// Lines with their ends: `\r\n` is one character, and no end of a line for `diff`.
  private static func split(_ text: String) -> [Substring] {
    var out: [Substring] = []
    var rest = text[...]
    while let end = rest.utf8.firstIndex(of: UInt8(ascii: "\n")) {
      let next = rest.utf8.index(after: end)
      out.append(rest[..<next])
      rest = rest[next...]
    }
    return rest.isEmpty ? out : out + [rest]
  }

  /// The lines of the diff, with the names of the texts before them; none where nothing differs.
  public func lines(path: String) -> [String] {
    let hunks = hunks()
    return hunks.isEmpty ? [] : ["--- \(path)", "+++ \(path)"] + hunks.flatMap(text)
  }

  /// Ranges of lines around changes that lie near each other.
  private func hunks() -> [Range<Int>] {
    var out: [Range<Int>] = []
    for (place, line) in all.enumerated() {
      if case .same = line { continue }
      let around = max(0, place - Self.context)..<min(all.count, place + Self.context + 1)
      if let last = out.last, around.lowerBound <= last.upperBound {
        out[out.count - 1] = last.lowerBound..<around.upperBound
      } else {
        out.append(around)
      }
    }
    return out
  }

  private func text(_ hunk: Range<Int>) -> [String] {
    let (old, new) = counts(0..<hunk.lowerBound)
    let (oldCount, newCount) = counts(hunk)
    var out = ["@@ -\(Self.place(old, oldCount)) +\(Self.place(new, newCount)) @@"]
    for line in all[hunk] {
      let (mark, text) =
        switch line {
        case .same(let text): (" ", text)
        case .removed(let text): ("-", text)
        case .added(let text): ("+", text)
        }
      let isOpen = text.utf8.last != UInt8(ascii: "\n")
      out.append(mark + String(decoding: isOpen ? text.utf8[...] : text.utf8.dropLast(), as: UTF8.self))
      if isOpen { out.append("\\ No newline at end of file") }
    }
    return out
  }

  /// The lines of the old and of the new text among these.
  private func counts(_ range: Range<Int>) -> (old: Int, new: Int) {
    var (old, new) = (0, 0)
    for line in all[range] {
      switch line {
      case .same:
        old += 1
        new += 1
      case .removed: old += 1
      case .added: new += 1
      }
    }
    return (old, new)
  }

  private static func place(_ before: Int, _ count: Int) -> String {
    let first = count == 0 ? before : before + 1
    return count == 1 ? "\(first)" : "\(first),\(count)"
  }
}
