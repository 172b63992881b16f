public import CloudInit

extension Provisioning {
    /// What cloud-init would refuse, ignore or misread in the user's own files; see ``CloudInit/SeedCheck``.
    public var findings: [SeedFinding] {
        // Quiver's key is in the meta-data.
        let userFindings = userData.map { SeedCheck.userData($0, hasKeysElsewhere: true) } ?? []
        return userFindings + (networkConfig.map(SeedCheck.networkConfig) ?? [])
    }

    /// Refuses files that cloud-init would not apply as intended, before anything boots.
    func refuseErrors() throws(CloudInitError) {
        let errors = findings.filter { $0.severity == .error }
        guard let first = errors.first else { return }
        let more = errors.count > 1 ? " (and \(errors.count - 1) more; \"quiver seed check\" lists them all)" : ""
        throw CloudInitError(.badSeed, "\(first)\(more)")
    }
}
