import Digests
import HostSupport
import Machines
import SystemPackage

extension Template {
    /// Refuses a template whose files were modified, or whose QEMU is not the one that made it.
    ///
    /// A file that was written to is compared by its digest, if one is stored; a file whose times and size are
    /// unchanged counts as unchanged.
    /// - Throws: ``TemplateError`` with code `damaged` or `mismatch`, which says what differs.
    public func check() async throws {
        for file in record.files {
            let path = FilePath(file.path)
            guard let now = FileFingerprint(of: path) else {
                throw damage("\(path) is missing")
            }
            guard now.text != file.fingerprint else { continue }
            guard now.size == file.size else {
                throw damage("\(path) has \(now.size) bytes instead of \(file.size)")
            }
            guard let digest = file.digest, try await FileDigest.sha256(of: path) == digest else {
                throw damage("\(path) was modified")
            }
        }
        try await checkQEMU()
    }

    private func checkQEMU() async throws(TemplateError) {
        let found = QEMUIngredient(program: FilePath(record.qemuProgram))
        guard let wanted = ingredients.value(of: QEMUIngredient.name), wanted != found.value else { return }
        let change = await found.change(from: record.qemuVersion, of: QEMUIngredient(value: wanted)?.program)
        throw TemplateError(.mismatch, template: name, "\(change); it must be made again")
    }

    private func damage(_ what: String) -> TemplateError {
        TemplateError(.damaged, template: name, "\(what); it must be made again")
    }
}
