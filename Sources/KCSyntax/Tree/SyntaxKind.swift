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

  /// Tokens that did not fit, kept so that nothing is lost.
  case unexpected
  /// A place where something was expected and is missing.
  case missing

  public var isToken: Bool { rawValue <= SyntaxKind.unknown.rawValue }
}
