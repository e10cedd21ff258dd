import Testing

@testable import KCControl

@Suite struct WorkQueueTests {
  @Test func aKeyIsGivenOutOnceHoweverOftenItIsAdded() {
    var queue = WorkQueue<String>()
    queue.add("a")
    queue.add("b")
    queue.add("a")
    #expect(take(&queue, 0) == "a")
    #expect(take(&queue, 0) == "b")
    #expect(take(&queue, 0) == nil)
  }

  @Test func aKeyAddedWhileItIsWorkedOnComesBackWhenDone() {
    var queue = WorkQueue<String>()
    queue.add("a")
    _ = queue.next(now: 0)
    queue.add("a")
    #expect(take(&queue, 0) == nil)
    queue.done("a")
    #expect(take(&queue, 0) == "a")
    queue.done("a")
    #expect(queue.isIdle)
  }

  @Test func delaysDoubleUntilForgotten() {
    var queue = WorkQueue<String>()
    var delays: [Double] = []
    for _ in 0..<16 {
      queue.addAfterFailure("a", now: 0)
      delays.append(queue.nextDue ?? -1)
      _ = queue.next(now: 1000)
      queue.done("a")
    }
    #expect(delays[0] == 0.005)
    #expect(delays[1] == 0.01)
    #expect(delays[15] == 30)
    queue.forget("a")
    queue.addAfterFailure("a", now: 5)
    #expect(queue.nextDue == 5.005)
  }

  @Test func anEarlierTimeStays() {
    var queue = WorkQueue<String>()
    queue.add("a", at: 3)
    queue.add("a", at: 9)
    #expect(take(&queue, 2.9) == nil)
    #expect(take(&queue, 3) == "a")
    queue.done("a")
    #expect(take(&queue, 10) == nil)
  }

  @Test func whatDoesNotFitIsReported() {
    var queue = WorkQueue<Int>(capacity: 2)
    for number in 0..<3 { queue.add(number) }
    let losses = [queue.takeLoss(), queue.takeLoss()]
    #expect(losses == [true, false])
  }

  private func take<Key>(_ queue: inout WorkQueue<Key>, _ now: Double) -> Key? { queue.next(now: now) }
}
