internal import KCData
internal import KCKube

/// Makes a container's environment.
struct EnvironmentBuilder {
  let pod: PodSpec
  let inputs: PodInputs
  let facts: PodFacts
  private var names: [String] = []
  private var values: [String: String] = [:]
  private var linked: [String: String] = [:]

  init(pod: PodSpec, inputs: PodInputs, facts: PodFacts) {
    self.pod = pod
    self.inputs = inputs
    self.facts = facts
  }

  /// The environment of a container, in order; a later variable of the same name replaces an earlier one.
  ///
  /// - Throws: when a reference leads nowhere and is not optional.
  static func environment(_ container: ContainerSpec, pod: PodSpec, inputs: PodInputs, facts: PodFacts)
    throws(ConfigurationError) -> [EnvironmentVariable]
  {
    var builder = EnvironmentBuilder(pod: pod, inputs: inputs, facts: facts)
    let links = ServiceEnvironment.variables(
      inputs.services, namespace: pod.namespace, links: pod.spec["enableServiceLinks"]?.bool ?? true)
    for link in links { builder.linked[link.name] = link.value }
    for source in container.value["envFrom"]?.array ?? [] { try builder.add(all: source) }
    for variable in container.value["env"]?.array ?? [] { try builder.add(one: variable, of: container) }
    let own = builder.names.map { EnvironmentVariable($0, builder.values[$0] ?? "") }
    return own + links.filter { builder.values[$0.name] == nil }
  }

  private mutating func set(_ name: String, _ value: String) {
    if values.updateValue(value, forKey: name) == nil { names.append(name) }
  }

  private mutating func add(all source: Value) throws(ConfigurationError) {
    let prefix = source["prefix"]?.string ?? ""
    for (key, noun, objects) in [
      ("configMapRef", "configmap", inputs.configMaps), ("secretRef", "secret", inputs.secrets),
    ] {
      guard let reference = source[key], let name = reference["name"]?.string else { continue }
      guard let object = objects[name] else {
        if reference["optional"]?.bool == true { continue }
        throw ConfigurationError("\(noun) \"\(name)\" not found")
      }
      for key in PodInputs.keys(object) {
        guard object.kind == "Secret" || object.at("data", key) != nil, !key.contains("="),
          let bytes = PodInputs.bytes(object, key)
        else { continue }
        set(prefix + key, String(decoding: bytes, as: UTF8.self))
      }
    }
  }

  private mutating func add(one variable: Value, of container: ContainerSpec) throws(ConfigurationError) {
    let name = variable["name"]?.string ?? ""
    guard let source = variable["valueFrom"], source.object?.isEmpty == false else {
      set(name, VariableExpansion.expand(variable["value"]?.string ?? "") { values[$0] ?? linked[$0] })
      return
    }
    if let value = try value(source, of: container) { set(name, value) }
  }

  /// The value that `valueFrom` stands for; nil where it is optional and absent.
  private func value(_ source: Value, of container: ContainerSpec) throws(ConfigurationError) -> String? {
    let references = FieldReference(pod: pod, facts: facts)
    if let field = source["fieldRef"] { return try references.field(field["fieldPath"]?.string ?? "") }
    if let resource = source["resourceFieldRef"] {
      return try references.resource(resource, container: container.value)
    }
    if let reference = source["configMapKeyRef"] { return try key(reference, "configmap", inputs.configMaps) }
    if let reference = source["secretKeyRef"] { return try key(reference, "secret", inputs.secrets) }
    throw ConfigurationError("the source of a variable is of a kind that this node does not support")
  }

  private func key(_ reference: Value, _ noun: String, _ objects: [String: Value]) throws(ConfigurationError)
    -> String?
  {
    let name = reference["name"]?.string ?? ""
    let key = reference["key"]?.string ?? ""
    let isOptional = reference["optional"]?.bool == true
    guard let object = objects[name] else {
      if isOptional { return nil }
      throw ConfigurationError("\(noun) \"\(name)\" not found")
    }
    guard let bytes = PodInputs.bytes(object, key) else {
      if isOptional { return nil }
      throw ConfigurationError("couldn't find key \(key) in \(noun) \(pod.namespace)/\(name)")
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
