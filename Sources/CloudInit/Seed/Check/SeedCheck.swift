/// Finds what cloud-init would refuse, ignore or misread in a seed, before anything boots.
///
/// A guest reports such errors minutes later, in a log inside it, or not at all. What only the guest can know (whether
/// a package exists, whether a command works) is not checked.
public enum SeedCheck {
    /// The findings of all parts of a seed.
    public static func findings(of seed: Seed) -> [SeedFinding] {
        let meta = MetaDataCheck(seed.metaData)
        var findings = userData(seed.userData, hasKeysElsewhere: meta.hasPublicKeys) + meta.findings
        if let text = seed.vendorData { findings += vendorData(text) }
        if let text = seed.networkConfig {
            findings += networkConfig(text)
            if meta.hasInterfaces { findings.append(interfacesIgnored) }
        }
        return findings
    }

    private static let interfacesIgnored = SeedFinding(
        severity: .warning,
        part: .metaData,
        line: nil,
        column: nil,
        message: "network-interfaces is ignored because there is a network-config",
        hint: "remove one of the two",
    )

    /// The findings of a user-data in any form that cloud-init takes.
    ///
    /// - Parameter hasKeysElsewhere: Whether ssh keys for the image's default user come with the meta-data, as Quiver's
    ///   own do.
    public static func userData(_ text: String, hasKeysElsewhere: Bool = false) -> [SeedFinding] {
        var check = UserDataCheck(.userData, hasKeysElsewhere: hasKeysElsewhere)
        check.examine(text)
        return check.findings.sorted
    }

    /// The findings of a vendor-data, which has the forms of a user-data.
    public static func vendorData(_ text: String) -> [SeedFinding] {
        var check = UserDataCheck(.vendorData, hasKeysElsewhere: true)
        check.examine(text)
        return check.findings.sorted
    }

    /// The findings of a meta-data.
    public static func metaData(_ text: String) -> [SeedFinding] {
        MetaDataCheck(text).findings
    }

    /// The findings of a network-config, version 1 or 2.
    public static func networkConfig(_ text: String) -> [SeedFinding] {
        NetworkConfigCheck(text).findings
    }
}
