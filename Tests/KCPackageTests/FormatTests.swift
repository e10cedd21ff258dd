import KCLang
import Testing

@testable import KCPackage

/// `kc.lock`, versions, sources, and edits of `project.kc`.
@Suite struct FormatTests {
  private let digest = "sha256:" + String(repeating: "a", count: 64)
  private let other = "sha256:" + String(repeating: "b", count: 64)

  @Test func locksAreSortedLines() throws {
    let lock = LockFile(pins: ["oci://r.io/b:1.0.0": digest, "oci://r.io/a:2.0.0": other])
    #expect(
      lock.text.split(separator: "\n").dropFirst() == ["oci://r.io/a:2.0.0 \(other)", "oci://r.io/b:1.0.0 \(digest)"])
    #expect(try LockFile(lock.text) == lock)
    #expect(try LockFile(lock.text.replacing("\n", with: "\r\n")) == lock)
    #expect(try LockFile("") == LockFile())
  }

  @Test func brokenLocksAreExplained() {
    func message(_ text: String) -> String {
      do throws(PackageError) {
        _ = try LockFile(text)
        return "read"
      } catch {
        return error.message
      }
    }
    #expect(message("# c\n<<<<<<< HEAD\n") == "kc.lock holds a conflict of a merge, at line 2")
    #expect(message("oci://r.io/a:1 \(digest)\noci://r.io/a:1 \(other)\n").contains("twice, and differently"))
    #expect(message("oci://r.io/a:1 \(digest)\noci://r.io/a:1 \(digest)\n") == "read")
    for line in ["oci://r.io/a:1", "oci://r.io/a:1 sha256:abc", "r.io/a:1 \(digest)", "oci://r.io/a:1 \(digest) more"] {
      #expect(message(line) == "line 1 of kc.lock is none that this kc knows")
    }
  }

  @Test func versionsAreOrdered() {
    let texts = [
      "0.9.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
      "1.0.0", "v1.2.0", "1.10.0", "2.0.0",
    ]
    let versions = texts.compactMap { PackageVersion($0) }
    #expect(versions.map(\.text) == texts && versions.shuffled().sorted().map(\.text) == texts)
    #expect(
      ["1", "1.2", "1.2.3.4", "01.0.0", "1.0.x", "latest", "", "1.0.0-", "99999999999999999999.0.0"].allSatisfy {
        PackageVersion($0) == nil
      })
    #expect(PackageVersion.newest(texts + ["3.0.0-rc.1", "latest"])?.text == "2.0.0")
    #expect(PackageVersion.newest(["3.0.0-rc.1"])?.text == "3.0.0-rc.1")
    #expect(PackageVersion("1.2.0")?.isCompatible(with: PackageVersion("1.9.0") ?? versions[0]) == true)
    #expect(PackageVersion("0.2.0")?.isCompatible(with: PackageVersion("0.3.0") ?? versions[0]) == false)
  }

  @Test(arguments: [
    "oci://r.io/kc/redis:1.2.0", "oci://localhost:5000/redis:latest", "oci://[::1]:5000/a/b__c/d-e.f:v1",
    "oci://r.io/a@sha256:" + String(repeating: "0", count: 64), "path:../lib", "path:lib/base",
  ]) func sourcesAreRead(_ text: String) throws {
    #expect(try PackageSource(text).text == text)
  }

  @Test(arguments: [
    "", "redis", "https://r.io/a:1", "oci://", "oci://r.io", "oci:///a:1", "oci://r.io/", "oci://r.io/A:1",
    "oci://r.io/a//b:1", "oci://r.io/a/../b:1", "oci://r.io/a:", "oci://r.io/a:b:c", "oci://r.io/a:1@md5:00",
    "oci://user@r.io/a:1", "oci://r.io:99999/a:1", "oci://r.io:/a:1", "oci://r io/a:1", "oci://-r.io/a:1",
    "oci://r.io/a.:1",
    "oci://r.io/a___b:1", "oci://r.io/a?b:1", "path:", "path:.", "path:/etc", "path:~/lib", "path:a\\b", "path:a\nb",
  ]) func whatIsNoSourceIsRefused(_ text: String) {
    #expect(throws: PackageSourceError.self) { try PackageSource(text) }
  }

  private func edited(_ text: String, _ change: (inout ProjectEdit) throws -> Void) throws -> String {
    var edit = try ProjectEdit(Array(text.utf8))
    try change(&edit)
    return String(decoding: edit.bytes, as: UTF8.self)
  }

  @Test(arguments: [
    ("project shop {\n}\n", "project shop {\n  dependency redis = \"path:../redis\"\n}\n"),
    ("project shop { }\n", "project shop {\n  dependency redis = \"path:../redis\"\n}\n"),
    (
      "// Ours.\nproject shop {\n  namespace = \"a\" // here\n  // last\n}\n\nlet x = 1\n",
      "// Ours.\nproject shop {\n  namespace = \"a\" // here\n  // last\n\n  dependency redis = \"path:../redis\"\n}\n\nlet x = 1\n"
    ),
    (
      "project shop {\n  dependency a = \"path:../a\" // a\n  namespace = \"b\"\n}\n",
      "project shop {\n  dependency a = \"path:../a\" // a\n  dependency redis = \"path:../redis\"\n  namespace = \"b\"\n}\n"
    ),
    (
      "project shop {\n  dependency redis { source = \"oci://r.io/a:1.0.0\" } // why\n}\n",
      "project shop {\n  dependency redis { source = \"path:../redis\" } // why\n}\n"
    ),
    (
      "project shop { namespace = \"a\" }\n",
      "project shop { namespace = \"a\"\n  dependency redis = \"path:../redis\"\n}\n"
    ),
  ]) func additionsTouchNothingElse(_ before: String, _ after: String) throws {
    let source = try PackageSource("path:../redis")
    #expect(try edited(before) { try $0.set("redis", to: source) } == after)
  }

  @Test(arguments: [
    ("project shop {\n  dependency redis = \"path:../redis\"\n}\n", "project shop {\n}\n"),
    ("project shop { dependency redis = \"path:../redis\" }\n", "project shop { }\n"),
    (
      "project shop {\n  namespace = \"a\"\n\n  dependency redis = \"path:../redis\" // cache\n}\n",
      "project shop {\n  namespace = \"a\"\n}\n"
    ),
    (
      "project shop {\n  dependency redis = \"path:../redis\"\n  // b\n  dependency b = \"path:../b\"\n}\n",
      "project shop {\n  // b\n  dependency b = \"path:../b\"\n}\n"
    ),
  ]) func removalsTouchNothingElse(_ before: String, _ after: String) throws {
    #expect(try edited(before) { _ = try $0.remove("redis") } == after)
    #expect(try edited(before) { _ = try $0.remove("other") } == before)
  }

  @Test func onlyProjectsAreEdited() {
    for text in ["", "let a = 1\n", "project shop {\n", "project shop = 5\n"] {
      #expect(throws: PackageError.self) { try ProjectEdit(Array(text.utf8)) }
    }
  }
}
