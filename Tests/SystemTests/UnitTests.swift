import Testing

extension SystemTests {
  @Suite("The unit of a laptop", .enabled(if: units.obstacle == nil, units.comment))
  struct UnitTests {
    @Test("loses nothing under a real systemd: reload, kill -9, stop, reboot, a pulled plug")
    func unit() throws { try units.expect("all of it holds", within: 180) }
  }
}

private let units = SystemdScript("units")
