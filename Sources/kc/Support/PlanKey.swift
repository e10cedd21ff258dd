import Glibc
import KCCodec
import KCData
import KCEngine
import KCHTTP
import KCKube
import KCPlan

/// The key that saved plans are sealed with: from `KC_PLAN_KEY`, or a file that only its owner can read.
enum PlanKey {
  /// A shorter key could be guessed.
  private static let shortest = 16

  /// - Parameter makes: whether a key is made where there is none.
  /// - Returns: nil where there is none.
  static func find(makes: Bool) throws -> PlanSealing? {
    if let given = getenv("KC_PLAN_KEY").map({ String(cString: $0) }), !given.isEmpty {
      guard given.utf8.count >= shortest else {
        throw Terminal.fail(
          "KC_PLAN_KEY is too short to keep a secret",
          help: "take at least \(shortest) characters: openssl rand -hex 32",
          code: .input)
      }
      return sealing(given, isRequired: true)
    }
    let path = EngineHome().path + "/plan.key"
    if let found = Files.readText(path), found.utf8.count >= shortest { return sealing(found, isRequired: false) }
    guard makes else { return nil }
    mkdir(EngineHome().path, 0o700)
    let key = Base64.encode(random())
    guard Files.write(Array(key.utf8), to: path, mode: 0o600) == nil else { return nil }
    return sealing(key, isRequired: false)
  }

  private static func sealing(_ key: String, isRequired: Bool) -> PlanSealing {
    let cipher = SealingCipher(secret: key)
    // The name comes from a digest of a digest: it tells which key, not the key.
    let name = String(SHA256.hex("kc plan key \(SHA256.hex(key.utf8))".utf8).prefix(12))
    return PlanSealing(
      name: name, isRequired: isRequired,
      seal: { value in (try? cipher.seal(JSON.bytes(value))).map { Base64.encode($0) } },
      open: { text in
        guard let sealed = Base64.decode(text), let bytes = try? cipher.open(sealed) else { return nil }
        return try? JSON.parse(bytes)
      })
  }

  /// From the system's source of random bytes, which is good enough for keys.
  private static func random() -> [UInt8] {
    var source = SystemRandomNumberGenerator()
    return (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &source) }
  }
}
