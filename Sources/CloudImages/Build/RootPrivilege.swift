import HostSupport

/// How files are created that belong to root and other users of the guest.
enum RootPrivilege {
    /// As root.
    case root
    /// As an ordinary user, in a user namespace that has root and the others.
    case userNamespace
    /// As an ordinary user, with `fakeroot` recording the ownership.
    case fakeroot

    /// The strongest that this process has.
    ///
    /// - Throws: ``CloudImagesError`` with code `unsupported` with a hint.
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

    /// The prefix for a command that is run in this way.
    var prefix: [String] {
        switch self {
        case .root: []
        case .userNamespace: Self.namespace
        case .fakeroot: ["fakeroot", "--"]
        }
    }
}
