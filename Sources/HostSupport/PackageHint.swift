import SystemPackage

/// The package to install for something that is missing, by its name on each system that Quiver runs on.
package struct PackageHint: Sendable, Hashable {
    /// A package manager.
    package enum Manager: Sendable, Hashable {
        case apt
        case dnf
        case homebrew
    }

    private let debian: String
    private let fedora: String
    private let homebrew: String?

    /// - Parameters:
    ///   - debian: The package on Debian and Ubuntu; several are separated by spaces.
    ///   - fedora: The package on Fedora and its kin; nil if it has the same name.
    ///   - homebrew: Homebrew's formula; nil if there is none.
    package init(debian: String, fedora: String? = nil, homebrew: String? = nil) {
        self.debian = debian
        self.fedora = fedora ?? debian
        self.homebrew = homebrew
    }

    /// QEMU's tool for disk images.
    package static let qemuImg = PackageHint(debian: "qemu-utils", fedora: "qemu-img", homebrew: "qemu")

    /// The command that installs it on this host, as in `apt-get install qemu-utils`; nil if there is no package.
    package var command: String? { command(for: .ofThisHost) }

    /// The command for a system with that package manager.
    package func command(for manager: Manager) -> String? {
        switch manager {
        case .apt: "apt-get install \(debian)"
        case .dnf: "dnf install \(fedora)"
        case .homebrew: homebrew.map { "brew install \($0)" }
        }
    }
}

extension PackageHint.Manager {
    /// That of this host; apt if unknown, since its package names are the best known.
    package static let ofThisHost: Self = {
        #if canImport(Darwin)
            return .homebrew
        #else
            return Self(osRelease: (try? WholeFile.readText("/etc/os-release")) ?? "")
        #endif
    }()

    /// That of a Linux distribution, by the text of its `/etc/os-release`.
    init(osRelease text: String) {
        var names: [Substring] = []
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0] == "ID" || parts[0] == "ID_LIKE" else { continue }
            names += parts[1].split { !($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        }
        self = names.contains { ["fedora", "rhel", "centos"].contains($0) } ? .dnf : .apt
    }
}
