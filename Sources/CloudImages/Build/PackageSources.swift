import HostSupport
import SystemPackage

/// Where packages come from: what this system's own apt is configured to use, for the wanted release.
struct PackageSources {
    /// Lines of a `sources.list`.
    let lines: [String]

    /// Reads the configured sources from apt and turns them into those of the wanted release.
    ///
    /// - Throws: ``CloudImagesError`` with code `unsupported` when apt knows no Debian archive.
    static func configured(for release: DebianRelease) async throws -> PackageSources {
        let targets = try await ToolRun.run(
            "apt-get",
            ["indextargets", "--format", "$(SITE) $(RELEASE) $(COMPONENT)", "Created-By: Packages"],
        )
        let osRelease = (try? WholeFile.readText("/etc/os-release")) ?? ""
        let ours = DebianRelease.all.first { osRelease.contains("VERSION_CODENAME=\($0.codename)\n") }
        let lines = PackageSources(indexTargets: targets.output, from: ours, to: release)
        guard !lines.lines.isEmpty else {
            throw CloudImagesError(
                .unsupported,
                "debian:\(release.version) cannot be built here: apt has no source of a Debian release; add one to "
                    + "/etc/apt/sources.list.d and run apt-get update, or pull the vendor's image",
            )
        }
        return lines
    }

    /// Keeps the sources of the host's release, with its codename exchanged for the wanted one.
    init(indexTargets: String, from ours: DebianRelease?, to wanted: DebianRelease) {
        let keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
        var lines: [String] = []
        for target in indexTargets.split(separator: "\n") {
            let fields = target.split(separator: " ").map(String.init)
            guard let ours, fields.count == 3, fields[2] == "main" else { continue }
            // Backports and the like would mix newer packages in: only the release, its updates and security.
            guard [ours.codename, "\(ours.codename)-updates", "\(ours.codename)-security"].contains(fields[1]) else {
                continue
            }
            let suite = wanted.codename + fields[1].dropFirst(ours.codename.count)
            let line = "deb [signed-by=\(keyring)] \(fields[0]) \(suite) main"
            if !lines.contains(line) { lines.append(line) }
        }
        self.lines = lines
    }
}
