import KCCodec
import KCData
import KCLang
import KCSyntax
import KCPlan

/// The results of tests, as text.
struct TestReport {
  var results: [TestResult]
  var style: TextStyle

  private var failed: Int { results.count { !$0.failures.isEmpty } }

  /// A line for each test, with what went wrong below it.
  var human: String {
    var out = ""
    for result in results {
      let isGood = result.failures.isEmpty
      out += style.paint(isGood ? "✓" : "✗", isGood ? .good : .bad) + " \(result.name)"
      out += style.paint("  \(result.location.file):\(result.location.line)", .faint) + "\n"
      for failure in result.failures {
        out += "    \(failure.location.file):\(failure.location.line): \(failure.message)\n"
        for line in failure.detail.split(separator: "\n", omittingEmptySubsequences: false)
        where !failure.detail.isEmpty {
          out += line.isEmpty ? "\n" : "      \(line)\n"
        }
      }
    }
    let count = results.count
    let all = "\(count) test\(count == 1 ? "" : "s")"
    return out + (failed == 0 ? "\(all), all good.\n" : "\(all), \(failed) failed.\n")
  }

  var json: String {
    let tests = results.map { result -> Value in
      [
        "name": .string(result.name), "file": .string(result.location.file), "line": Value(result.location.line),
        "passed": .bool(result.failures.isEmpty), "checks": Value(result.checks),
        "failures": .array(result.failures.map(Self.value)),
      ]
    }
    let all: Value = [
      "passed": Value(results.count - failed), "failed": Value(failed), "tests": .array(tests),
    ]
    return JSON.text(all, pretty: true) + "\n"
  }

  private static func value(_ failure: TestFailure) -> Value {
    [
      "file": .string(failure.location.file), "line": Value(failure.location.line),
      "column": Value(failure.location.column), "message": .string(failure.message),
      "detail": .string(failure.detail),
    ]
  }

  /// JUnit's XML: a suite for each file.
  var junit: String {
    var out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    out += "<testsuites name=\"kc test\" tests=\"\(results.count)\" failures=\"\(failed)\">\n"
    var files: [String] = []
    for result in results where !files.contains(result.location.file) { files.append(result.location.file) }
    for file in files {
      let own = results.filter { $0.location.file == file }
      let bad = own.count { !$0.failures.isEmpty }
      out += "  <testsuite name=\"\(XMLText.escape(file))\" tests=\"\(own.count)\" failures=\"\(bad)\">\n"
      for result in own { out += Self.junit(result) }
      out += "  </testsuite>\n"
    }
    return out + "</testsuites>\n"
  }

  private static func junit(_ result: TestResult) -> String {
    let place = "classname=\"\(XMLText.escape(result.location.file))\" file=\"\(XMLText.escape(result.location.file))\""
    let head = "    <testcase name=\"\(XMLText.escape(result.name))\" \(place) line=\"\(result.location.line)\""
    if result.failures.isEmpty { return head + "/>\n" }
    var out = head + ">\n"
    for failure in result.failures {
      let place = "\(failure.location.file):\(failure.location.line)"
      out +=
        "      <failure message=\"\(XMLText.escape(failure.message))\">\(XMLText.escape("\(place)\n\(failure.detail)"))</failure>\n"
    }
    return out + "    </testcase>\n"
  }
}
