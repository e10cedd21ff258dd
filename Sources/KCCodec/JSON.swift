internal import CJansson
public import KCData

/// JSON text ⇄ values. Reading is jansson's.
public enum JSON {
  public static func parse(_ text: String) throws(CodecError) -> Value { try parse(Array(text.utf8)) }

  /// Reads one JSON value.
  ///
  /// - Throws: for text that is no JSON, for a key that stands twice in an object, for integers past 64 bits, and for
  ///   nesting deeper than 2,048 levels.
  public static func parse(_ bytes: [UInt8]) throws(CodecError) -> Value {
    var error = json_error_t()
    let flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL
    let parsed = bytes.withUnsafeBufferPointer { buffer in
      json_loadb(UnsafeRawPointer(buffer.baseAddress)?.assumingMemoryBound(to: CChar.self), buffer.count, Int(flags), &error)
    }
    guard let root = parsed else {
      throw CodecError(
        message: message(of: &error), line: max(1, Int(error.line)), column: max(1, Int(error.column)))
    }
    defer { json_decref(root) }
    return value(root)
  }

  private static func message(of error: inout json_error_t) -> String {
    withUnsafeBytes(of: &error.text) { raw in
      String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// jansson limits the depth of what it reads, and with it that of this recursion.
  private static func value(_ node: UnsafeMutablePointer<json_t>) -> Value {
    switch node.pointee.type {
    case JSON_OBJECT: return .object(fields(node))
    case JSON_ARRAY:
      let count = json_array_size(node)
      var elements: [Value] = []
      elements.reserveCapacity(count)
      for index in 0..<count { if let element = json_array_get(node, index) { elements.append(value(element)) } }
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
      }
      iterator = json_object_iter_next(node, current)
    }
    return fields
  }

  private static func text(_ start: UnsafePointer<CChar>?, _ length: Int) -> String {
    String(decoding: UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : length), as: UTF8.self)
  }
}
