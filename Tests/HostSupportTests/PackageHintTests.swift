import Testing

@testable import HostSupport

@Suite struct PackageHintTests {
    private static let image = PackageHint(debian: "qemu-utils", fedora: "qemu-img", homebrew: "qemu")

    @Test(
        arguments: [
            (PackageHint.Manager.apt, "apt-get install qemu-utils"), (.dnf, "dnf install qemu-img"),
            (.homebrew, "brew install qemu"),
        ]
    )
    func `the command is that of the system's package manager`(manager: PackageHint.Manager, command: String) {
        #expect(Self.image.command(for: manager) == command)
    }

    @Test func `Fedora's name is Debian's unless it differs, and what Homebrew lacks has no command`() {
        let hint = PackageHint(debian: "mmdebstrap")
        #expect(hint.command(for: .dnf) == "dnf install mmdebstrap")
        #expect(hint.command(for: .homebrew) == nil)
    }

    @Test(
        arguments: [
            ("ID=debian\nVERSION_ID=\"12\"\n", PackageHint.Manager.apt), ("ID=ubuntu\nID_LIKE=debian\n", .apt),
            ("NAME=\"Fedora Linux\"\nID=fedora\n", .dnf), ("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", .dnf),
            ("NAME=fedora\nID=arch\n", .apt), ("", .apt), ("=\n\nID\nID=\n", .apt),
        ]
    )
    func `a Linux distribution's own words tell its package manager`(release: String, manager: PackageHint.Manager) {
        #expect(PackageHint.Manager(osRelease: release) == manager)
    }
}
