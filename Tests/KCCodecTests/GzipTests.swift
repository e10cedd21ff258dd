import KCCodec
import Testing

@Suite struct GzipTests {
  private func content(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 / 7) } }

  @Test(arguments: [0, 1, 1000, 65_536, 300_000]) func whatIsPackedComesBack(_ count: Int) throws {
    let bytes = content(count)
    let packed = try Gzip.compress(bytes)
    #expect(Gzip.isCompressed(packed))
    #expect(try Gzip.decompress(packed) == bytes)
  }

  @Test func membersFollowOneAnother() throws {
    let packed = try Gzip.compress(content(10)) + Gzip.compress(content(70_000))
    #expect(try Gzip.decompress(packed) == content(10) + content(70_000))
  }

  @Test func damageIsFound() throws {
    var packed = try Gzip.compress(content(5000))
    #expect(throws: Gzip.Failure.damaged) { try Gzip.decompress(Array(packed.dropLast(4))) }
    packed[packed.count / 2] ^= 0x55
    #expect(throws: Gzip.Failure.damaged) { try Gzip.decompress(packed) }
    #expect(throws: Gzip.Failure.damaged) { try Gzip.decompress(Array("no gzip".utf8)) }
    #expect(throws: Gzip.Failure.damaged) { try Gzip.decompress([]) }
  }

  @Test func aBombStopsAtTheLimit() throws {
    let packed = try Gzip.compress([UInt8](repeating: 0, count: 10_000_000))
    #expect(packed.count < 20_000)
    #expect(throws: Gzip.Failure.tooLarge(limit: 1_000_000)) { try Gzip.decompress(packed, limit: 1_000_000) }
  }
}
