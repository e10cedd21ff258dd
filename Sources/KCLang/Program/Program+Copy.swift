extension Program {
  /// A program as another is now, which then goes its own way. `ProgramCopyTests` holds it to the list of fields.
  init(copying other: borrowing Program) {
    self.init(options: other.options)
    copySources(other)
    copyNames(other)
    copyCode(other)
    copyValues(other)
    copyEvaluation(other)
  }

  private mutating func copySources(_ other: borrowing Program) {
    files = other.files
    trees = other.trees
    modules = other.modules
    standardFiles = other.standardFiles
    exactFiles = other.exactFiles
    lacksFiles = other.lacksFiles
    diagnostics = other.diagnostics
    packages = other.packages
    dependencies = other.dependencies
    brokenDependencies = other.brokenDependencies
  }

  private mutating func copyNames(_ other: borrowing Program) {
    types = other.types
    schemas = other.schemas
    scopes = other.scopes
    layers = other.layers
    environments = other.environments
    parameterNames = other.parameterNames
    patterns = other.patterns
    unknownNames = other.unknownNames
    brokenNames = other.brokenNames
    brokenBlocks = other.brokenBlocks
    violations = other.violations
    hasNamelessBlock = other.hasNamelessBlock
    losesBlocks = other.losesBlocks
    lostNames = other.lostNames
    heldPolicy = other.heldPolicy
    guessedNames = other.guessedNames
    namespaces = other.namespaces
    policies = other.policies
    waiverNodes = other.waiverNodes
    moveNodes = other.moveNodes
    moves = other.moves
    apiSchemas = other.apiSchemas
    genericTypes = other.genericTypes
    boundTypes = other.boundTypes
    staticBlocks = other.staticBlocks
    staticShapes = other.staticShapes
    anyTypes = other.anyTypes
    facts = other.facts
    lastChain = other.lastChain
    chainTypes = other.chainTypes
    letDepth = other.letDepth
    letOps = other.letOps
    argumentOps = other.argumentOps
    enums = other.enums
    recordTypes = other.recordTypes
    recordArguments = other.recordArguments
    pairLoops = other.pairLoops
    keyedSchemas = other.keyedSchemas
    aliases = other.aliases
  }

  private mutating func copyCode(_ other: borrowing Program) {
    code = other.code
    lazies = other.lazies
    functionSources = other.functionSources
    callingFunction = other.callingFunction
    functionCalls = other.functionCalls
    rules = other.rules
    deferreds = other.deferreds
    liveShapes = other.liveShapes
    affinityGroups = other.affinityGroups
    settingOps = other.settingOps
    outside = other.outside
    parameterValues = other.parameterValues
    environmentParameters = other.environmentParameters
    parameterSettings = other.parameterSettings
    activeEnvironments = other.activeEnvironments
  }

  private mutating func copyValues(_ other: borrowing Program) {
    tree = other.tree
    frames = other.frames
    frameTraces = other.frameTraces
    instances = other.instances
    bodyRefs = other.bodyRefs
    bindings = other.bindings
    memos = other.memos
    mapFields = other.mapFields
    mapIndex = other.mapIndex
    children = other.children
    schemaFrames = other.schemaFrames
    closures = other.closures
    symbols = other.symbols
    ruleRefs = other.ruleRefs
    originIndex = other.originIndex
  }

  private mutating func copyEvaluation(_ other: borrowing Program) {
    insertion = other.insertion
    focus = other.focus
    fieldStack = other.fieldStack
    valueStack = other.valueStack
    textStack = other.textStack
    depth = other.depth
    steps = other.steps
    hidden = other.hidden
    usesSecrets = other.usesSecrets
    hasAssumedInputs = other.hasAssumedInputs
    hiddenTexts = other.hiddenTexts
    constructed = other.constructed
    completing = other.completing
    endless = other.endless
    nodes = other.nodes
    resolving = other.resolving
    pending = other.pending
    trace = other.trace
    readsObjects = other.readsObjects
    readOrigin = other.readOrigin
    subject = other.subject
    owner = other.owner
    edges = other.edges
    callSite = other.callSite
    argumentSites = other.argumentSites
    valueSite = other.valueSite
    root = other.root
    declaredNodes = other.declaredNodes
    project = other.project
    projectNamespace = other.projectNamespace
    typeScopes = other.typeScopes
    otherKube = other.otherKube
    closedKinds = other.closedKinds
    environmentBodies = other.environmentBodies
    keys = other.keys
  }
}
