internal import CJansson
public import KCData

/// JSON text ⇄ values. What is right and plain is read at once; all else is jansson's.
public enum JSON {
  public static func parse(_ text: String) throws(CodecError) -> Value { try parse(Array(text.utf8)) }

  /// Reads one JSON value. Halves of surrogate pairs (`\ud800`) become U+FFFD, as in Go. Whole numbers that 64 bits hold are `.int`, all others `.number`.
  ///
  /// - Throws: for text that is no JSON, for a key that stands twice in an object, for numbers past a double's range,
  ///   and for nesting deeper than 2,048 levels.
  public static func parse(_ bytes: [UInt8]) throws(CodecError) -> Value {
    if let value = PlainJSON.value(bytes) { return value }
    return try parseAny(bytes)
  }

  /// The same without the short way.
  static func parseAny(_ bytes: [UInt8]) throws(CodecError) -> Value {
    var error = json_error_t()
    if let value = load(bytes, &error) { return value }
    if let bytes = LoneSurrogates.replaced(bytes) { return try parse(bytes) }
    if code(of: error) == Int32(json_error_numeric_overflow.rawValue), let readable = BigIntegers.asReals(bytes),
      let value = load(readable, &error)
    {
      return value
    }
    throw CodecError(message: message(of: &error), line: max(1, Int(error.line)), column: max(1, Int(error.column)))
  }

  private static func load(_ bytes: [UInt8], _ error: inout json_error_t) -> Value? {
    let flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL
    let root = bytes.withUnsafeBytes { buffer in
      json_loadb(buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count, Int(flags), &error)
    }
    guard let root else { return nil }
    defer { json_decref(root) }
    return value(root)
  }

  /// jansson keeps the code of an error in the last byte of its text.
  private static func code(of error: json_error_t) -> Int32 {
    withUnsafeBytes(of: error.text) { Int32($0.last ?? 0) }
  }

  private static func message(of error: inout json_error_t) -> String {
    withUnsafeBytes(of: &error.text) { raw in
      String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// jansson limits the depth of what it reads, and with it that of this recursion. What has been taken over is given
  /// back at once, so that large texts do not stand in memory twice.
  private static func value(_ node: UnsafeMutablePointer<json_t>) -> Value {
    switch node.pointee.type {
    case JSON_OBJECT: return .object(fields(node))
    case JSON_ARRAY:
      let count = json_array_size(node)
      var elements: [Value] = []
      elements.reserveCapacity(count)
      for index in 0..<count {
        guard let element = json_array_get(node, index) else { continue }
        elements.append(value(element))
        json_array_set_new(node, index, json_null())
      }
      return .array(elements)
    case JSON_STRING: return .string(text(json_string_value(node), json_string_length(node)))
    case JSON_INTEGER: return .int(json_integer_value(node))
    case JSON_REAL: return .number(json_real_value(node))
    case JSON_TRUE: return .bool(true)
    case JSON_FALSE: return .bool(false)
    default: return .null
    }
  }

  private static func fields(_ node: UnsafeMutablePointer<json_t>) -> Fields {
    var fields = Fields(minimumCapacity: json_object_size(node))
    var iterator = json_object_iter(node)
    while let current = iterator {
      if let child = json_object_iter_value(current) {
        fields[text(json_object_iter_key(current), json_object_iter_key_len(current))] = value(child)
        json_object_iter_set_new(node, current, json_null())
      }
      iterator = json_object_iter_next(node, current)
    }
    return fields
  }

  private static func text(_ start: UnsafePointer<CChar>?, _ length: Int) -> String {
    String(decoding: UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : length), as: UTF8.self)
  }
}

/// Integers that 64 bits do not hold. jansson refuses them; with a fraction it takes them as doubles.
private enum BigIntegers {
  /// The text with `.0` after each long integer; nil where there is none.
  static func asReals(_ bytes: [UInt8]) -> [UInt8]? {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count + 16)
    var position = 0
    var isChanged = false
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        let end = endOfString(bytes, position)
        out += bytes[position..<end]
        position = end
      } else if byte == UInt8(ascii: "-") || (48...57).contains(byte) {
        let start = position
        while position < bytes.count, "+-.0123456789eE".utf8.contains(bytes[position]) { position += 1 }
        let token = bytes[start..<position]
        out += token
        if token.count > 18, !token.contains(where: { [0x2e, 0x65, 0x45].contains($0) }) {
          if Int64(String(decoding: token, as: UTF8.self)) == nil {
            out += ".0".utf8
            isChanged = true
          }
        }
      } else {
        out.append(byte)
        position += 1
      }
    }
    return isChanged ? out : nil
  }

  private static func endOfString(_ bytes: [UInt8], _ start: Int) -> Int {
    var position = start + 1
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "\\") {
        position += 2
      } else if bytes[position] == UInt8(ascii: "\"") {
        return position + 1
      } else {
        position += 1
      }
    }
    return bytes.count
  }
}
