/// The kinds of tokens and nodes.
public enum SyntaxKind: UInt8, Sendable {
  // Tokens.
  case endOfFile
  case name
  case number
  /// A number with its unit: `250m`, `128Mi`, `5min`, `25%`.
  case quantity
  case regex
  case stringOpen, stringText, stringClose, interpolationOpen, interpolationClose
  case leftBrace, rightBrace, leftParen, rightParen, leftBracket, rightBracket
  case comma, semicolon, colon, dot, questionDot, question, equal, plusEqual, arrow, fatArrow, ellipsis
  case plus, minus, star, slash, percent
  case equalEqual, notEqual, less, lessEqual, greater, greaterEqual
  case andAnd, orOr, coalesce, bang, bar
  /// Bytes that are no token.
  case unknown

  // Declarations.
  case file
  case importDecl, paramDecl, letDecl, funcDecl, typeDecl, schemaDecl
  /// `name: Type = default` in parentheses.
  case parameter, parameterList
  /// `[final] name: Type [= default]` in a schema.
  case fieldDecl
  /// `keyed name: schema` in a schema.
  case keyedDecl
  case requireDecl
  /// `object = …` in a schema: what a resource lowers to.
  case objectDecl

  // Statements of bodies.
  case body
  /// `kind name { … }`, `kind name = value`, `kind name(…)`.
  case block
  /// `field = value`, `field += value`.
  case setting
  /// `field { … }`.
  case nested
  case ifStatement, forStatement
  case deleteStatement
  /// `affinity { … }` and its rules.
  case affinity, rule

  // Expressions.
  case nameExpr, numberExpr, quantityExpr, regexExpr, stringExpr, interpolation
  case listExpr, recordExpr, recordField, mapEntry, parenExpr
  case memberExpr, callExpr, indexExpr, argument
  case unaryExpr, binaryExpr, rangeExpr
  case ifExpr, forExpr, matchExpr, matchArm
  case lambdaExpr

  // Types.
  case namedType, optionalType, unionType, literalType, whereType, typeArguments, refinement

  /// `{ a: Int, b: String? }`, with a `fieldDecl` for each field.
  case recordType
  /// `(Int, String) -> Bool`: the types of the parameters, then that of the result.
  case functionType
  /// `(Int | String)`.
  case parenType
  /// `<T, U>` after the name of a `func`, `type` or `schema`.
  case typeParameters

  // Declarations of the whole language.
  /// `component name(parameters) { … }`
  case componentDecl
  /// `enum name { … }` and its cases: `name`, `name(parameters)`, `name = literal`.
  case enumDecl, enumCase
  /// `mixin name { … }`, and `with a, b` after a schema's name.
  case mixinDecl, mixinList
  /// `policy name on Type { … }`
  case policyDecl
  /// `deny if condition "message"`, and the same with `warn` and `info`.
  case denyStatement
  /// `waive policy [on expr] because expr [until expr]`
  case waiverDecl
  /// `test "name" { … }`
  case testDecl
  /// `with env name, param = value { … }` in a test.
  case withStatement
  /// `assert condition [else message]` in a test.
  case assertStatement
  /// `expect KC0142 { … }` in a test.
  case expectStatement
  /// `snapshot expr [as "name"]` in a test.
  case snapshotStatement
  /// `moved from a to b`
  case movedDecl
  /// `match expr { pattern -> { … } }` over statements: the arms are `matchArm`s that end in a `body`.
  case matchStatement
  /// `affinity name(parameters) { … }`
  case affinityDecl
  /// `use name(arguments)` among the rules of an affinity.
  case useRule

  /// Tokens that did not fit, kept so that nothing is lost.
  case unexpected
  /// A place where something was expected and is missing.
  case missing

  public var isToken: Bool { rawValue <= SyntaxKind.unknown.rawValue }
}
