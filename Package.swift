// swift-tools-version: 6.2
import PackageDescription

// The map of modules is `docs/architecture.md`; `Scripts/check-layers` holds this file and the sources to it.
//
// Two environment variables narrow the package for quick work on one part of it:
//   KC_CORE=1                only the pure modules (no NIO, gRPC, Hummingbird): seconds instead of minutes
//   KC_MODULES=KCLang,KCPlan only these modules, what they need, and their tests

/// What one module of ours may use: modules of lower layers, and the third-party products it alone imports.
struct Module {
  var name: String
  var uses: [String] = []
  var products: [Target.Dependency] = []
  /// Whether the module is part of the embeddable core.
  var core = true
  var kind = Kind.library
  var tests: [String]? = nil

  enum Kind { case library, executable, clang, system(pkgConfig: String, apt: String) }
}

func product(_ name: String, _ package: String) -> Target.Dependency {
  .product(name: name, package: package)
}

let log = product("Logging", "swift-log")

let modules: [Module] = [
  // Layer 0: C libraries of the system, and the standard library's text.
  Module(name: "CYAML", kind: .system(pkgConfig: "yaml-0.1", apt: "libyaml-dev")),
  Module(name: "CJansson", kind: .system(pkgConfig: "jansson", apt: "libjansson-dev")),
  Module(name: "CZlib", kind: .system(pkgConfig: "zlib", apt: "zlib1g-dev")),
  Module(name: "CSQLite", kind: .system(pkgConfig: "sqlite3", apt: "libsqlite3-dev")),
  Module(name: "CStdlibFiles", kind: .clang),
  Module(name: "CKubeSchema", kind: .clang),
  Module(name: "CSpawn", kind: .clang),
  // Layer 1
  Module(name: "KCSyntax"),
  Module(name: "KCData", products: [product("OrderedCollections", "swift-collections")]),
  Module(name: "KCStdlib", uses: ["CStdlibFiles"]),
  // Layer 2
  Module(name: "KCCodec", uses: ["KCData", "CYAML", "CJansson", "CZlib"]),
  Module(name: "KCKube", uses: ["KCData", "CKubeSchema"]),
  // Layer 3
  Module(name: "KCLang", uses: ["KCSyntax", "KCData", "KCKube", "KCStdlib"]),
  Module(name: "KCScheduler", uses: ["KCData", "KCKube"]),
  // Layer 4
  Module(name: "KCPlan", uses: ["KCData", "KCKube", "KCScheduler"]),
  Module(name: "KCImport", uses: ["KCSyntax", "KCData", "KCCodec", "KCKube", "KCLang"]),
  Module(name: "KCPackage", uses: ["KCSyntax", "KCData", "KCCodec", "KCKube", "KCLang"]),
  Module(name: "KCClient", uses: ["KCData", "KCKube", "KCCodec"]),
  Module(name: "KCServer", uses: ["KCData", "KCKube", "KCCodec", "CSQLite"], products: [log]),
  // Layer 5
  Module(name: "KCApply", uses: ["KCData", "KCKube", "KCCodec", "KCPlan", "KCClient", "KCScheduler"]),
  Module(name: "KCControl", uses: ["KCData", "KCKube", "KCClient", "KCScheduler"], products: [log]),
  Module(name: "KCNode", uses: ["KCData", "KCKube", "KCClient"], products: [log]),
  Module(name: "KCProxy", uses: ["KCData", "KCKube", "KCClient"], products: [log]),
  // Layer 6: the modules that import NIO.
  Module(
    name: "KCHTTP", uses: ["KCData", "KCPackage", "KCClient", "KCServer"],
    products: [
      log, product("NIOCore", "swift-nio"), product("NIOPosix", "swift-nio"), product("NIOHTTP1", "swift-nio"),
      product("NIOSSL", "swift-nio-ssl"), product("AsyncHTTPClient", "async-http-client"),
      product("Hummingbird", "hummingbird"), product("HummingbirdCore", "hummingbird"),
      product("HummingbirdTLS", "hummingbird"),
      product("HTTPTypes", "swift-http-types"),
      product("X509", "swift-certificates"), product("Crypto", "swift-crypto"), product("SwiftASN1", "swift-asn1"),
    ], core: false),
  Module(
    name: "KCCRI", uses: ["KCNode"],
    products: [
      log, product("GRPCCore", "grpc-swift-2"),
      product("GRPCNIOTransportHTTP2Posix", "grpc-swift-nio-transport"),
      product("GRPCProtobuf", "grpc-swift-protobuf"), product("SwiftProtobuf", "swift-protobuf"),
    ], core: false),
  // Layer 7
  Module(
    name: "KCEngine",
    uses: [
      "KCData", "KCKube", "KCCodec", "KCClient", "KCServer", "KCControl", "KCNode", "KCProxy", "KCHTTP", "KCCRI",
      "KCScheduler", "CSpawn",
    ],
    products: [
      log, product("ServiceLifecycle", "swift-service-lifecycle"), product("Subprocess", "swift-subprocess"),
    ], core: false),
  // Layer 8
  Module(
    name: "kc",
    uses: [
      "KCSyntax", "KCData", "KCCodec", "KCKube", "KCLang", "KCScheduler", "KCPlan", "KCImport", "KCPackage",
      "KCClient", "KCApply", "KCHTTP", "KCEngine",
    ],
    products: [log, product("ArgumentParser", "swift-argument-parser")], core: false, kind: .executable),
  Module(name: "KCFuzz", uses: ["KCSyntax", "KCData", "KCCodec", "KCKube", "KCLang", "KCImport", "KCPackage"]),
  Module(name: "KCTestSupport", uses: ["KCData", "KCCodec"]),
]

