import KCData
import KCLang
import KCPlan

/// The answer of `kc why`, for people and as JSON.
struct WhyText {
  let style: TextStyle

  func text(_ answer: WhyAnswer) -> String {
    let title = style.paint(answer.subject, .strong)
    var lines = [answer.value.isEmpty ? title : "\(title) = \(answer.value)"]
    let width = answer.layers.map(\.layer.count).max() ?? 0
    let placeWidth = answer.layers.map { Self.place($0).count }.max() ?? 0
    for layer in answer.layers.reversed() {
      let mark = layer.wins ? style.paint("▸", .good) : " "
      let line =
        "  \(mark) \(Self.padded(layer.layer, width))  \(Self.padded(Self.place(layer), placeWidth))  \(layer.text)"
      lines.append(layer.wins ? line : style.paint(line, .faint))
    }
    if answer.layers.isEmpty, !answer.path.isEmpty, answer.value.isEmpty, answer.provenance.layer == "default" {
      lines.append("  not set")
    } else if answer.layers.isEmpty, !answer.path.isEmpty || answer.value.isEmpty {
      lines.append("  \(style.paint("▸", .good)) \(answer.provenance.layer)  \(Self.place(answer.provenance.location))")
    }
    if !answer.inputs.isEmpty {
      lines.append("  computed from")
      append(answer.inputs, "    ", &lines)
    } else if !answer.parameters.isEmpty {
      lines.append("  from parameter \(answer.parameters.joined(separator: ", "))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func append(_ inputs: [WhyAnswer.Input], _ indent: String, _ lines: inout [String]) {
    for input in inputs {
      let kind = input.kind == .parameter ? "param " : input.kind == .let ? "let " : ""
      var line = "\(indent)\(style.paint("\(kind)\(input.name)", .strong))"
      if !input.value.isEmpty { line += " = \(input.value)" }
      if let winner = input.layers.last(where: \.wins) {
        // Where the source says the value itself, it need not be said twice.
        let text = winner.text == input.value ? "" : "  \(winner.text)"
        line += style.paint("  \(Self.where(winner))\(text)", .faint)
      }
      if input.isCut { line += style.paint("  …", .faint) }
      lines.append(line)
      for layer in input.layers.reversed() where !layer.wins {
        lines.append(style.paint("\(indent)    instead of \(layer.text)  \(Self.where(layer))", .faint))
      }
      append(input.inputs, indent + "  ", &lines)
    }
  }

  /// `main.kc:12`, with the layer where it is not the file itself.
  private static func `where`(_ layer: WhyAnswer.Layer) -> String {
    layer.layer == "file" ? place(layer) : "\(layer.layer)  \(place(layer))"
  }

  private static func place(_ layer: WhyAnswer.Layer) -> String { place(layer.location) }

  private static func place(_ location: SourceLocation) -> String {
    location.file == "command line" ? location.file : "\(location.file):\(location.line)"
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}

extension WhyText {
  static func value(_ answer: WhyAnswer) -> Value {
    [
      "address": .string(answer.address), "path": .string(answer.path), "subject": .string(answer.subject),
      "value": .string(answer.value), "layers": .array(answer.layers.map(value)),
      "parameters": .array(answer.parameters.map { .string($0) }), "inputs": .array(answer.inputs.map(value)),
    ]
  }

  private static func value(_ layer: WhyAnswer.Layer) -> Value {
    [
      "layer": .string(layer.layer), "file": .string(layer.location.file), "line": .int(Int64(layer.location.line)),
      "column": .int(Int64(layer.location.column)), "text": .string(layer.text), "wins": .bool(layer.wins),
    ]
  }

  private static func value(_ input: WhyAnswer.Input) -> Value {
    var out: Value = [
      "kind": .string(input.kind.rawValue), "name": .string(input.name), "value": .string(input.value),
      "layers": .array(input.layers.map(value)), "inputs": .array(input.inputs.map(value)),
    ]
    if input.isCut { out["cut"] = true }
    return out
  }
}
