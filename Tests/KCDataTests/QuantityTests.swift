import KCData
import Testing

@Suite struct QuantityTests {
  @Test(arguments: [
    ("1", "1"), ("1000m", "1"), ("250m", "250m"), ("1.5", "1500m"), ("0.1Gi", "107374182400m"), ("128Mi", "128Mi"),
    ("1024Mi", "1Gi"), ("1.5Gi", "1536Mi"), ("1e3", "1e3"), ("2000", "2k"), ("0", "0"), ("0Mi", "0"), ("-1", "-1"),
    ("100000000000000000000", "9223372036854775807"), ("1n", "1n"), ("0.1n", "1n"), ("512", "512"), ("1E", "1E"),
    ("1000Ki", "1000Ki"), ("+5", "5"), (".5", "500m"), ("5.", "5"),
  ])
  func canonicalForm(text: String, expected: String) {
    #expect(Quantity(text)?.description == expected)
  }

  @Test(arguments: ["", "m", "1 Mi", "1mi", "1KiB", "abc", "--1", "1e", "1.2.3"])
  func refuses(text: String) {
    #expect(Quantity(text) == nil)
  }

  @Test func roundsUp() {
    #expect(Quantity("1500m")?.value == 2)
    #expect(Quantity("1u")?.milliValue == 1)
    #expect(Quantity("1") == Quantity("1000m"))
  }
}

@Suite struct TimestampTests {
  @Test(arguments: [
    ("2026-11-25T12:03:58Z", 1_795_608_238), ("1970-01-01T00:00:00Z", 0), ("2024-02-29T23:59:59+01:00", 1_709_247_599),
    ("1969-12-31T23:59:59Z", -1),
  ])
  func reads(text: String, seconds: Int64) {
    #expect(Timestamp(text)?.seconds == seconds)
    #expect(Timestamp(Timestamp(seconds: seconds).rfc3339)?.seconds == seconds)
  }

  @Test func keepsFractions() {
    #expect(Timestamp("2026-11-25T12:03:58.25Z")?.nanoseconds == 250_000_000)
    #expect(Timestamp("2026-11-25T12:03:58.25Z")?.rfc3339Micro == "2026-11-25T12:03:58.250000Z")
    #expect(Timestamp("2026-13-25T12:03:58Z") == nil)
  }
}

@Suite struct ValueTests {
  @Test func setsBelowChains() {
    var value = Value.null
    value.set("x", at: "a", "b", "c")
    #expect(value == ["a": ["b": ["c": "x"]]])
    value.set(nil, at: "a", "b", "c")
    #expect(value == ["a": ["b": [:]]])
    value.set(nil, at: "z", "y")
    #expect(value == ["a": ["b": [:]]])
  }

  @Test func equalityIgnoresOrder() {
    let left: Value = ["a": 1, "b": 2]
    let right: Value = ["b": 2, "a": 1]
    #expect(left == right)
    #expect(left.hashValue == right.hashValue)
  }
}
