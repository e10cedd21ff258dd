internal import KCData

/// What is left of manifests without the charts of Helm among them, whose templates are to be filled in first.
struct HelmCharts {
  private(set) var objects: [ImportedObject] = []
  private(set) var reading: [ImportNote] = []
  /// How many templates are left out.
  private(set) var leftOut = 0
  /// One for each chart.
  private(set) var notes: [ImportNote] = []
  /// The folders that have a `Chart.yaml`.
  private let described: Set<String>

  /// - Parameter command: what of `kc import` is to read what Helm makes.
  init(_ given: [ImportedObject], _ read: [ImportNote], command: String = "yaml") {
    described = Set(read.filter { Self.name($0.file) == "Chart.yaml" }.map { Kustomization.folder(of: $0.file) })
    var charts: [String: (first: ImportNote, files: Set<String>)] = [:]
    var order: [String] = []
    for note in read where note.topic == .template {
      let chart = chart(of: note.file) ?? Self.unknown
      if charts[chart] == nil { order.append(chart) }
      charts[chart, default: (note, [])].files.insert(note.file)
    }
    // What has nothing to fill in is a part of its chart all the same.
    for object in given {
      if let chart = chart(of: object.file), charts[chart]?.files.insert(object.file) != nil { continue }
      objects.append(object)
    }
    func isOfChart(_ note: ImportNote) -> Bool {
      guard note.topic == .noObject else { return false }
      let folder = Self.isSetting(note.file) ? outermost(Kustomization.folder(of: note.file)) : nil
      return (chart(of: note.file) ?? folder).map { charts[$0] != nil } ?? false
    }
    reading = read.filter { $0.topic != .template && !isOfChart($0) }
    for chart in order {
      guard let (first, files) = charts[chart] else { continue }
      leftOut += files.count
      notes.append(Self.note(chart, first, files.count, command))
    }
  }

  /// Stands for the folder of a chart where a template does not lie in one.
  private static let unknown = "CHART"

  private static func note(_ chart: String, _ first: ImportNote, _ count: Int, _ command: String) -> ImportNote {
    var note = first
    if count > 1 {
      note.message = "\(count) files are templates, and no manifests: what stands in `{{ … }}` is to be filled in"
    }
    note.help = "let Helm do so: helm template \(chart.isEmpty ? "." : chart) | kc import \(command) - --out FOLDER"
    return note
  }

  /// The folder of the chart that a file is a template of: what lies above `templates`.
  private func chart(of file: String) -> String? {
    let parts = file.split(separator: "/", omittingEmptySubsequences: false)
    guard let place = parts.dropLast().lastIndex(of: "templates") else { return nil }
    return outermost(parts[..<place].joined(separator: "/"))
  }

  /// A chart, or the one that it lies in: Helm fills in both together.
  private func outermost(_ chart: String) -> String {
    let parts = chart.split(separator: "/", omittingEmptySubsequences: false)
    for place in parts.indices where parts[place] == "charts" {
      let outer = parts[..<place].joined(separator: "/")
      if described.contains(outer) { return outer }
    }
    return chart
  }

  /// Whether a file describes a chart or has values for it.
  private static func isSetting(_ file: String) -> Bool {
    let name = name(file)
    return ["Chart.yaml", "requirements.yaml"].contains(name) || name.hasPrefix("values")
  }

  private static func name(_ file: String) -> String { String(file.split(separator: "/").last ?? "") }
}
