import KCCodec
import KCData
import KCImport
import Testing

@Suite struct ManifestReaderTests {
  private func read(_ text: String) -> (objects: [ImportedObject], notes: [ImportNote]) {
    ManifestReader.read(Array(text.utf8), file: "a.yaml")
  }

  private let head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"

  @Test func listsAreUnpackedAndDocumentsCounted() {
    let text = """
      apiVersion: v1
      kind: List
      items:
      - {apiVersion: v1, kind: Service, metadata: {name: a}}
      - {apiVersion: v1, kind: Service, metadata: {name: b}}
      ---
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: c}
      """
    let objects = read(text).objects
    #expect(objects.map { $0.object.at("metadata", "name") } == ["a", "b", "c"])
    #expect(objects.last?.line == 8)
  }

  @Test func documentsThatCannotBeReadHideNoOthers() {
    let text = """
      # what a is
      apiVersion: v1
      kind: Service
      metadata: {name: a}
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: b}
      data: {x: "1", x: "2"}
      --- # the last one
      apiVersion: v1
      kind: Service
      metadata: {name: c}
      ---
      a: [
      """
    let (objects, notes) = read(text)
    #expect(objects.map { $0.object.at("metadata", "name") } == ["a", "c"])
    #expect(objects.map(\.line) == [2, 11])
    #expect(notes.map(\.line) == [9, 16])
    #expect(notes.allSatisfy { $0.severity == .error })
  }

  @Test func filesOfNothingThatCanBeReadEnd() {
    let (objects, notes) = read(String(repeating: "---\na: [\n", count: 20_000))
    #expect(objects.isEmpty && notes.count == 21)
    #expect(notes.last?.message.contains("the rest of it is left out") == true)
  }

  @Test func commentsThatStandApartBelongToTheNextDocument() {
    let text =
      head + """
        # still about a
        ---
        # what b is
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: b}

        # what c is
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: c}
        """
    let objects = read(text).objects
    func texts(_ position: YAML.Comment.Position) -> [[String]] {
      objects.map { $0.comments.filter { $0.position == position }.map(\.text) }
    }
    #expect(texts(.above) == [[], [" what b is"], [" what c is"]])
    #expect(texts(.atEnd) == [[" still about a"], [], []])
    let source = SourceImport.source(for: objects).files.first?.text ?? ""
    #expect(source.contains("// what b is\nconfig b {}"))
  }

  @Test func whatOnlyJSONHasIsRead() {
    func config(_ name: String) -> String {
      "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"\(name)\"}}\n"
    }
    let objects = read(config("a") + config("\\ud83d\\ude00")).objects
    #expect(objects.map { $0.object.at("metadata", "name") } == ["a", "😀"])
    #expect(read(config("a") + "{").notes.map(\.severity) == [.error])
  }

  @Test func objectsOfOneNameAreToldApartByWhatTheyDoNotShare() {
    func config(_ namespace: String) -> String {
      "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: \(namespace)}}\n---\n"
    }
    let files = [("one.yaml", config("shop")), ("two.yaml", config("shop") + config("test"))]
    let objects = files.flatMap { ManifestReader.read(Array($1.utf8), file: $0).objects }
    let addresses = SourceImport.source(for: objects).addresses
    #expect(addresses == ["config.a", "config.a-two", "config.a-test"])
  }

  @Test func duplicateKeysNameBothPlaces() {
    let note = read(head + "data:\n  a: '1'\n  b: '2'\n  a: '3'\n").notes.first
    #expect(note?.severity == .error)
    #expect(note?.line == 7)
    #expect(note?.message.contains("first on line 5") ?? false)
  }

  @Test func commentsBelongToWhatTheyStandAt() {
    let text = """
      # about all
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: a # its name
      data:
        # the level
        LEVEL: info # or debug
        # MODE: "x" # not now
        TEXT: |
          # no comment
          x: "# neither"
        QUOTED: "a # b"
      # the end
      """
    let result = SourceImport.source(for: read(text).objects)
    #expect(
      result.files.first?.text == #"""
        import std.exact

        // about all
        // its name
        config a {
          data {
            // the level
            LEVEL = "info" // or debug
            // MODE: "x" # not now
            TEXT = """
              # no comment
              x: "# neither"

              """
            QUOTED = "a # b"
          }
        }
        // the end

        """#)
  }

  @Test func commentsAtTheEndStayInWhatTheyEnd() {
    let text = """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: a}
      data:
        A: x

