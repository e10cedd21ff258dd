import KCData
import KCKube
import Testing

/// What the API server refuses in definitions of custom resources.
@Suite struct DefinitionRulesTests {
  /// The causes for a definition with one field `x` in its `spec`.
  private func causes(
    _ schema: String, root: String = "", group: String = "example.com", annotations: String = "{}"
  ) throws -> [String] {
    let (object, type) = try Objects.read(
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: widgets.\(group), annotations: \(annotations)}
      spec:
        group: \(group)
        scope: Namespaced
        names: {plural: widgets, kind: Widget}
        versions:
        - name: v1
          served: true
          storage: true
          subresources: {status: {}}
          schema:
            openAPIV3Schema:
              type: object
              \(root)
              properties: {spec: {type: object, properties: {x: \(schema)}}}
      """)
    let schemaPath = "spec.validation.openAPIV3Schema"
    let field = "\(schemaPath).properties[spec].properties[x]"
    return Set(
      Objects.causes(object, type).map { cause in
        let place =
          cause.field.hasPrefix(field)
          ? "x\(cause.field.dropFirst(field.count))"
          : cause.field.hasPrefix(schemaPath) ? "root\(cause.field.dropFirst(schemaPath.count))" : cause.field
        return "\(cause.reason.dropFirst("FieldValue".count)) \(place)"
      }
    ).sorted()
  }

  @Test(
    arguments: [
      ("{type: string}", []),
      ("{type: object, additionalProperties: true, properties: {a: {type: string}}}", []),
      (
        "{type: object, additionalProperties: {type: string}, properties: {a: {type: string}}}",
        ["Forbidden x.additionalProperties"]
      ),
      ("{type: object, x-kubernetes-map-type: atomic, x-kubernetes-preserve-unknown-fields: true}", []),
      (
        "{x-kubernetes-int-or-string: true, x-kubernetes-preserve-unknown-fields: true}",
        ["Invalid x.x-kubernetes-preserve-unknown-fields"]
      ),
      ("{type: string, x-kubernetes-map-type: granular}", ["Invalid x.type"]),
      ("{type: string, anyOf: [{pattern: a}, {type: string}]}", ["Forbidden x.anyOf[1].type"]),
      (
        "{type: object, properties: {a: {type: string}}, oneOf: [{properties: {a: {nullable: true, title: A}}}]}",
        ["Forbidden x.oneOf[0].properties[a].nullable", "Forbidden x.oneOf[0].properties[a].title"]
      ),
      ("{type: string, not: {pattern: '('}}", ["Invalid x.not.pattern"]),
      ("{type: string, default: abc, maxLength: 2}", ["TooLong x.default"]),
      ("{type: object, properties: {a: {type: string}}, default: {b: 1}}", ["Invalid x.default"]),
      ("{type: object, properties: {a: {type: integer}}, default: {a: text}}", ["TypeInvalid x.default.a"]),
      ("{type: string, $ref: a}", ["Forbidden x.$ref"]),
      (
        "{type: array, items: {type: string}, x-kubernetes-list-type: set, x-kubernetes-list-map-keys: [a]}",
        ["Invalid x.x-kubernetes-list-type"]
      ),
    ] as [(String, [String])])
  func structure(schema: String, expected: [String]) throws { #expect(try causes(schema) == expected) }

  @Test(
    arguments: [
      ("required: [a], properties: {a: {type: string}}", "[a]", []),
      ("required: [a], properties: {a: {type: object}}", "[a]", ["Invalid x.items.properties[a].type"]),
      ("required: [a], properties: {a: {type: string}}", "[a, a]", ["Invalid x.x-kubernetes-list-map-keys"]),
      ("properties: {a: {type: string}}", "[a]", ["Required x.items.properties[a].default"]),
      (
        "required: [a], nullable: true, properties: {a: {type: string, nullable: true}}", "[a]",
        ["Forbidden x.items.nullable", "Forbidden x.items.properties[a].nullable"]
      ),
    ] as [(String, String, [String])])
  func listsWithKeys(items: String, keys: String, expected: [String]) throws {
    let schema =
      "{type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: \(keys), items: {type: object, \(items)}}"
    #expect(try causes(schema) == expected)
  }

  @Test(
    arguments: [
      ("rule: self == 'a'", []),
      ("rule: self == 'a', message: ' '", ["Invalid @.message"]),
      ("rule: self == 'a', message: \"a\\nb\"", ["Invalid @.message"]),
      ("rule: \"self ==\\n'a'\"", ["Required @.message"]),
      ("rule: self == 'a', reason: Wrong", ["NotSupported @.reason"]),
      ("rule: self == 'a', messageExpression: '1 + 1'", ["Invalid @.messageExpression"]),
      ("rule: self == 'a', messageExpression: ' '", ["Required @.messageExpression"]),
      ("rule: self == 'a', fieldPath: .b", ["Invalid @.fieldPath"]),
      ("rule: self == 'a', optionalOldSelf: true", ["Invalid @.optionalOldSelf"]),
      ("rule: self == oldSelf", []),
    ] as [(String, [String])])
  func rules(rule: String, expected: [String]) throws {
    let found = try causes("{type: string, maxLength: 9, x-kubernetes-validations: [{\(rule)}]}")
    #expect(found == expected.map { $0.replacing("@.", with: "x.x-kubernetes-validations[0].") })
  }

  @Test func oldValuesOfElements() throws {
    let rule = "{type: string, maxLength: 9, x-kubernetes-validations: [{rule: self == oldSelf}]}"
    #expect(
      try causes("{type: array, maxItems: 3, items: \(rule)}") == ["Invalid x.items.x-kubernetes-validations[0].rule"])
  }

  @Test func rulesAreNotReadInSchemasThatAreWrong() throws {
    let found = try causes("{type: text, x-kubernetes-validations: [{rule: 'self =='}]}")
    #expect(found == ["NotSupported x.type"])
  }

  @Test func roots() throws {
    #expect(try causes("{type: string}", root: "anyOf: [{required: [spec]}]") == ["Invalid root"])
    let other = try causes("{type: string}", root: "oneOf: [{properties: {other: {pattern: a}}}]")
    #expect(other.contains("Required root.properties[other]"))
    #expect(try causes("{type: string}", root: "x-kubernetes-preserve-unknown-fields: true") == [])
  }

  @Test(
    arguments: [
      ("example.com", "{}", []),
      ("kueue.x-k8s.io", "{}", []),
      ("policy.k8s.io", "{}", ["Required metadata.annotations[api-approved.kubernetes.io]"]),
      (
        "policy.k8s.io", "{api-approved.kubernetes.io: later}",
        ["Invalid metadata.annotations[api-approved.kubernetes.io]"]
      ),
      ("policy.k8s.io", "{api-approved.kubernetes.io: 'unapproved, a trial'}", []),
      ("policy.k8s.io", "{api-approved.kubernetes.io: 'https://github.com/kubernetes/kubernetes/pull/1'}", []),
    ] as [(String, String, [String])])
  func approval(group: String, annotations: String, expected: [String]) throws {
    #expect(try causes("{type: string}", group: group, annotations: annotations) == expected)
  }

  @Test func definitionsThatLackAnApprovalMayGoOnToLackIt() throws {
    let (object, type) = try Objects.read(
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: widgets.a.k8s.io, resourceVersion: "1"}
      spec:
        group: a.k8s.io
        scope: Cluster
        names: {plural: widgets, kind: Widget}
        versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
      """)
    var stored = Objects.defaulted(object, type)
    Strategy.prepareForCreate(&stored, type: type, now: Timestamp(seconds: 0))
    #expect(Validation.update(stored, old: stored, type: type).map(\.field) == [])
  }
}
