import KCLang
import Testing

@testable import KCPackage

/// Which packages a project gets.
@Suite struct ResolverTests {
  let registry = MemoryRegistry()
  let store = MemoryStore()
  var folders = MemoryFolders()

  /// Resolves as `kc lock` does.
  private func lock(_ text: String, from old: LockFile = LockFile()) -> (graph: PackageGraph, lock: LockFile) {
    let fetcher = PackageFetcher(lock: old, store: store, registry: registry, mayPin: true)
    let graph = PackageResolver.resolve(parse(text), folders: folders, fetcher: fetcher)
    fetcher.keepPins(graph.references)
    return (graph, fetcher.lock)
  }

  /// Opens as `kc check` does.
  private func open(_ text: String, _ lock: LockFile, offline: Bool = false) -> PackageGraph {
    let fetcher = PackageFetcher(lock: lock, store: store, registry: offline ? nil : registry, mayPin: false)
    return PackageResolver.resolve(parse(text), folders: folders, fetcher: fetcher)
  }

  private func labels(_ graph: PackageGraph) -> [String] { graph.links.packages.map(\.label) }

  @Test func packagesBringTheirPackages() throws {
    try registry.publish("oci://r.io/kc/lib:2.0.0", ["project.kc": project("lib")])
    try registry.publish(
      "oci://r.io/kc/redis:1.2.0", ["project.kc": project("redis", ["lib": "oci://r.io/kc/lib:2.0.0"])])
    let text = project("shop", ["cache": "oci://r.io/kc/redis:1.2.0"])
    let (graph, lock) = lock(text)
    #expect(graph.failures.isEmpty)
    #expect(labels(graph) == ["lib@2.0.0", "redis@1.2.0"])
    #expect(graph.links.packages[1].dependencies == ["lib": 0])
    #expect(lock.pins.keys.sorted() == ["oci://r.io/kc/lib:2.0.0", "oci://r.io/kc/redis:1.2.0"])
    // The same again, with nothing but what is kept.
    registry.isReachable = false
    #expect(labels(open(text, lock)) == ["lib@2.0.0", "redis@1.2.0"])
    #expect(labels(open(text, lock, offline: true)) == ["lib@2.0.0", "redis@1.2.0"])
  }

  @Test func whatIsNotLockedIsNotUsed() throws {
    try registry.publish("oci://r.io/kc/redis:1.2.0", ["project.kc": project("redis")])
    try registry.publish("oci://r.io/kc/redis:1.3.0", ["project.kc": project("redis")])
    let text = project("shop", ["redis": "oci://r.io/kc/redis:1.3.0"])
    registry.requests = []
    #expect(open(text, LockFile()).failures["redis"]?.message == "`oci://r.io/kc/redis:1.3.0` is not in kc.lock")
    let old = lock(project("shop", ["redis": "oci://r.io/kc/redis:1.2.0"])).lock
    registry.requests = []
    let failure = open(text, old).failures["redis"]
    #expect(failure?.message == "kc.lock pins `oci://r.io/kc/redis:1.2.0`, not `oci://r.io/kc/redis:1.3.0`")
    #expect(failure?.help?.contains("kc lock") == true)
    #expect(failure?.code == "KC0144")
    #expect(registry.requests == [])
  }

  /// A tag that is moved changes nothing for those who have locked it.
  @Test func movedTagsDoNotMoveWhatIsLocked() throws {
    let source = "oci://r.io/kc/redis:1.2.0"
    let first = try registry.publish(source, ["project.kc": project("redis"), "a.kc": "let a = 1\n"])
    let text = project("shop", ["redis": source])
    let (_, old) = lock(text)
    let second = try registry.publish(source, ["project.kc": project("redis"), "a.kc": "let a = 2\n"])
    #expect(first != second)
    store.content = [:]
    let graph = open(text, old)
    #expect(graph.failures.isEmpty && graph.digests == [first])
    guard case .bytes(let bytes)? = graph.sources.first?.read("a.kc") else { throw TestFailure("no a.kc") }
    #expect(String(decoding: bytes, as: UTF8.self) == "let a = 1\n")
    // `kc lock` keeps the pin; only without it the tag is looked up again.
    #expect(lock(text, from: old).lock == old)
    #expect(lock(text).lock.pins[source] == second)
  }

  @Test func whatWasTamperedWithIsRefused() throws {
    let source = "oci://r.io/kc/redis:1.2.0"
    try registry.publish(source, ["project.kc": project("redis")])
    let text = project("shop", ["redis": source])
    let (_, lock) = lock(text)
    for digest in store.content.keys {
      let good = store.content[digest]
      store.content[digest]?[10] ^= 1
      let failure = open(text, lock).failures["redis"]
      #expect(failure?.kind == .content && failure?.message.contains("was changed") == true)
      store.content[digest] = good
    }
    #expect(open(text, lock).failures.isEmpty)
  }

