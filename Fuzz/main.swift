import Glibc
import KCFuzz

// Runs a fuzz target under libFuzzer, which makes inputs and is guided by what they reach: `Scripts/fuzz`.

@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

let name = getenv("KC_FUZZ_TARGET").map { String(cString: $0) } ?? ""
guard let target = FuzzTarget(rawValue: name) else {
  print("KC_FUZZ_TARGET is one of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
  exit(64)
}

nonisolated(unsafe) let chosen = target
var count = CommandLine.argc
var arguments = CommandLine.unsafeArgv
exit(
  runDriver(&count, &arguments) { bytes, size in
    if let problem = chosen.run(Array(UnsafeBufferPointer(start: bytes, count: size))) {
      print("promised and not kept: \(problem)")
      abort()
    }
    return 0
  })
