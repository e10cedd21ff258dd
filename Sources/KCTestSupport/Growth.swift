internal import Glibc

/// How the cost of something grows with its size: figures of one machine in one run, as a ratio.
public enum Growth {
  /// The processor time of this thread, in seconds: other work on the machine does not count.
  public static func cost(_ work: () -> Void) -> Double {
    func now() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    let start = now()
    work()
    return now() - start
  }

  /// The least of some costs of the same: the first time pays for what a process does once.
  public static func least(_ cost: () -> Double) -> Double { (0..<5).map { _ in cost() }.min() ?? 0 }

  /// How many times as much eight times the size costs, once or, where that is much, several times: 8 where cost grows
  /// as size does, 64 where it grows as its square. What else the machine does makes one of the two dearer now and then;
  /// what grows as its square does so each time.
  ///
  /// - Parameters:
  ///   - nothing: what is paid for any size, in seconds.
  ///   - enough: the ratio from which on it is measured again.
  public static func ratios(size: Int, nothing: Double, enough: Double = 30, cost: (Int) -> Double) -> [Double] {
    func best(_ size: Int) -> Double { (0..<3).map { _ in cost(size) }.min() ?? 0 }
    var ratios: [Double] = []
    repeat {
      // Too much taken off would make of little next to nothing.
      let small = max(0.004, best(size) - nothing)
      ratios.append((best(size * 8) - nothing) / small)
    } while (ratios.last ?? 0) >= enough && ratios.count < 4
    return ratios
  }
}