  @Test func twoVersionsDisagree() throws {
    try registry.publish("oci://r.io/kc/lib:1.0.0", ["project.kc": project("lib")])
    try registry.publish("oci://r.io/kc/lib:1.1.0", ["project.kc": project("lib", extra: "  // more\n")])
    try registry.publish("oci://r.io/kc/a:1.0.0", ["project.kc": project("a", ["lib": "oci://r.io/kc/lib:1.0.0"])])
    try registry.publish("oci://r.io/kc/b:1.0.0", ["project.kc": project("b", ["lib": "oci://r.io/kc/lib:1.1.0"])])
    let needs = ["a": "oci://r.io/kc/a:1.0.0", "b": "oci://r.io/kc/b:1.0.0"]
    let failure = lock(project("shop", needs)).graph.failures["b"]
    #expect(failure?.code == "KC0146")
    #expect(failure?.message == "two versions of `oci://r.io/kc/lib` are asked for")
    #expect(
      failure?.notes == [
        "`oci://r.io/kc/lib:1.0.0` by a@1.0.0", "`oci://r.io/kc/lib:1.1.0` by b@1.0.0", "asked for by b@1.0.0",
      ])
    // The project says which one holds.
    let decided = project(
      "shop", needs,
      extra: "  dependency lib { source = \"oci://r.io/kc/lib:1.1.0\"; replaces = \"oci://r.io/kc/lib\" }\n")
    let (graph, lock) = lock(decided)
    #expect(graph.failures.isEmpty)
    #expect(lock.pins.keys.sorted() == ["oci://r.io/kc/a:1.0.0", "oci://r.io/kc/b:1.0.0", "oci://r.io/kc/lib:1.1.0"])
  }

  /// Two names of the same content are no two versions.
  @Test func theSameContentAgrees() throws {
    let digest = try registry.publish("oci://r.io/kc/lib:1.0.0", ["project.kc": project("lib")])
    let pinned = "oci://r.io/kc/lib@\(digest)"
    try registry.publish("oci://r.io/kc/a:1.0.0", ["project.kc": project("a", ["lib": pinned])])
    let (graph, lock) = lock(project("shop", ["a": "oci://r.io/kc/a:1.0.0", "lib": "oci://r.io/kc/lib:1.0.0"]))
    #expect(graph.failures.isEmpty && graph.links.packages.count == 2)
    #expect(lock.pins[pinned] == digest)
  }

  @Test func foldersDependOnFolders() throws {
    var tests = self
    tests.folders.files = [
      "/code/lib/project.kc": project("lib", ["base": "path:../base"]), "/code/base/project.kc": project("base"),
      "/code/base/base.kc": "let one = 1\n",
    ]
    let (graph, lock) = tests.lock(project("shop", ["lib": "path:../lib"]))
    #expect(graph.failures.isEmpty)
    #expect(tests.labels(graph) == ["../base", "../lib"])
    // What lies in folders is not pinned.
    #expect(lock.pins.isEmpty)
  }

  @Test func circlesAreRefused() throws {
    var tests = self
    tests.folders.files = [
      "/code/a/project.kc": project("a", ["b": "path:../b"]), "/code/b/project.kc": project("b", ["a": "path:../a"]),
      "/code/c/project.kc": project("c", ["shop": "path:../shop"]),
    ]
    let (graph, _) = tests.lock(project("shop", ["a": "path:../a", "c": "path:../c"]))
    #expect(graph.failures["a"]?.message == "packages need each other in a circle")
    #expect(graph.failures["a"]?.notes.first == "shop needs ../a needs ../b needs ../a")
    #expect(graph.failures["c"]?.notes.first == "shop needs ../c needs shop")
    #expect(graph.failures["c"]?.code == "KC0146")
  }

  @Test func packagesOfRegistriesNeedNoFolders() throws {
    try registry.publish("oci://r.io/kc/a:1.0.0", ["project.kc": project("a", ["b": "path:../../etc"])])
    let failure = lock(project("shop", ["a": "oci://r.io/kc/a:1.0.0"])).graph.failures["a"]
    #expect(failure?.message == "`a@1.0.0` depends on a folder, `path:../../etc`")
  }

  @Test func longChainsEnd() throws {
    for number in 0..<40 {
      try registry.publish(
        "oci://r.io/kc/p\(number):1.0.0",
        ["project.kc": project("p\(number)", ["next": "oci://r.io/kc/p\(number + 1):1.0.0"])])
    }
    let failure = lock(project("shop", ["p": "oci://r.io/kc/p0:1.0.0"])).graph.failures["p"]
    #expect(failure?.message.contains("chains of at most 32") == true)
  }

  @Test func whatIsNoPackageIsRefused() throws {
    try registry.publish("oci://r.io/kc/a:1.0.0", ["a.kc": "let a = 1\n"])
    try registry.publish("oci://r.io/kc/b:1.0.0", ["project.kc": "project b {\n  dependency x = 5\n}\n"])
    try registry.publish("oci://r.io/kc/c:1.0.0", ["project.kc": "let a = 1\n"])
    let graph = lock(
      project(
        "shop",
        ["a": "oci://r.io/kc/a:1.0.0", "b": "oci://r.io/kc/b:1.0.0", "c": "oci://r.io/kc/c:1.0.0", "d": "path:../no"])
    ).graph
    #expect(graph.failures["a"]?.message == "`oci://r.io/kc/a` is no package: it has no `project.kc`")
    #expect(graph.failures["b"]?.message == "the `project.kc` of `oci://r.io/kc/b` has an error in line 2")
    #expect(graph.failures["c"]?.message == "the `project.kc` of `oci://r.io/kc/c` has no `project` block")
    #expect(graph.failures["d"]?.message == "there is no folder `../no`")
  }

  /// Packages that would have the same name in messages are told apart.
  @Test func labelsAreUnique() throws {
    try registry.publish("oci://r.io/kc/lib:1.0.0", ["project.kc": project("lib")])
    try registry.publish("oci://r.io/other/lib:1.0.0", ["project.kc": project("lib", extra: "  // other\n")])
    let (graph, _) = lock(project("shop", ["a": "oci://r.io/kc/lib:1.0.0", "b": "oci://r.io/other/lib:1.0.0"]))
    #expect(labels(graph) == ["lib@1.0.0", "r.io/other/lib@1.0.0"])
  }
}

struct TestFailure: Error {
  var text: String
  init(_ text: String) { self.text = text }
}
