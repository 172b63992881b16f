import Machines
import QAPI
import SystemPackage

/// The record that is stored with a template's files.
package struct TemplateRecord: Codable, Sendable {
    /// One of the template's own files, or a base of its disks.
    struct File: Codable, Sendable {
        let path: String
        /// See ``FileFingerprint``.
        let fingerprint: String
        /// The size in bytes.
        let size: UInt64
        /// The SHA-256 digest; nil for templates that are not kept after the process that made them.
        var digest: String?
    }

    /// Increased when templates are made in a different way.
    package static let currentVersion = 5

    var version = TemplateRecord.currentVersion
    let name: String
    let ingredients: [TemplateIngredients.Ingredient]
    /// The description of a fork; writable drives are the bases of the forks' overlays.
    var description: MachineDescription
    let accelerator: Accelerator
    var qemuProgram: String
    let qemuDataDirectories: [String]
    /// As QEMU prints it, as in `7.2.19`.
    let qemuVersion: String
    /// The guest's monotonic clock just before the freeze, in nanoseconds; nil without a helper.
    var frozenAt: Int64?
    /// A nonce in the memory of the guest's helper, which shows which template a fork is from.
    var nonce: String?
    /// Seconds since 1970.
    let createdAt: Double
    var files: [File]

    private enum CodingKeys: String, CodingKey {
        case version, name, ingredients, description, accelerator, qemuProgram, qemuVersion, frozenAt, nonce, createdAt
        case files
        case qemuDataDirectories = "qemuDataFolders"
    }
}