/// Test targets beyond `<Module>Tests`, and what tests use besides their module.
let testExtras: [String: [String]] = [
  "KCLang": ["KCCodec"], "KCKube": ["KCCodec"], "KCScheduler": ["KCCodec"], "KCPlan": ["KCCodec"],
  "KCApply": ["KCCodec", "KCLang", "KCServer"],
  "KCServer": ["KCCodec"], "KCControl": ["KCCodec"], "KCNode": ["KCCodec"], "KCProxy": ["KCCodec"],
]

let core = Context.environment["KC_CORE"] == "1"
let chosen = Context.environment["KC_MODULES"].map { Set($0.split(separator: ",").map(String.init)) }
let byName = Dictionary(uniqueKeysWithValues: modules.map { ($0.name, $0) })

func closure(_ roots: Set<String>) -> Set<String> {
  var all = roots
  var queue = Array(roots)
  while let next = queue.popLast() {
    for use in (byName[next]?.uses ?? []) where all.insert(use).inserted { queue.append(use) }
  }
  return all
}

let testable = (chosen ?? Set(modules.map(\.name))).filter { name in
  guard let module = byName[name] else { return false }
  return module.core || !core
}
let wanted = closure(testable.union(["KCTestSupport"]).union(testable.flatMap { testExtras[$0] ?? [] }))

/// What a release's modules are compiled with besides.
///
/// A generic type is asked for by the metadata of what it is made of, not by its mangled name: the runtime would look for
/// each conformance that the name implies among all 11,700 of the binary, which took a tenth of a small `kc check`.
let releaseFlags = SwiftSetting.unsafeFlags(
  ["-Xfrontend", "-disable-concrete-type-metadata-mangled-name-accessors"], .when(configuration: .release))

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
  releaseFlags,
]

var targets: [Target] = []
for module in modules where wanted.contains(module.name) {
  let dependencies = module.uses.map { Target.Dependency.target(name: $0) } + module.products
  switch module.kind {
  case .system(let pkgConfig, let apt):
    targets.append(.systemLibrary(name: module.name, pkgConfig: pkgConfig, providers: [.apt([apt])]))
  case .clang:
    targets.append(.target(name: module.name, cSettings: [.unsafeFlags(["-std=gnu23"])]))
  case .executable:
    // At a fixed address there is nothing to relocate: else each start writes 130,000 pointers into 6 MB of metadata, of
    // which a command needs little.
    let fixed = LinkerSetting.unsafeFlags(
      ["-Xclang-linker", "-no-pie"], .when(platforms: [.linux], configuration: .release))
    targets.append(
      .executableTarget(
        name: module.name, dependencies: dependencies, swiftSettings: settings, linkerSettings: [fixed]))
  case .library:
    targets.append(
      .target(
        name: module.name, dependencies: dependencies, exclude: module.name == "KCCRI" ? ["Protos"] : [],
        swiftSettings: settings))
  }
}

/// Directories are listed here, not discovered, because a manifest cannot read the disk.
let testModules = [
  "KCSyntax", "KCData", "KCCodec", "KCKube", "KCLang", "KCScheduler", "KCPlan", "KCImport", "KCPackage", "KCClient",
  "KCServer", "KCApply", "KCControl", "KCNode", "KCProxy", "KCHTTP", "KCCRI", "KCEngine", "KCFuzz",
]
for name in testModules where testable.contains(name) {
  let uses =
    ([name, "KCTestSupport"] + closure([name]).filter { byName[$0]?.kind.isLibrary ?? false }
      + (testExtras[name] ?? []))
  targets.append(
    .testTarget(
      name: "\(name)Tests", dependencies: Set(uses).sorted().map { .target(name: $0) },
      exclude: ["KCSyntax": ["Fixtures"], "KCImport": ["Reading"]][name] ?? [], swiftSettings: settings))
}
// Fuzzing under libFuzzer wants all modules built for it: `Scripts/fuzz`.
if Context.environment["KC_FUZZ"] == "1" {
  targets.append(
    .executableTarget(
      name: "kc-fuzz", dependencies: ["KCFuzz"], path: "Fuzz", exclude: ["Corpus"], swiftSettings: settings))
}
if !core && chosen == nil {
  targets.append(
    .testTarget(
      name: "CommandLineTests", dependencies: ["KCTestSupport", "kc"], path: "Tests/CommandLine",
      exclude: ["Sessions"], swiftSettings: settings))
  targets.append(
    .testTarget(
      name: "EndToEnd",
      dependencies: [
        "KCTestSupport", "KCData", "KCCodec", "KCKube", "kc", "KCServer", "KCHTTP", "KCClient", "KCControl", log,
      ], swiftSettings: settings))
}

// What `make bench` measures a library with.
if wanted.contains("KCImport") {
  targets.append(
    .executableTarget(
      name: "bench-objects", dependencies: ["KCKube", "KCCodec", "KCData"], path: "Benchmarks/Objects",
      exclude: ["README.md", "libyaml.c", "run"], swiftSettings: settings))
}
if wanted.contains("KCScheduler") {
  targets.append(
    .executableTarget(
      name: "bench-scheduler", dependencies: ["KCScheduler", "KCData"], path: "Benchmarks/Scheduler",
      exclude: ["README.md"], swiftSettings: settings))
}

extension Module.Kind {
  var isLibrary: Bool { if case .library = self { true } else { false } }
}

var dependencies: [Package.Dependency] = [
  .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
  .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
]
if !core {
  dependencies += [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
    .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
  ]
}

let package = Package(
  name: "kc",
  platforms: [.macOS(.v15)],
  products: [.library(name: "KCLang", targets: wanted.contains("KCLang") ? ["KCLang"] : [])].filter { _ in
    wanted.contains("KCLang")
  },
  dependencies: dependencies,
  targets: targets
)
