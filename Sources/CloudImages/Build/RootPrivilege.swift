import HostSupport

/// By what right files are made that belong to root and other users of the guest.
enum RootPrivilege {
    /// As root.
    case root
    /// As an ordinary user whose own user namespace has root and the others in it.
    case userNamespace
    /// As an ordinary user, with `fakeroot` keeping the books about who owns what.
    case fakeroot

    /// The strongest that this process has.
    ///
    /// - Throws: ``CloudImagesError`` with code `unsupported` that says what would help.
    static func available() async throws -> RootPrivilege {
        if HostUser.isRoot { return .root }
        if await BuildTools.succeeds("unshare", namespace.dropFirst() + ["true"]) { return .userNamespace }
        let hasFakes = await BuildTools.succeeds("fakeroot", ["true"])
        guard hasFakes, await BuildTools.succeeds("fakechroot", ["--version"]) else {
            let fakes = PackageHint(debian: "fakechroot fakeroot").command ?? "install fakechroot and fakeroot"
            let maps = PackageHint(debian: "uidmap", fedora: "shadow-utils").command ?? "install newuidmap"
            throw CloudImagesError(
                .unsupported,
                "this user cannot build images, because no user namespace with several users is available: build as root, "
                    + "\(fakes), or as root: \(maps) && "
                    + "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER",
            )
        }
        return .fakeroot
    }

    private static let namespace = ["unshare", "--user", "--map-root-user", "--map-auto"]

    /// What goes before a command that is run by this right.
    var prefix: [String] {
        switch self {
        case .root: []
        case .userNamespace: Self.namespace
        case .fakeroot: ["fakeroot", "--"]
        }
    }
}
