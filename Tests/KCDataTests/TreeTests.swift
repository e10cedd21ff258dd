import KCData
import Testing

@Suite struct TreeTests {
  @Test func keepsScalars() {
    var tree = Tree()
    for number in [0, 1, -1, 1 << 54, -(1 << 55), Int64.max, Int64.min] {
      let value = tree.int(number)
      #expect(tree.int(of: value) == number)
    }
    let text = tree.string("grüße")
    #expect(tree.text(of: text) == "grüße")
    let amount = tree.quantity(Quantity(nano: 250_000_000))
    #expect(tree.value(of: amount) == .string("250m"))
  }

  @Test func marksSecrets() {
    var tree = Tree()
    var value = tree.string("hunter2")
    value.isSecret = true
    #expect(value.isSecret && tree.text(of: value) == "hunter2")
    value.isSecret = false
    #expect(!value.isSecret)
  }

  @Test func comparesByContent() {
    var tree = Tree()
    let key = tree.keys.intern("a")
    let other = tree.keys.intern("b")
    let one = tree.record([
      TreeField(key: key, origin: 1, value: tree.int(1)), TreeField(key: other, origin: 0, value: tree.string("x")),
    ])
    let two = tree.record([
      TreeField(key: other, origin: 0, value: tree.string("x")), TreeField(key: key, origin: 2, value: tree.float(1)),
    ])
    #expect(tree.equal(one, two))
    #expect(tree.value(of: one) == ["a": 1, "b": "x"])
    #expect(tree.field(key, of: two)?.origin == 2)
  }

  @Test func internsNames() {
    var keys = TreeKeys()
    let numbers = (0..<5000).map { keys.intern("name-\($0)") }
    #expect(Set(numbers).count == 5000)
    #expect(keys.intern("name-77") == numbers[77] && keys.text(numbers[4999]) == "name-4999")
    #expect(keys.find("name-1") == numbers[1] && keys.find("nobody") == nil)
  }

  @Test func writesDurationsAndShares() {
    #expect(Tree.durationText(90_000) == "90s" && Tree.durationText(120_000) == "2min" && Tree.durationText(5) == "5ms")
    #expect(
      Tree.percentText(25_000) == "25%" && Tree.percentText(12_500) == "12.5%" && Tree.percentText(-500) == "-0.5%")
  }
}
