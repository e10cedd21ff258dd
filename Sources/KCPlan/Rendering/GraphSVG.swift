/// The order graph as a drawing: a column a stage, arrows from left to right.
public struct GraphSVG {
  private let graph: OrderGraph
  /// Where the box of each node stands.
  private var boxes: [(x: Int, y: Int, width: Int)]
  private var size = (width: 0, height: 0)

  private static let height = 26
  private static let margin = 12
  /// Boxes of a longer address show its end.
  private static let longest = 32
  /// More boxes than this do not make a picture that anybody could read.
  public static let limit = 400

  public init(_ graph: OrderGraph) {
    self.graph = graph
    boxes = Array(repeating: (0, 0, 0), count: graph.nodes.count)
    var x = Self.margin
    for wave in graph.stages {
      let width = (wave.map { Self.label(graph.nodes[$0].title).count }.max() ?? 0) * 7 + 20
      for (row, index) in wave.enumerated() {
        boxes[index] = (x, Self.margin + row * (Self.height + 10), width)
      }
      size.height = max(size.height, 2 * Self.margin + wave.count * (Self.height + 10))
      x += width + 64
    }
    size.width = max(0, x - 64) + Self.margin
  }

  /// An `svg` element; it needs nothing around it.
  public func render() -> String {
    var out =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(size.width)\" height=\"\(size.height)\" "
      + "viewBox=\"0 0 \(size.width) \(size.height)\" role=\"img\" aria-label=\"dependency graph\">\n"
      + "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
      + "orient=\"auto\"><path d=\"M0 0 8 4 0 8z\" fill=\"#888\"/></marker></defs>\n"
    for edge in graph.edges { out += line(edge) }
    for index in graph.nodes.indices { out += box(index) }
    return out + "</svg>\n"
  }

  private func line(_ edge: OrderGraph.Edge) -> String {
    let (from, to) = (boxes[edge.from], boxes[edge.to])
    let start = (x: from.x + from.width, y: from.y + Self.height / 2)
    let end = (x: to.x, y: to.y + Self.height / 2)
    let bend = max(24, (end.x - start.x) / 2)
    let dash = edge.isReference ? "" : " stroke-dasharray=\"4 3\""
    return "<path class=\"edge\" d=\"M\(start.x) \(start.y)C\(start.x + bend) \(start.y) \(end.x - bend) \(end.y) "
      + "\(end.x) \(end.y)\" fill=\"none\" stroke=\"#888\"\(dash) marker-end=\"url(#arrow)\"/>\n"
  }

  private func box(_ index: Int) -> String {
    let (node, place) = (graph.nodes[index], boxes[index])
    return "<g><title>\(Markup.escape(node.title)): \(node.action.rawValue)</title>"
      + "<rect x=\"\(place.x)\" y=\"\(place.y)\" width=\"\(place.width)\" height=\"\(Self.height)\" rx=\"4\" "
      + "fill=\"#fff\" stroke=\"\(Self.color(node.action))\" stroke-width=\"1.5\"/>"
      + "<text x=\"\(place.x + 10)\" y=\"\(place.y + 17)\" font-family=\"ui-monospace,monospace\" font-size=\"11\" "
      + "fill=\"#222\">\(Markup.escape(Self.label(node.title)))</text></g>\n"
  }

  private static func label(_ address: String) -> String {
    address.count > longest ? "…" + address.suffix(longest - 1) : address
  }

  private static func color(_ action: Step.Action) -> String {
    switch action {
    case .add: "#1a7f37"
    case .change: "#9a6700"
    case .replace, .remove: "#cf222e"
    case .keep: "#999"
    }
  }
}

/// Text in HTML, XML and Markdown.
enum Markup {
  /// Text as it may stand between tags and in quoted attributes.
  static func escape(_ text: String) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): out += Array("&amp;".utf8)
      case UInt8(ascii: "<"): out += Array("&lt;".utf8)
      case UInt8(ascii: ">"): out += Array("&gt;".utf8)
      case UInt8(ascii: "\""): out += Array("&quot;".utf8)
      case UInt8(ascii: "'"): out += Array("&#39;".utf8)
      // Characters that neither HTML nor XML may have.
      case 0..<0x09, 0x0B, 0x0C, 0x0E..<0x20: out += Array("\u{FFFD}".utf8)
      default: out.append(byte)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// Text as code in a Markdown line: fenced by more backticks than it has in a row, and on one line.
  static func code(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    var longest = 0
    var run = 0
    for character in line {
      run = character == "`" ? run + 1 : 0
      longest = max(longest, run)
    }
    let fence = String(repeating: "`", count: longest + 1)
    let pad = line.hasPrefix("`") || line.hasSuffix("`") || line.isEmpty ? " " : ""
    return "\(fence)\(pad)\(line)\(pad)\(fence)"
  }
}
