import SystemPackage

/// What is written down beside a template's files.
struct TemplateRecord: Codable, Sendable {
    /// One of the template's own files, or one that its disks stand on.
    struct File: Codable, Sendable {
        let path: String
        /// See ``FileFingerprint``.
        let fingerprint: String
        /// The size in bytes.
        let size: UInt64
        /// The SHA-256 digest; nil for templates that are not kept beyond the process that made them.
        var digest: String?
    }

    /// Raised when templates are made in another way.
    static let currentVersion = 5

    var version = TemplateRecord.currentVersion
    let name: String
    let ingredients: [TemplateIngredients.Ingredient]
    /// What a fork is made of; drives that the guest writes to are bases for the forks' overlays.
    var description: MachineDescription
    let accelerator: Accelerator
    var qemuProgram: String
    let qemuDataFolders: [String]
    /// As QEMU tells it, as in `7.2.19`.
    let qemuVersion: String
    /// Where the guest's monotonic clock stood just before the freeze, in nanoseconds; nil without a helper.
    var frozenAt: Int64?
    /// A word in the memory of the guest's helper, by which a fork proves which template it is of.
    var nonce: String?
    /// Seconds since 1970.
    let createdAt: Double
    var files: [File]
}
