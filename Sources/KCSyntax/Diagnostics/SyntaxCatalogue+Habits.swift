/// The diagnostics of what is written as other languages write it.
extension SyntaxCatalogue {
  static let habits: [DiagnosticInfo] = [
    DiagnosticInfo(
      "KC0014", "colon for `=`",
      #"""
      A field is set with `=`, and a nested block opens with `{` at once. A `:` stands before types, before \#
      the keys of maps that stand in quotes, and behind the labels of arguments.
      """#,
      bad: #"""
        deployment web {
          replicas: 3
          container app { image = "shop/web:v1" }
        }
        """#,
      good: #"""
        deployment web {
          replicas = 3
          container app { image = "shop/web:v1" }
        }
        """#),
    DiagnosticInfo(
      "KC0015", "indented block",
      #"""
      What belongs to a block stands in braces. Indentation is for readers; `kc fmt` sets it.
      """#,
      bad: #"""
        config settings {
          data:
            LEVEL = "info"
        }
        """#,
      good: #"""
        config settings {
          data {
            LEVEL = "info"
          }
        }
        """#),
    DiagnosticInfo(
      "KC0016", "YAML manifest",
      #"""
      This is a manifest in YAML, and not a file of kc. `kc import yaml FILE` writes it as kc, and shows that \#
      it says the same.
      """#,
      bad: #"""
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: settings
        data:
          LEVEL: info
        """#,
      good: #"""
        config settings {
          data { LEVEL = "info" }
        }
        """#),
    DiagnosticInfo(
      "KC0017", "separator of documents",
      #"""
      A file has as many blocks as it likes: nothing separates them but their braces.
      """#,
      bad: #"""
        config a { data { X = "1" } }
        ---
        config b { data { X = "1" } }
        """#,
      good: #"""
        config a { data { X = "1" } }
        config b { data { X = "1" } }
        """#),
    DiagnosticInfo(
      "KC0018", "list by dashes",
      #"""
      A list stands in brackets, its elements separated by commas or line breaks: `["sh", "-c"]`.
      """#,
      bad: #"""
        deployment web {
          container app {
            image = "shop/web:v1"
            command =
              - "serve"
              - "--fast"
          }
        }
        """#,
      good: #"""
        deployment web {
          container app {
            image = "shop/web:v1"
            command = ["serve", "--fast"]
          }
        }
        """#),
    DiagnosticInfo(
      "KC0019", "template",
      #"""
      There are no templates in kc: a file is not text that is filled in. A name stands for its value, \#
      `\(name)` puts it into text, and what is given from outside is a `param`.
      """#,
      bad: #"""
        param tag = "v1"
        let image = {{ .Values.tag }}
        """#,
      good: #"""
        param tag = "v1"
        let image = "shop/web:\(tag)"
        """#),
    DiagnosticInfo(
      "KC0020", "name with `$`",
      #"""
      A name stands for its value as it is; within text, `\(name)` puts it in.
      """#,
      bad: #"""
        let port = 80
        let other = $port
        """#,
      good: #"""
        let port = 80
        let other = port
        """#),
    DiagnosticInfo(
      "KC0021", "single quotes",
      #"""
      Text stands in double quotes. `#"…"#` is text in which a backslash means nothing.
      """#,
      bad: #"""
        let name = 'web'
        """#,
      good: #"""
        let name = "web"
        """#),
    DiagnosticInfo(
      "KC0022", "backticks",
      #"""
      Text stands in double quotes; a name of any form is written in double quotes too, where a name may be \#
      text: `env "a.b" = …`.
      """#,
      bad: #"""
        let name = `web`
        """#,
      good: #"""
        let name = "web"
        """#),
    DiagnosticInfo(
      "KC0023", "operator of other languages",
      #"""
      Conditions are joined with `&&` and `||`, and `!` turns them around.
      """#,
      bad: #"""
        let a = true
        let b = a and false
        """#,
      good: #"""
        let a = true
        let b = a && false
        """#),
    DiagnosticInfo(
      "KC0024", "comparison for a setting",
      #"""
      `=` sets a field. `==` compares two values, and gives `true` or `false`.
      """#,
      bad: #"""
        deployment web {
          replicas == 3
          container app { image = "shop/web:v1" }
        }
        """#,
      good: #"""
        deployment web {
          replicas = 3
          container app { image = "shop/web:v1" }
        }
        """#),
    DiagnosticInfo(
      "KC0025", "unknown operator",
      #"""
      `==` and `!=` compare, whatever the types; `=` names a value, and there is no other way to do that.
      """#,
      bad: #"""
        let a = 1
        let b = a === 2
        """#,
      good: #"""
        let a = 1
        let b = a == 2
        """#),
    DiagnosticInfo(
      "KC0026", "`? :`",
      #"""
      A choice is written `if condition { a } else { b }`, which is an expression. `?.` and `??` are for \#
      values that may be absent.
      """#,
      bad: #"""
        let big = true
        let n = big ? 10 : 1
        """#,
      good: #"""
        let big = true
        let n = if big { 10 } else { 1 }
        """#),
    DiagnosticInfo(
      "KC0029", "`elif`",
      #"""
      What follows an `if` is `else if`.
      """#,
      bad: #"""
        let n = 2
        let a = if n == 1 { "one" } elif n == 2 { "two" } else { "many" }
        """#,
      good: #"""
        let n = 2
        let a = if n == 1 { "one" } else if n == 2 { "two" } else { "many" }
        """#),
    DiagnosticInfo(
      "KC0031", "`switch`",
      #"""
      One of several cases is chosen with `match`: `match value { 1 -> a, 2 -> b, _ -> c }`.
      """#,
      bad: #"""
        let n = 1
        let a = switch n { 1 -> "one" }
        """#,
      good: #"""
        let n = 1
        let a = match n { 1 -> "one", _ -> "many" }
        """#),
    DiagnosticInfo(
      "KC0032", "function with statements",
      #"""
      A function is one expression after `=`: there are no statements, and nothing to return from.
      """#,
      bad: #"""
        func next(n: Int) -> Int {
          n + 1
        }
        """#,
      good: #"""
        func next(n: Int) -> Int = n + 1
        """#),
    DiagnosticInfo(
      "KC0033", "import of names",
      #"""
      A file is imported as a whole, under the name of the file or the one after `as`. What is in it is \#
      reached by a dot.
      """#,
      bad: #"""
        import { tag } from "./values.kc"
        """#,
      good: #"""
        import std.net as net

        let first = net.first("10.0.0.0/8")
        """#),
    DiagnosticInfo(
      "KC0035", "block of Terraform",
      #"""
      A block is written `kind name { … }`. What Terraform calls a variable is a `param`, a local value is a \#
      `let`, a module is an `import` or a component.
      """#,
      bad: #"""
        resource "kubernetes_deployment" "web" {
          replicas = 3
        }
        """#,
      good: #"""
        deployment web {
          replicas = 3
          container app { image = "shop/web:v1" }
        }
        """#),
  ]
}
