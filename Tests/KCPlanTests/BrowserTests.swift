import KCPlan
import KCTestSupport
import Testing

/// The page as a browser reads it. It needs Debian's chromium-headless-shell (or chromium), and skips without.
@Suite struct BrowserTests {
  static let browser: String? = {
    for name in ["chromium-headless-shell", "chromium"] {
      let found = String(decoding: Oracle.run("command -v \(name)") ?? [], as: UTF8.self)
      if !found.isEmpty { return found.split(separator: "\n").first.map(String.init) }
    }
    print("skipped: there is no chromium-headless-shell to read the page with")
    return nil
  }()

  @Test(.enabled(if: browser != nil), .timeLimit(.minutes(1))) func aBrowserShowsWhatTheTextSays() throws {
    let browser = try #require(Self.browser)
    let page = PlanHTML(Sample.plan()).render().replacing("'", with: "'\\''")
    // The page has no script and forbids any: what the browser shows is there without.
    let command = """
      folder=$(mktemp -d); printf '%s' '\(page)' > "$folder/plan.html"
      timeout 50 '\(browser)' --headless --no-sandbox --disable-gpu \
        --user-data-dir="$folder/profile" --dump-dom "file://$folder/plan.html" 2>/dev/null; rm -rf "$folder"
      """
    let text = String(decoding: Oracle.run(command) ?? [], as: UTF8.self)
    try #require(!text.isEmpty)
    // The browser did not find a script, nor any tag that our text made.
    #expect(!text.contains("<script"))
    #expect(text.contains("&lt;script&gt;alert('x')&lt;/script&gt;"))
    #expect(text.split(separator: "class=\"pod\"").count - 1 == 6)
    #expect(text.split(separator: "<rect").count - 1 == 3)
    #expect(text.contains("<title>kc plan: shop · prod → engine &lt;local&gt;</title>"))
  }
}
