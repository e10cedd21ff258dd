internal import KCData

/// Slices with the devices of a driver.
enum DeviceSliceRules {
  private static let mostDevices = 128
  /// How many there may be where some have taints, or take from counters.
  private static let mostOfBusyDevices = 64
  private static let mostValues = 32
  private static let mostTaints = 16
  private static let mostCounterSets = 8
  private static let longestValue = 64

  static func slice(_ object: Value, _ report: inout ValidationReport) {
    let (spec, path) = (object["spec"] ?? [:], FieldPath("spec"))
    VolumeRules.driver(spec.text("driver"), path["driver"], &report)
    pool(spec["pool"] ?? [:], path["pool"], &report)
    let isOfDevices = spec.flag("perDeviceNodeSelection")
    nodes(spec, path, isSaid: isOfDevices, &report)
    let (devices, sets) = (spec.list("devices"), spec.list("sharedCounters"))
    if !devices.isEmpty, !sets.isEmpty {
      report.invalid(path, "only one of devices and sharedCounters is allowed", value: "")
    }
    if sets.count > mostCounterSets { report.tooMany(path["sharedCounters"], sets.count, mostCounterSets) }
    let isBusy = devices.contains { !$0.list("taints").isEmpty || !$0.list("consumesCounters").isEmpty }
    let most = isBusy ? mostOfBusyDevices : mostDevices
    if devices.count > most { return report.tooMany(path["devices"], devices.count, most) }
    var names: Set<String> = []
    for (index, device) in devices.enumerated() {
      let here = path["devices"][index]
      let name = device.text("name")
      report.label(name, here["name"])
      if !name.isEmpty, !names.insert(name).inserted { report.duplicate(here, name) }
      self.device(device, here, &report)
      if isOfDevices {
        nodes(device, here, isSaid: false, &report)
      } else {
        for field in ["nodeName", "nodeSelector", "allNodes"] where device.has(field) {
          report.invalid(here[field], "may only be set where perDeviceNodeSelection is", value: "")
        }
      }
    }
  }

  private static func pool(_ pool: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let name = pool.text("name")
    if name.isEmpty {
      report.required(path["name"])
    } else if name.utf8.count > 253 {
      report.tooLong(path["name"], 253)
    } else {
      for part in name.split(separator: "/", omittingEmptySubsequences: false) {
        report.subdomain(String(part), path["name"])
      }
    }
    let count = pool["resourceSliceCount"]?.int ?? 0
    if count <= 0 { report.invalid(path["resourceSliceCount"], "must be greater than zero", value: .int(count)) }
    report.nonNegative(pool["generation"], path["generation"])
  }

  /// The nodes that have what a slice, or a device, tells of.
  ///
  /// - Parameter isSaid: whether the devices say it themselves, which counts as one of the ways.
  private static func nodes(
    _ holder: Value, _ path: FieldPath, isSaid: Bool, _ report: inout ValidationReport
  ) {
    let node = holder.text("nodeName")
    var ways = isSaid ? 1 : 0
    if !node.isEmpty {
      ways += 1
      report.subdomain(node, path["nodeName"])
    }
    if let selector = holder.set("nodeSelector") {
      ways += 1
      let terms = selector.list("nodeSelectorTerms")
      if terms.count != 1 {
        report.invalid(
          path["nodeSelector"]["nodeSelectorTerms"], "must have exactly one term", value: .int(Int64(terms.count)))
      }
    }
    if holder.flag("allNodes") { ways += 1 }
    if ways == 0 {
      report.required(path, "exactly one of nodeName, nodeSelector, allNodes and perDeviceNodeSelection is required")
    } else if ways > 1 {
      report.invalid(
        path, "exactly one of nodeName, nodeSelector, allNodes and perDeviceNodeSelection is allowed", value: "")
    }
  }

  private static func device(_ device: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let (attributes, capacity) = (device.map("attributes"), device.map("capacity"))
    if attributes.count + capacity.count > mostValues {
      report.invalid(
        path, "may have at most \(mostValues) attributes and capacities",
        value: .int(Int64(attributes.count + capacity.count)))
    }
    for (key, value) in attributes {
      name(key, path["attributes"].key(key), &report)
      attribute(value, path["attributes"].key(key), &report)
    }
    for (key, _) in capacity { name(key, path["capacity"].key(key), &report) }
    let taints = device.list("taints")
    if taints.count > mostTaints { return report.tooMany(path["taints"], taints.count, mostTaints) }
    for (index, taint) in taints.enumerated() { self.taint(taint, path["taints"][index], &report) }
  }

  /// An identifier, with a domain before it or without.
  private static func name(_ text: String, _ path: FieldPath, _ report: inout ValidationReport) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let own = parts[parts.count - 1]
    if parts.count > 2 {
      report.invalid(path, "must be a name, or a domain and a name separated by a slash", value: .string(text))
      return
    }
    if parts.count == 2 { VolumeRules.driver(parts[0], path, &report) }
    if own.isEmpty { return report.required(path, "the name must not be empty") }
    if own.utf8.count > 32 { report.tooLong(path, 32) }
    if !Names.isIdentifier(own) { report.invalid(path, "must be an identifier", value: .string(own)) }
  }

  private static func attribute(_ value: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let kinds = ["bool", "int", "string", "version", "bools", "ints", "strings", "versions"].filter { value.has($0) }
    if kinds.isEmpty { return report.required(path, "exactly one value is required") }
    if kinds.count > 1 { return report.invalid(path, "exactly one value is allowed", value: "") }
    for field in ["string", "version"] where value.text(field).utf8.count > longestValue {
      report.tooLong(path[field], longestValue)
    }
    if let version = value.set("version")?.string, !isVersion(version) {
      report.invalid(path["version"], "must be a version as semver.org has them", value: .string(version))
    }
  }

  /// `1.2.3`, with `-` and `+` and what they bring.
  private static func isVersion(_ text: String) -> Bool {
    let build = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
    let release = build[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    func isWord(_ word: Substring) -> Bool {
      !word.isEmpty && word.utf8.allSatisfy { Names.isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }
    func isNumber(_ word: Substring) -> Bool {
      !word.isEmpty && word.utf8.allSatisfy { (48...57).contains($0) } && (word == "0" || word.first != "0")
    }
    func words(_ part: Substring) -> [Substring] { part.split(separator: ".", omittingEmptySubsequences: false) }
    let numbers = words(release[0])
    guard numbers.count == 3, numbers.allSatisfy(isNumber) else { return false }
    let isDigits = { (word: Substring) in word.utf8.allSatisfy { (48...57).contains($0) } }
    let isGoodRelease =
      release.count == 1 || words(release[1]).allSatisfy { isWord($0) && (!isDigits($0) || isNumber($0)) }
    return isGoodRelease && (build.count == 1 || words(build[1]).allSatisfy(isWord))
  }

  private static func taint(_ taint: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    report.qualifiedName(taint.text("key"), path["key"])
    ObjectMetaRules.labelValue(taint.text("value"), path["value"], &report)
    report.requiredOneOf(taint.text("effect"), ["NoExecute", "NoSchedule", "None"], path["effect"])
  }
}
