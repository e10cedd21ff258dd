internal import KCCodec
internal import KCData

/// Reads manifests as Kubernetes' tools do: documents of YAML or JSON, with lists of objects unpacked.
public enum ManifestReader {
  /// The largest file that is read, in bytes.
  public static let sizeLimit = 64 << 20
  /// Documents of a file that cannot be read, one by one; behind them no more is read.
  private static let failureLimit = 20
  /// Lists within lists that are unpacked.
  private static let listLimit = 8

  /// The objects of a file. What is no object is left out and said, as is, with an error, a document that cannot be read.
  public static func read(_ bytes: [UInt8], file: String) -> (objects: [ImportedObject], notes: [ImportNote]) {
    guard bytes.count <= sizeLimit else {
      let message = "this file is larger than \(sizeLimit >> 20) MiB"
      return ([], [ImportNote(.error, message, help: "split it, and import the parts", file: file)])
    }
    var objects: [ImportedObject] = []
    var notes: [ImportNote] = []
    do throws(CodecError) {
      for (document, comments) in CommentOwners.settled(try ManifestText.documents(bytes), in: bytes) {
        let comments = comments.filter { !$0.isForTools }
        let whole = ImportedObject(document.value, file: file, line: document.place.line, comments: comments)
        unpack(whole, depth: 0, &objects, &notes)
      }
    } catch {
      return readApart(bytes, file: file) ?? ([], [failure(error, in: bytes, file: file)])
    }
    if objects.isEmpty, notes.isEmpty {
      notes.append(ImportNote(.note, "there is no object in this file", file: file))
    }
    if let template = objects.lazy.compactMap(HelmMarks.note).first { notes.append(template) }
    UnquotedTexts.locate(&objects, in: bytes)
    return (objects, notes)
  }

  /// Reads documents one by one, of which some cannot be read; nil where there is but one, or the text is a template.
  private static func readApart(_ bytes: [UInt8], file: String) -> (objects: [ImportedObject], notes: [ImportNote])? {
    guard template(bytes) == nil else { return nil }
    let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
    let marks = lines.indices.filter { $0 > 0 && ManifestText.beginsDocument(lines[$0]) }
    guard !marks.isEmpty else { return nil }
    var objects: [ImportedObject] = []
    var notes: [ImportNote] = []
    for (start, end) in zip([0] + marks, marks + [lines.count]) {
      let text = Array(lines[start..<end].joined(separator: [0x0a]))
      do throws(CodecError) {
        for (document, comments) in try ManifestText.documents(text) {
          let own = comments.filter { !$0.isForTools }.map { comment in
            var moved = comment
            moved.line += start
            return moved
          }
          let line = document.place.line + start
          unpack(ImportedObject(document.value, file: file, line: line, comments: own), depth: 0, &objects, &notes)
        }
      } catch {
        guard notes.count(where: { $0.severity == .error }) < failureLimit else {
          let message = "more than \(failureLimit) documents of this file cannot be read: the rest of it is left out"
          notes.append(ImportNote(.error, message, file: file, line: start + 1))
          return (objects, notes)
        }
        // Messages name lines, too: behind as many empty ones they are those of the file.
        let above = [UInt8](repeating: 0x0a, count: start)
        do throws(CodecError) { _ = try ManifestText.documents(above + text) } catch {
          notes.append(ImportNote(.error, error.message, file: file, line: error.line, column: error.column))
        }
      }
    }
    return (objects, notes)
  }

  /// What is said of a file that cannot be read, which may be a template.
  static func failure(_ error: CodecError, in bytes: [UInt8], file: String) -> ImportNote {
    guard let line = template(bytes) else {
      return ImportNote(.error, error.message, file: file, line: error.line, column: error.column)
    }
    var note = ImportNote(
      .error, "this is a template, and no manifest: what stands in `{{ … }}` is to be filled in",
      help: "let Helm do so: helm template CHART | kc import yaml - --out FOLDER", file: file, line: line)
    note.topic = .template
    return note
  }

  /// The first line of a text that begins with `{{`, or with a key and `{{`, or that has quotes between the braces of a
  /// quoted text: YAML has no such things, templates of Helm do.
  private static func template(_ bytes: [UInt8]) -> Int? {
    let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
    return lines.firstIndex { line in
      guard let mark = line.indices.first(where: { line[$0...].starts(with: "{{".utf8) }) else { return false }
      let before = line[..<mark].last { $0 != 0x20 && $0 != 0x09 }
      if before == UInt8(ascii: "\"") {
        let end = line.indices.first { line[$0...].starts(with: "}}".utf8) } ?? line.endIndex
        return line[mark..<max(mark, end)].contains(UInt8(ascii: "\""))
      }
      return before == nil || before == UInt8(ascii: ":") || before == UInt8(ascii: "-")
    }.map { $0 + 1 }
  }

  private static let composeFields: Set<String> = [
    "configs", "include", "models", "name", "networks", "secrets", "services", "version", "volumes",
  ]

  /// Whether a document says what Compose files say, and nothing else.
  private static func isCompose(_ fields: Fields) -> Bool {
    guard let services = fields["services"]?.object, !services.isEmpty else { return false }
    return fields.keys.allSatisfy { composeFields.contains($0) || $0.hasPrefix("x-") }
      && services.values.contains { service in ["image", "build", "extends"].contains { service[$0] != nil } }
  }

  private static func unpack(
    _ whole: ImportedObject, depth: Int, _ objects: inout [ImportedObject], _ notes: inout [ImportNote]
  ) {
    guard case .object(var fields) = whole.object else { return notes.append(NoObject.noMap.note(whole)) }
    if depth == 0, Kustomization.isNamedSo(whole.file) { fields = Kustomization.completed(fields) }
    guard let kind = fields["kind"]?.string, let version = fields["apiVersion"]?.string, !kind.isEmpty, !version.isEmpty
    else {
      let why = depth == 0 && isCompose(fields) ? NoObject.compose : .untyped
      return notes.append(why.note(whole))
    }
    guard kind == "List" || (kind.hasSuffix("List") && fields["items"]?.array != nil && fields["spec"] == nil),
      let items = fields["items"]?.array, depth < listLimit
    else {
      var object = whole
      object.object = .object(fields)
      return objects.append(object)
    }
    var comments: [Int: [YAML.Comment]] = [:]
    for comment in whole.comments {
      var own = comment
      var place = comment.position == .atEnd ? items.count - 1 : 0
      if case .index(let index)? = comment.path.elements.dropFirst().first, comment.path.elements[0] == .field("items")
      {
        place = index
        own.path.elements.removeFirst(2)
      } else {
        own.path = FieldPath()
      }
      comments[place, default: []].append(own)
    }
    for (place, item) in items.enumerated() {
      var inner = item
      if kind != "List", inner["kind"] == nil {
        inner["kind"] = .string(String(kind.dropLast(4)))
        inner["apiVersion"] = .string(version)
      }
      var object = ImportedObject(inner, file: whole.file, line: whole.line, comments: comments[place] ?? [])
      object.within = FieldPath(whole.within.elements + [.field("items"), .index(place)])
      unpack(object, depth: depth + 1, &objects, &notes)
    }
  }
}

extension YAML.Comment {
  /// Whether it tells an editor or a checker of YAML what to do: of kc's source it says nothing.
  var isForTools: Bool {
    let text = text.drop { $0 == " " }
    return ["yaml-language-server:", "yamllint ", "-*- mode: yaml", "vim: set ft=yaml"].contains { text.hasPrefix($0) }
  }
}
