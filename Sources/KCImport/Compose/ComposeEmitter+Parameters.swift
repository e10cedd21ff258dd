/// The variables of Compose files as parameters.
extension ComposeEmitter {
  /// Declares those that the program has come to need.
  mutating func writeParameters(to out: inout SourceLines) {
    let variables = loader.reader.variables
    var pending = variables.order.filter { parameterNames[$0] != nil }
    // What a default mentions is a parameter too.
    var known = Set(pending)
    var place = 0
    while place < pending.count {
      let inner = ComposeVariables.names(variables.known[pending[place]]?.standard ?? "")
      for name in inner where known.insert(name).inserted {
        _ = parameter(name)
        pending.append(name)
      }
      place += 1
    }
    var seen = Set<String>()
    let texts = Set(pending.filter { variables.known[$0]?.isNumber != true }.map(ComposeVariables.base))
    for name in pending {
      guard let variable = variables.known[name], let written = parameterNames[name] else { continue }
      let base = ComposeVariables.base(name)
      if let whole = optionalNames[base] {
        let isNumber = !texts.contains(base)
        if seen.insert(whole).inserted { out.line("param \(whole): \(isNumber ? "Int" : "String")?") }
        let read = variable.isNumber && !isNumber ? "\(whole)?.toInt()" : whole
        out.line("let \(written) = \(read) ?? \(value(variable))")
      } else if variable.standard == nil {
        out.line("param \(written): \(variable.isNumber ? "Int" : "String")")
      } else {
        let value = value(variable)
        out.line("param \(written): \(value.first?.isNumber ?? false ? "Int" : "String") = \(value)")
      }
    }
  }

  /// What a variable is where nobody gives it.
  private mutating func value(_ variable: ComposeVariables.Variable) -> String {
    let variables = loader.reader.variables
    let standard = variable.standard ?? ""
    if variable.isNumber, let number = Int64(variables.plain(standard)) { return String(number) }
    guard variables.isSecret(variable.name) else { return string(standard) }
    noteEmptySecret(ComposeVariables.base(variable.name))
    return "\"\""
  }

  private mutating func noteEmptySecret(_ name: String) {
    note(
      .warning, "`\(name)` looks like a secret and stands where everybody reads it: its parameter is empty",
      help: "let containers read it from their environment, or pass `--set \(name)=…`",
      alike: .init(
        subject: "`\(name)`",
        many: "% look like secrets and stand where everybody reads them: their parameters are empty",
        help: "let containers read them from their environment, or pass `--set NAME=…`"), at: project)
  }

  /// What a variable of the files is in the program: a parameter, or a value made of one where defaults differ.
  mutating func parameter(_ variable: String) -> String {
    let base = ComposeVariables.base(variable)
    let hasVariants = loader.reader.variables.hasVariants(base)
    let key = hasVariants ? variable : base
    if let known = parameterNames[key] { return known }
    if hasVariants, optionalNames[base] == nil { optionalNames[base] = names.declare(base, ending: "value") }
    let name = names.declare(hasVariants ? variantName(key) : key, ending: "value")
    parameterNames[key] = name
    return name
  }

  /// `TAG-or-latest`
  private func variantName(_ key: String) -> String {
    let variables = loader.reader.variables
    let standard = variables.known[key]?.standard ?? ""
    let ending = standard.isEmpty ? "nothing" : variables.isSecret(key) ? nil : ComposeNames.dns(standard)
    guard let ending, ending.utf8.count <= 20, !ComposeVariables.hasMarks(standard) else {
      return "\(ComposeVariables.base(key))-or-other"
    }
    return "\(ComposeVariables.base(key))-or-\(ending)"
  }
}
