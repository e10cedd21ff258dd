internal import KCSyntax

/// A call in the body of a function.
struct FunctionCall: Sendable {
  var callee: Int32
  var site: Int32
}

/// Functions that call themselves.
extension Program {
  /// Notes a call that the function whose body is compiled makes when it is called itself.
  mutating func noteCall(of function: Int32, at site: Int32) {
    guard callingFunction >= 0, functionSources[function] != nil, isOwn(site) else { return }
    functionCalls[callingFunction, default: []].append(FunctionCall(callee: function, site: site))
  }

  /// What is compiled as a part of a function's body that is evaluated when it is needed, maybe after the function.
  mutating func apart(_ compile: (inout Program) -> Int32) -> Int32 {
    let outer = callingFunction
    callingFunction = -1
    defer { callingFunction = outer }
    return compile(&self)
  }

  /// Reports functions that call themselves, also where nothing calls them.
  mutating func reportRecursion() {
    var (open, done): ([Int32: Int], Set<Int32>) = ([:], [])
    for function in functionCalls.keys.sorted() where !done.contains(function) {
      var path = [(function: function, next: 0)]
      open[function] = 0
      while let (current, next) = path.last {
        let calls = functionCalls[current] ?? []
        guard next < calls.count else {
          path.removeLast()
          open[current] = nil
          done.insert(current)
          continue
        }
        path[path.count - 1].next += 1
        let callee = calls[next].callee
        if let start = open[callee] {
          reportRecursion(of: path[start...].map(\.function), at: calls[next].site)
        } else if !done.contains(callee) {
          open[callee] = path.count
          path.append((callee, 0))
        }
      }
    }
  }

  private mutating func reportRecursion(of cycle: [Int32], at site: Int32) {
    let names = (cycle + cycle.prefix(1)).map { "`\(code.functions[Int($0)].name)`" }
    report(
      "KC0134", "\(names[0]) calls itself", at: site,
      notes: (cycle.count > 1 ? [names.joined(separator: " → ")] : []) + ["every program ends: there is no recursion"])
    // One mistake: what the calls would give is not known.
    for function in cycle {
      code.functions[Int(function)].body = code.emit(.poison, at: code.functions[Int(function)].site)
    }
  }

  /// Reports components that have an instance of themselves in them, also those that nothing makes an instance of.
  mutating func reportNestedComponents() {
    var done: Set<Int32> = []
    for start in schemas.indices.map(Int32.init) where schemas[Int(start)].isNamespace && !done.contains(start) {
      var path = [(component: start, parts: parts(of: start), next: 0)]
      while let (component, parts, next) = path.last {
        guard next < parts.count else {
          done.insert(component)
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let part = parts[next]
        if let first = path.firstIndex(where: { $0.component == part.component }) {
          let names = (path[first...].map(\.component) + [part.component]).map { "`\(schemas[Int($0)].name)`" }
          let way = names.count > 2 ? [names.joined(separator: " → ")] : []
          report(
            "KC0134", "\(names[0]) contains itself", at: part.site,
            notes: way + ["every program ends: there is no recursion"])
        } else if !done.contains(part.component), path.count < Limits.levels {
          path.append((part.component, self.parts(of: part.component), 0))
        }
      }
    }
  }

  /// The instances of components in a component, with their places.
  private func parts(of component: Int32) -> [(component: Int32, site: Int32)] {
    var found: [(component: Int32, site: Int32)] = []
    var bodies = [schemas[Int(component)].body]
    while let body = bodies.popLast() {
      guard body >= 0 else { continue }
      for place in code.bodies[Int(body)].statements {
        let statement = code.statements[Int(place)]
        switch statement.kind {
        case .child where schemas[Int(statement.schema)].isNamespace:
          found.append((statement.schema, statement.site))
        case .branch: bodies += [statement.b, statement.c]
        case .each: bodies.append(statement.c)
        case .match:
          for arm in 0..<code.extra[Int(statement.b)] { bodies.append(code.extra[Int(statement.b + 2 + arm * 2)]) }
        default: continue
        }
      }
    }
    return found
  }
}
