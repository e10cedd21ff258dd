internal import KCData
internal import KCKube

enum AccessTables {
  /// Bindings of roles, within a namespace or everywhere.
  static let binding = TableLayout(.named("Role,Age,|,Users,Groups,ServiceAccounts")) { object, now in
    let role = object["roleRef"]
    let subjects = object["subjects"]?.array ?? []
    func names(_ kind: String) -> Value {
      let names = subjects.filter { $0["kind"]?.string == kind }.map { subject in
        let name = subject["name"]?.string ?? ""
        return kind == "ServiceAccount" ? "\(subject["namespace"]?.string ?? "")/\(name)" : name
      }
      return .string(names.joined(separator: ", "))
    }
    return [
      .string("\(role?["kind"]?.string ?? "")/\(role?["name"]?.string ?? "")"), object.age(now), names("User"),
      names("Group"), names("ServiceAccount"),
    ]
  }
}
