/// What can befall a machine of a living lab.
public enum Fault: String, CaseIterable, Hashable, Sendable {
  case killed = "kill -9"
  case frozen = "stands still for longer than the silence limit"
  case cablePulled = "cable pulled"
  case deaf = "black hole: nothing arrives"
  case mute = "black hole: nothing leaves"
  case routerForgot = "a router that forgets connections"
  case slowLink = "600 ms, 30 kbit/s, 2 % loss"
  case diskFull = "disk full"
  case diskReadOnly = "disk fails and becomes read-only"
  case powerCut = "power cut, unsynced writes gone"
  case clockHours = "clock moved by hours"
  case clockYears = "clock moved by 17 years"
  case restored = "store replaced by an older copy"
  case cloned = "whole folder copied to a second laptop"
  case destroyed = "destroyed as soon as leave-check says that it is safe"

  /// Whether it makes sense for the online side too: no router is in front of that, and it is nobody's
  /// laptop.
  var befallsOnline: Bool {
    switch self {
    case .routerForgot, .restored, .cloned, .destroyed: false
    case .killed, .frozen, .cablePulled, .deaf, .mute, .slowLink, .diskFull, .diskReadOnly,
      .powerCut, .clockHours, .clockYears:
      true
    }
  }

  /// Whether it lasts for longer than the silence limit, so that a session has to end.
  var endsSessions: Bool {
    switch self {
    case .frozen, .deaf, .mute, .routerForgot: true
    case .killed, .cablePulled, .slowLink, .diskFull, .diskReadOnly, .powerCut, .clockHours,
      .clockYears, .restored, .cloned, .destroyed:
      false
    }
  }
}
