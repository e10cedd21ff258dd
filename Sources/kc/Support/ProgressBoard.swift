import Glibc
import KCApply
import KCPlan
import Synchronization

/// Tells of an apply as it goes: on a terminal, lines that stay for what is done, and below them a live part with what
/// is awaited and its pods; elsewhere, a plain line for each change.
final class ProgressBoard: Sendable {
  private struct State {
    /// What is awaited: state and pods by address, in the order in which it began.
    var awaited: [(step: Step, state: String, pods: [StatusReport.Pod])] = []
    /// Lines of the live part on the screen.
    var drawn = 0
    /// What was last said of each that is awaited, where lines stay: only what is new is said.
    var said: [String: String] = [:]
    /// Lines that are said together with the next ones.
    var unsaid = ""
    var applied: [String] = []
    var done: Set<String> = []
  }

  private let state = Mutex(State())
  private let isLive: Bool
  private let isJSON: Bool
  private let width: Int
  private let style: TextStyle
  /// Pods shown per resource in the live part.
  private static let shownPods = 8
  private static let shownResources = 12

  init(_ plan: Plan, style: TextStyle, isJSON: Bool) {
    self.style = style
    self.isJSON = isJSON
    isLive = !isJSON && isatty(2) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"
    width = min(plan.steps.filter(Self.isShown(plan.unfinished)).map(\.title.count).max() ?? 0, 60)
  }

  /// Whether something is told of a step.
  private static func isShown(_ last: Unfinished?) -> (Step) -> Bool {
    { step in step.action != .keep || last?.covers(step.address) ?? false }
  }

  /// What was applied, and of that what is not known to be healthy yet, as addresses.
  var standing: (applied: [String], open: [String]) {
    state.withLock { state in (state.applied, state.applied.filter { !state.done.contains($0) }) }
  }

  func tell(_ event: ApplyEvent) {
    if isJSON { EventLines.write(EventLines.event(event)) }
    state.withLock { state in
      note(event, in: &state)
      if isJSON { return }
      erase(&state)
      guard let line = line(event, &state) else {
        if isLive { draw(&state) }
        return
      }
      if !isLive { return collect(line, &state) }
      Terminal.say(line)
      draw(&state)
    }
  }

  /// Says a line soon: hundreds that come within a moment are one write, and wake whoever reads them once.
  private func collect(_ line: String, _ state: inout State) {
    let isFirst = state.unsaid.isEmpty
    state.unsaid += line + "\n"
    if !isFirst { return }
    Task.detached { [self] in
      try? await Task.sleep(for: .milliseconds(20))
      self.state.withLock { say(&$0) }
    }
  }

  private func say(_ state: inout State) {
    if !state.unsaid.isEmpty { Terminal.err(state.unsaid) }
    state.unsaid = ""
  }

  /// Says what is not said yet, and takes the live part away, before the last word.
  func finish() {
    state.withLock { state in
      say(&state)
      erase(&state)
    }
  }

  private func note(_ event: ApplyEvent, in state: inout State) {
    switch event {
    case .applied(let step): state.applied.append(step.address)
    case .waiting(let step, let text, let pods):
      // What an apply before has made stands, too, and is not known to be healthy.
      if step.action == .keep, !state.applied.contains(step.address) { state.applied.append(step.address) }
      if let index = state.awaited.firstIndex(where: { $0.step.address == step.address }) {
        state.awaited[index] = (step, text, pods)
      } else {
        state.awaited.append((step, text, pods))
      }
    case .healthy(let step), .removed(let step):
      state.awaited.removeAll { $0.step.address == step.address }
      state.done.insert(step.address)
      if case .removed = event, step.action == .remove { state.applied.append(step.address) }
    case .rollingBack:
      state = State(drawn: state.drawn, unsaid: state.unsaid)
    case .applying, .removing, .notRolledBack: break
    }
  }

  /// A line that stays.
  private func line(_ event: ApplyEvent, _ state: inout State) -> String? {
    func row(_ step: Step, _ text: String) -> String { "  \(TextStyle.pad(step.title, width))  \(text)" }
    switch event {
    case .applying, .removing: return nil
    case .applied(let step): return row(step, "applied")
    case .waiting(let step, let text, _):
      if isLive || state.said.updateValue(text, forKey: step.address) == text { return nil }
      return row(step, style.paint(text, .faint))
    case .healthy(let step):
      let speaks = [
        "Deployment", "StatefulSet", "DaemonSet", "Job", "Pod", "PersistentVolumeClaim", "Ingress",
        "CustomResourceDefinition",
      ]
      return speaks.contains(step.key.kind) ? row(step, style.paint("healthy", .good)) : nil
    case .removed(let step): return row(step, "removed")
    case .notRolledBack(let why): return style.paint("not gone back", .warning) + ": \(why)"
    case .rollingBack(let number, let failure, let secrets):
      let kept = FailureText.kept(secrets: secrets).map { "\($0)\n" } ?? ""
      return "\n" + style.paint("failed", .bad) + ": \(failure.brief)\nGoing back to revision \(number).\n\(kept)"
    }
  }

  private func draw(_ state: inout State) {
    var lines: [String] = []
    for item in state.awaited.prefix(Self.shownResources) {
      lines.append("  \(TextStyle.pad(item.step.title, width))  " + style.paint(item.state, .warning))
      let pods = item.pods.filter { !$0.isReady } + item.pods.filter(\.isReady)
      for pod in pods.prefix(Self.shownPods) {
        let restarts = pod.restarts == 0 ? "" : ", \(pod.restarts)× restarted"
        let what = (pod.isReady ? "ready" : pod.phase.lowercased()) + restarts
        lines.append("    " + style.paint("\(pod.name)  \(pod.node ?? "no node")  \(what)", .faint))
      }
      if pods.count > Self.shownPods {
        lines.append("    " + style.paint("and \(pods.count - Self.shownPods) more", .faint))
      }
    }
    if state.awaited.count > Self.shownResources {
      lines.append("  and \(state.awaited.count - Self.shownResources) more")
    }
    // A line that wraps could not be taken back.
    for line in lines { Terminal.say(clipped(line)) }
    state.drawn = lines.count
  }

  private func erase(_ state: inout State) {
    guard isLive, state.drawn > 0 else { return }
    Terminal.err("\u{1B}[\(state.drawn)A\u{1B}[J")
    state.drawn = 0
  }

  /// Cut to the width of the terminal; escapes take no room, and are closed.
  private func clipped(_ line: String) -> String {
    var room = style.width - 1
    var out = ""
    var isEscape = false
    for character in line {
      if character == "\u{1B}" { isEscape = true }
      if isEscape {
        out.append(character)
        if character.isLetter { isEscape = false }
      } else if room > 0 {
        out.append(character)
        room -= 1
      }
    }
    return out
  }
}