        # # B: y
      # the end
      """
    #expect(
      SourceImport.source(for: read(text).objects).files.first?.text == """
        import std.exact

        config a {
          data {
            A = "x"

            // B: y
          }
        }
        // the end

        """)
  }

  @Test func commentsBesideAListAreNotInIt() {
    let text = """
      apiVersion: rbac.authorization.k8s.io/v1beta1
      kind: RoleBinding
      metadata: {name: a}
      subjects:
      - kind: User
        name: b
      # who may
      roleRef: {kind: Role, name: c}
      ### Next ###
      ---
      \(head)
      """
    #expect(
      SourceImport.source(for: read(text).objects).files.first?.text.hasPrefix(
        """
        import std.exact

        rbac.authorization.k8s.io.v1beta1.RoleBinding a {
          // who may
          roleRef = { kind = "Role", name = "c" }
          subjects = [{ kind = "User", name = "b" }]
        }
        // ### Next ###

        """) ?? false)
  }

  @Test func templatesOfHelmAreCalledSo() {
    for text in ["{{- if .Values.on }}\n\(head){{- end }}\n", head + "data: {{ toYaml .Values.data }}\n"] {
      let note = read(text).notes.first
      #expect(note?.severity == .error)
      #expect(note?.message.contains("template") ?? false)
    }
    #expect(read(head + "data: {a: '{{ x }}'}\n").notes.isEmpty)
  }

  @Test func whatHelmIsToFillInIsSaid() {
    let text = head + "data: {a: '{{ $labels.x }} {{inputs.a}} {{ .name }}', b: \"v-{{ default 1 .Values.tag }}\"}\n"
    let found = read(text)
    #expect(found.objects.count == 1)
    #expect(found.notes.map(\.severity) == [.warning])
    #expect(found.notes.first?.message.hasPrefix("`{{ default 1 .Values.tag }}` is for Helm") ?? false)
    let template = ManifestReader.read(Array(text.utf8), file: "shop/templates/a.yaml")
    let selection = ImportSelection(template.objects, reading: template.notes)
    #expect(selection.objects.isEmpty && selection.allNotes.map(\.severity) == [.error])
    #expect(read(head + "data:\n  chart.yaml: |\n    tag: {{ .Values.tag }}\n    x: y\n").notes.isEmpty)
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\n"
    #expect(read(release + "spec: {values: {name: '{{ .Release.Name }}'}}\n").notes.isEmpty)
  }

  @Test func aliasesThatMultiplyAreRefused() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      let inner = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(inner)]\n"
    }
    #expect(read(text).notes.first?.message.contains("aliases") ?? false)
  }

  @Test func brokenBytesAreRefused() {
    for bytes: [UInt8] in [[0x61, 0x3a, 0x20, 0xff, 0xfe], Array("a: \0".utf8), [0x61, 0x00, 0x62]] {
      #expect(ManifestReader.read(bytes, file: "a").notes.first?.severity == .error)
    }
  }

  @Test func utf16IsRead() {
    var bytes: [UInt8] = [0xff, 0xfe]
    for unit in head.utf16 { bytes += [UInt8(unit & 0xff), UInt8(unit >> 8)] }
    #expect(ManifestReader.read(bytes, file: "a").objects.count == 1)
  }

  @Test func deepNestingIsRefused() {
    let deep = String(repeating: "[", count: 600) + String(repeating: "]", count: 600)
    #expect(read(head + "data: \(deep)").notes.first?.severity == .error)
  }

  @Test func tooLargeFilesAreRefused() {
    let bytes = [UInt8](repeating: 0x20, count: ManifestReader.sizeLimit + 1)
    #expect(ManifestReader.read(bytes, file: "a").notes.first?.message.contains("64 MiB") ?? false)
  }

  @Test func whatIsNoObjectIsLeftOut() {
    let found = read("[1, 2]\n---\na: b\n---\n\(head)")
    #expect(found.objects.count == 1)
    #expect(found.notes.map(\.severity) == [.warning, .warning])
  }
}
