internal import KCData

extension Defaulting {
  @Sendable static func roleBinding(_ object: inout Value) {
    making(&object, "roleRef") { setZero(&$0, "rbac.authorization.k8s.io", "apiGroup") }
    each(&object, "subjects") { subject in
      if subject["kind"] == "User" || subject["kind"] == "Group" {
        setZero(&subject, "rbac.authorization.k8s.io", "apiGroup")
      }
    }
  }

  @Sendable static func priorityClass(_ object: inout Value) {
    setDefault(&object, "PreemptLowerPriority", "preemptionPolicy")
  }

  @Sendable static func flowSchema(_ object: inout Value) {
    making(&object, "spec") { setZero(&$0, 1000, "matchingPrecedence") }
  }

  @Sendable static func priorityLevel(_ object: inout Value) {
    making(&object, "spec") { spec in
      within(&spec, "exempt") { exempt in
        setDefault(&exempt, 0, "nominalConcurrencyShares")
        setDefault(&exempt, 0, "lendablePercent")
      }
      within(&spec, "limited") { limited in
        setDefault(&limited, 30, "nominalConcurrencyShares")
        setDefault(&limited, 0, "lendablePercent")
        within(&limited, "limitResponse") { response in
          within(&response, "queuing") { queuing in
            setZero(&queuing, 8, "handSize")
            setZero(&queuing, 64, "queues")
            setZero(&queuing, 50, "queueLengthLimit")
          }
        }
      }
    }
  }
}
