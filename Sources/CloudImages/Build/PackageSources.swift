import HostSupport
import HostTools
import SystemPackage

/// The sources of packages: the given mirrors, or those that this system's apt is configured to use.
struct PackageSources {
    /// Lines of a `sources.list`.
    let lines: [String]

    /// The sources for a release.
    ///
    /// - Throws: ``CloudImagesError`` with code `unsupported` if there are none, or no keys to verify them.
    static func choose(for release: DebianRelease, recipe: ImageRecipe) async throws -> PackageSources {
        guard FileStamp(of: recipe.keyring) != nil else {
            let hint = PackageHint(debian: "debian-archive-keyring", fedora: "debian-keyring").command
            throw CloudImagesError(
                .unsupported,
                "debian:\(release.version) cannot be built here: the archive's keys, \(recipe.keyring), are "
                    + "missing" + (hint.map { "; install them: \($0)" } ?? ""),
            )
        }
        if !recipe.mirrors.isEmpty {
            return try PackageSources(mirrors: recipe.mirrors, keyring: recipe.keyring, release: release)
        }
        let targets: ToolRun.Outcome
        do {
            targets = try await ToolRun.run(
                "apt-get",
                ["indextargets", "--format", "$(SITE) $(RELEASE) $(COMPONENT)", "Created-By: Packages"],
            )
        } catch let missing as ToolMissing {
            throw CloudImagesError(
                .unsupported,
                "images are built on Debian and Ubuntu, and this host has no apt-get; download the vendor's image: "
                    + "quiver image pull debian:\(release.version)",
                cause: missing,
            )
        }
        let sources = PackageSources(indexTargets: targets.output, keyring: recipe.keyring, release: release)
        guard !sources.lines.isEmpty else {
            throw CloudImagesError(
                .unsupported,
                "debian:\(release.version) cannot be built here: apt has no Debian release; run apt-get update, pass "
                    + "--mirror URL, or download the vendor's image: quiver image pull "
                    + "debian:\(release.version)",
            )
        }
        return sources
    }

    /// Uses those of apt's sources that belong to a Debian release, with its codename replaced by the wanted one.
    ///
    /// Ubuntu's have other codenames and are not used. Neither are backports and the like, which would mix in newer
    /// packages.
    init(indexTargets: String, keyring: FilePath, release: DebianRelease) {
        var lines: [String] = []
        for target in indexTargets.split(separator: "\n") {
            let fields = target.split(separator: " ").map(String.init)
            guard fields.count == 3, fields[2] == "main", let pocket = Self.pocket(of: fields[1]) else { continue }
            let line = Self.line(fields[0], release.codename + pocket, keyring: keyring)
            if !lines.contains(line) { lines.append(line) }
        }
        self.lines = lines
    }

    /// A suite's part of a Debian release's archive; nil if it is not a suite of a release.
    private static func pocket(of suite: String) -> String? {
        let pockets = ["", "-updates", "-security"]
        return pockets.first { pocket in DebianRelease.all.contains { suite == $0.codename + pocket } }
    }

    /// Uses mirrors of the archive; one with a directory whose name ends in `-security` has the security updates.
    init(mirrors: [String], keyring: FilePath, release: DebianRelease) throws(CloudImagesError) {
        var lines: [String] = []
        for mirror in mirrors {
            guard ["http://", "https://", "file:/"].contains(where: mirror.hasPrefix),
                !mirror.contains(where: \.isWhitespace)
            else {
                throw CloudImagesError(
                    .badReference,
                    "\(mirror): is not a mirror's URL; use https://, http:// or file:/, up to the directory that contains dists",
                )
            }
            let directories = mirror.split(separator: "/")
            let hasSecurity = directories.contains { $0.hasSuffix("-security") }
            // A dated snapshot of the archive has expired validity, which does not matter here.
            let isOfSomeDay = directories.contains { $0.wholeMatch(of: /[0-9]{8}T[0-9]{6}Z/) != nil }
            for pocket in hasSecurity ? ["-security"] : ["", "-updates"] {
                let suite = release.codename + pocket
                lines.append(Self.line(mirror, suite, keyring: keyring, checksValidity: !isOfSomeDay))
            }
        }
        self.lines = lines
    }

    private static func line(
        _ site: String,
        _ suite: String,
        keyring: FilePath,
        checksValidity: Bool = true,
    ) -> String {
        "deb [signed-by=\(keyring)\(checksValidity ? "" : " check-valid-until=no")] \(site) \(suite) main"
    }
}
