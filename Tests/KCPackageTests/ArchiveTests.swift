import KCCodec
import KCData
import Testing

@testable import KCPackage

/// Packing and unpacking, and archives that mean harm.
@Suite struct ArchiveTests {
  static let files: [String: [UInt8]] = [
    "project.kc": Array("project redis {\n}\n".utf8), "redis.kc": Array("component cache() {\n}\n".utf8),
    "deep/er/more.kc": [UInt8](repeating: 0x0a, count: 1500), "empty.kc": [],
  ]

  /// A header and its content, as any tool may have written it.
  static func entry(_ path: String, _ content: [UInt8] = [], type: String = "0", size: String? = nil) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, _ at: Int) { for (index, byte) in text.utf8.enumerated() { header[at + index] = byte } }
    put(path, 0)
    put("0000644\u{0}", 100)
    put(size ?? String(content.count, radix: 8), 124)
    put("        ", 148)
    put(type, 156)
    put("ustar\u{0}00", 257)
    put(String(header.reduce(0) { $0 + Int($1) }, radix: 8) + "\u{0}", 148)
    return header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }

  static let end = [UInt8](repeating: 0, count: 1024)

  private func message(_ archive: [UInt8]) -> String {
    do throws(PackageError) {
      _ = try PackageContent(archive: archive)
      return "unpacked"
    } catch {
      return error.message
    }
  }

  @Test func whatIsPackedUnpacks() throws {
    let content = try PackageContent(files: Self.files)
    let archive = try content.archive()
    #expect(try PackageContent(archive: archive) == content)
    #expect(try PackageContent(archive: Gzip.compress(archive)) == content)
  }

  @Test func theSameFilesGiveTheSameBytes() throws {
    let one = try PackedPackage(PackageContent(files: Self.files), name: "redis", summary: "A cache.")
    let other = try PackedPackage(
      PackageContent(files: Dictionary(uniqueKeysWithValues: Self.files.reversed())), name: "redis", summary: "A cache."
    )
    #expect(one.manifest == other.manifest && one.content == other.content)
    // Written down: a change of the form of packages changes all digests, and is to be noticed.
    #expect(one.digest == "sha256:e03a02ec77e36d673205ba71805b45962f15f912d15d35c05a181f44bec67ce6")
    let manifest = try PackageManifest(one.manifest)
    #expect(manifest.content == PackageManifest.Blob(digest: PackageDigest.of(one.content), size: one.content.count))
  }

  @Test func longPathsAreSplit() throws {
    let path = (0..<9).map { "folder-number-\($0)" }.joined(separator: "/") + "/file.kc"
    #expect(path.utf8.count > 100)
    let content = try PackageContent(files: [path: [1, 2, 3]])
    #expect(try PackageContent(archive: content.archive()) == content)
  }

  /// What GNU tar writes of plain files in folders is read.
  @Test func foldersArePassedOver() throws {
    let archive = Self.entry("lib/", type: "5") + Self.entry("lib/a.kc", [0x0a]) + Self.end
    #expect(try PackageContent(archive: archive).files == ["lib/a.kc": [0x0a]])
  }

  @Test(arguments: [
    ("/etc/passwd", "absolute"), ("../a.kc", "leads out"), ("a/../../b.kc", "leads out"), ("a/./b.kc", "empty part"),
    ("a//b.kc", "empty part"), ("a\\b.kc", "letters, digits"), ("C:a.kc", "letters, digits"), ("", "empty"),
    ("a b.kc", "letters, digits"), ("a\n.kc", "letters, digits"), ("ä.kc", "letters, digits"),
    ((0..<20).map { "\($0)" }.joined(separator: "/"), "16 folders"),
  ]) func pathsThatLeadElsewhereAreRefused(_ path: String, _ why: String) {
    #expect(message(Self.entry(path, [0x0a]) + Self.end).contains(why))
  }

  @Test(arguments: [
    ("1", "a hard link"), ("2", "a symbolic link"), ("3", "a device"), ("4", "a device"), ("6", "a pipe"),
    ("x", "an extended header"), ("g", "an extended header"), ("L", "an extended header"), ("S", "of an unknown kind"),
  ]) func whatIsNoFileIsRefused(_ type: String, _ what: String) {
    #expect(message(Self.entry("a.kc", type: type) + Self.end).contains(what))
  }

  @Test func namesThatClashAreRefused() {
    let file = Self.entry("a.kc", [0x0a])
    #expect(message(file + file + Self.end).contains("twice"))
    #expect(message(file + Self.entry("A.kc") + Self.end).contains("where case does not count"))
    #expect(message(Self.entry("a") + Self.entry("a/b.kc") + Self.end).contains("both a file and the folder"))
    #expect(message(Self.entry("A") + Self.entry("a/b.kc") + Self.end).contains("both a file and the folder"))
  }

  @Test func limitsHold() {
    let many = (0...PackageContent.Limit.files).flatMap { Self.entry("f\($0).kc") }
    #expect(message(many + Self.end).contains("more than 2000 files"))
    let large = [UInt8](repeating: 0x20, count: PackageContent.Limit.file + 1)
    #expect(message(Self.entry("a.kc", large) + Self.end).contains("larger than 4 MiB"))
  }

  /// A small archive that would unpack to gigabytes.
  @Test func bombsAreRefused() throws {
    let bomb = try Gzip.compress([UInt8](repeating: 0, count: PackageContent.Limit.archive + 1))
    #expect(bomb.count < 100_000)
    #expect(message(bomb).contains("larger than the 32 MiB"))
  }

  @Test func damagedArchivesAreRefused() {
    let file = Self.entry("a.kc", [0x0a])
    #expect(message([]).contains("its end is missing"))
    #expect(message(file).contains("its end is missing"))
    #expect(message(Array(file.dropLast(600))).contains("cut off"))
    #expect(message(Self.entry("a.kc", size: "77777777777") + Self.end).contains("cut off"))
    #expect(message(Self.entry("a.kc", size: "9") + Self.end).contains("no size"))
    #expect(message(Self.entry("a.kc", size: "-1") + Self.end).contains("no size"))
    #expect(message(file + Self.end + file).contains("follows its end"))
    var flipped = file + Self.end
    flipped[0] ^= 1
    #expect(message(flipped).contains("check sum"))
    #expect(message([UInt8](repeating: 0x41, count: 2048)).contains("not that of a tar"))
    #expect(message([0x1f, 0x8b, 8, 0, 1, 2, 3]).contains("does not unpack"))
  }

  /// Nothing that bytes can say crashes the reader.
  @Test func anyBytesAreAnswered() throws {
    var archive = try PackageContent(files: Self.files).archive()
    var state: UInt64 = 7
    for _ in 0..<2000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let place = Int(state >> 33) % archive.count
      let old = archive[place]
      archive[place] = UInt8(truncatingIfNeeded: state >> 24)
      _ = message(archive)
      if state & 0x10000 == 0 { archive[place] = old }
    }
  }

  @Test func onlyManifestsOfPackagesAreTaken() throws {
    let packed = try PackedPackage(PackageContent(files: Self.files), name: "redis", summary: nil)
    func message(_ change: (inout Value) -> Void) throws -> String {
      var value = try JSON.parse(packed.manifest)
      change(&value)
      do throws(PackageError) {
        _ = try PackageManifest(JSON.bytes(value))
        return "read"
      } catch {
        return error.message
      }
    }
    #expect(try message { _ in } == "read")
    #expect(try message { $0["artifactType"] = "application/vnd.cncf.helm.config.v1+json" }.contains("helm"))
    #expect(try message { $0["schemaVersion"] = 1 }.contains("no manifest"))
    #expect(try message { $0["layers"] = [] }.contains("not one that this kc reads"))
    #expect(try message { $0.set("sha256:../..", at: "config", "digest") }.contains("not one that this kc reads"))
    #expect(try message { $0.set(-1, at: "config", "size") }.contains("not one that this kc reads"))
    #expect(throws: PackageError.self) { try PackageManifest(Array("[".utf8)) }
  }
}
