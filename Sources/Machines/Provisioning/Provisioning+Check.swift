public import CloudImages

extension Provisioning {
    /// What cloud-init would refuse, ignore or misunderstand in the user's own files; see ``CloudImages/SeedCheck``.
    public var findings: [SeedFinding] {
        // Quiver's key comes with the meta-data.
        let userFindings = userData.map { SeedCheck.userData($0, hasKeysElsewhere: true) } ?? []
        return userFindings + (networkConfig.map(SeedCheck.networkConfig) ?? [])
    }

    /// Refuses files that cloud-init would not take as they are meant, before any boot.
    func refuseErrors() throws(CloudImagesError) {
        let errors = findings.filter { $0.severity == .error }
        guard let first = errors.first else { return }
        let more = errors.count > 1 ? " (and \(errors.count - 1) more; \"quiver seed check\" lists them all)" : ""
        throw CloudImagesError(.badSeed, "\(first)\(more)")
    }
}
