import Glibc
import KCCodec
import KCData
import KCKube

/// `bench-objects FILE [ROUNDS]`: how long it takes to read, default and validate the objects of a YAML file.
@main
struct ObjectsBench {
  typealias Typed = (object: Value, type: ResourceType)

  let bytes: [UInt8]
  let rounds: Int

  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count > 1 else { fail("usage: bench-objects FILE [ROUNDS]") }
    let rounds = arguments.count > 2 ? max(1, Int(arguments[2]) ?? 5) : 5
    ObjectsBench(bytes: read(arguments[1]), rounds: rounds).run()
  }

  private func run() {
    let objects = typed(parsed())
    let defaulted = objects.map(Self.defaulted)
    line("read", objects.count) { _ = parsed() }
    line("decode", objects.count) { for one in objects { _ = Validation.decode(one.object, type: one.type) } }
    line("default", objects.count) { _ = objects.map(Self.defaulted) }
    line("validate", objects.count) { _ = refused(defaulted) }
    line("all", objects.count) {
      let objects = typed(parsed())
      for one in objects { _ = Validation.decode(one.object, type: one.type) }
      _ = refused(objects.map(Self.defaulted))
    }
    print("objects/refused: \(refused(defaulted))")
  }

  private func parsed() -> [Value] {
    do {
      return try YAML.parseAll(bytes)
    } catch {
      Self.fail("line \(error.line): \(error.message)")
    }
  }

  private func typed(_ objects: [Value]) -> [Typed] {
    objects.compactMap { object in
      ResourceTypes.builtin.find((object.apiVersion, object.kind)).map { (object, $0) }
    }
  }

  private static func defaulted(_ one: Typed) -> Typed {
    var object = one.object
    Defaulting.apply(to: &object, type: one.type)
    // What the server knows of each object before it checks it.
    object.set("00000000-0000-4000-8000-000000000000", at: "metadata", "uid")
    if one.type.namespaced, object.namespace == nil { object.set("default", at: "metadata", "namespace") }
    Strategy.prepareForCreate(&object, type: one.type, now: Timestamp(seconds: 0))
    return (object, one.type)
  }

  private func refused(_ objects: [Typed]) -> Int {
    objects.count { !Validation.create($0.object, type: $0.type).isEmpty }
  }

  private func line(_ name: String, _ count: Int, _ work: () -> Void) {
    let times = (0..<rounds).map { _ in Self.seconds(work) }.sorted()
    let time = times[times.count / 2]
    print("objects/\(name): \(Int(Double(count) / time)) objects/s, \(Int(time * 1e6)) us for \(count) objects")
  }

  private static func seconds(_ work: () -> Void) -> Double {
    var start = timespec()
    var end = timespec()
    clock_gettime(CLOCK_MONOTONIC, &start)
    work()
    clock_gettime(CLOCK_MONOTONIC, &end)
    return Double(end.tv_sec - start.tv_sec) + Double(end.tv_nsec - start.tv_nsec) / 1e9
  }

  private static func read(_ path: String) -> [UInt8] {
    guard let file = fopen(path, "rb") else { fail("cannot read \(path)") }
    defer { fclose(file) }
    var out: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { out += buffer[..<count] }
    return out
  }

  private static func fail(_ message: String) -> Never {
    print(message)
    exit(1)
  }
}
