import Glibc
import KCFuzz

/// The target that `KC_FUZZ_TARGET` names.
private let target = getenv("KC_FUZZ_TARGET").flatMap { FuzzTarget(rawValue: String(cString: $0)) }

/// Runs the target on an input that libFuzzer made, guided by what earlier ones reached: `Scripts/fuzz`.
@_cdecl("LLVMFuzzerTestOneInput")
public func runOneInput(_ bytes: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  guard let target else {
    print("KC_FUZZ_TARGET is one of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
    exit(64)
  }
  if let problem = target.run(Array(UnsafeBufferPointer(start: bytes, count: size))) {
    print("promised and not kept: \(problem)")
    abort()
  }
  return 0
}
