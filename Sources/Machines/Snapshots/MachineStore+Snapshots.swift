import DiskImages
import GuestAccess
import HostSupport
import HostTools
import Quantities
import SystemPackage

extension MachineStore {
    /// The snapshots in the disks of a stopped machine, oldest first.
    public func snapshots(ofStopped name: String) async throws -> [Snapshot] {
        try await holding(name) { drives in try Self.snapshots(in: drives, machine: name) }
    }

    /// Saves the disks of a stopped machine.
    ///
    /// - Throws: ``MachineError``: `exists`, `snapshotImpossible`, `alreadyRunning`, `snapshotFailed`.
    public func saveSnapshot(_ tag: String, ofStopped name: String) async throws {
        try SnapshotTag.check(tag, machine: name)
        try await changing(name) { drives in
            guard try !Self.snapshots(in: drives, machine: name).contains(where: { $0.tag == tag }) else {
                throw MachineError(
                    .exists,
                    machine: name,
                    "snapshot `\(tag)` already exists; choose another tag, or remove it with "
                        + "`quiver snapshot rm \(name) \(ShellWords.quoted(tag))`",
                )
            }
            var done: [Drive] = []
            do {
                for drive in drives {
                    try await Self.imageTool(["-c", tag], drive, machine: name)
                    done.append(drive)
                }
            } catch {
                // A snapshot that is missing from some drives could not be loaded.
                for drive in done { try? await Self.imageTool(["-d", tag], drive, machine: name) }
                throw error
            }
        }
    }

    /// Restores the disks of a stopped machine to a snapshot; memory in the snapshot is not loaded.
    ///
    /// - Throws: ``MachineError``: `notFound`, `snapshotImpossible`, `alreadyRunning`, `snapshotFailed`.
    public func restore(_ tag: String, ofStopped name: String) async throws {
        try await changing(name) { drives in
            let snapshot = try Self.find(tag, in: drives, machine: name)
            guard snapshot.missingDrives.isEmpty else {
                throw MachineError(
                    .snapshotImpossible,
                    machine: name,
                    "snapshot `\(tag)` is missing from \(snapshot.missingDrives.joined(separator: ", "))",
                )
            }
            for drive in drives { try await Self.imageTool(["-a", tag], drive, machine: name) }
        }
    }

    /// Removes a snapshot from the disks of a stopped machine.
    /// - Throws: ``MachineError``: `notFound`, `alreadyRunning`, `snapshotFailed`.
    public func deleteSnapshot(_ tag: String, ofStopped name: String) async throws {
        try await changing(name) { drives in
            let snapshot = try Self.find(tag, in: drives, machine: name)
            for drive in drives where !snapshot.missingDrives.contains(drive.id) {
                try await Self.imageTool(["-d", tag], drive, machine: name)
            }
            try? SnapshotRecords(in: directory(of: name), machine: name).remove(tag)
        }
    }

    /// The snapshot with this tag in a stopped machine.
    /// - Throws: ``MachineError`` with code `notFound`.
    public func snapshot(_ tag: String, ofStopped name: String) async throws -> Snapshot {
        try await holding(name) { drives in try Self.find(tag, in: drives, machine: name) }
    }

    // MARK: - Common parts

    /// Runs the body with the drives that have snapshots, while nobody can start the machine.
    private func changing(_ name: String, _ body: ([Drive]) async throws -> Void) async throws {
        let lock = try await lock(name)
        try await body(snapshotDrives(of: name))
        _ = consume lock
    }

    private func holding<Value>(_ name: String, _ body: ([Drive]) throws -> Value) async throws -> Value {
        let lock = try await lock(name)
        let value = try body(snapshotDrives(of: name))
        _ = consume lock
        return value
    }

    private func lock(_ name: String) async throws -> FileLock {
        _ = try description(of: name)
        guard let lock = try await directory(of: name).takeLock() else {
            throw MachineError(.alreadyRunning, machine: name, "running, or in use by another command; try again")
        }
        return lock
    }

    /// The drives that have snapshots.
    private func snapshotDrives(of name: String) throws -> [Drive] {
        let description = try description(of: name)
        let directory = directory(of: name)
        var drives = description.drives.filter { !$0.isReadOnly }
        if HostFile.exists(directory.firmwareVariables) {
            drives.append(Drive(id: LaunchPlan.variablesNode, file: directory.firmwareVariables))
        }
        if let raw = drives.first(where: { $0.format == .raw }) {
            throw MachineError(
                .snapshotImpossible,
                machine: name,
                "drive \(raw.id) (\(raw.file)) is writable and raw, which has no snapshots; make it qcow2 or read-only",
            )
        }
        guard !drives.isEmpty else {
            throw MachineError(.snapshotImpossible, machine: name, "no writable qcow2 drive; add one")
        }
        return drives
    }

    private static func find(_ tag: String, in drives: [Drive], machine: String) throws -> Snapshot {
        let all = try snapshots(in: drives, machine: machine)
        if let snapshot = all.first(where: { $0.tag == tag }) { return snapshot }
        let known = all.isEmpty ? "there are none" : "there are \(all.map { "`\($0.tag)`" }.joined(separator: ", "))"
        throw MachineError(.notFound, machine: machine, "no snapshot `\(tag)`; \(known)")
    }

    private static func snapshots(in drives: [Drive], machine: String) throws -> [Snapshot] {
        var tags: [String] = []
        var found: [String: [(drive: String, snapshot: QCOW2Facts.Snapshot)]] = [:]
        for drive in drives {
            for snapshot in try DiskFacts.read(drive.file, format: .qcow2).qcow2?.snapshots ?? [] {
                if found[snapshot.name] == nil { tags.append(snapshot.name) }
                found[snapshot.name, default: []].append((drive.id, snapshot))
            }
        }
        return tags.compactMap { tag in
            guard let holders = found[tag],
                let main = holders.map(\.snapshot).max(by: { $0.vmStateSize < $1.vmStateSize })
            else { return nil }
            return Snapshot(
                tag: tag,
                date: Double(main.dateSeconds) + Double(main.dateNanoseconds) / 1e9,
                memory: main.vmStateSize,
                guestUptime: Double(main.vmClockNanoseconds) / 1e9,
                missingDrives: drives.map(\.id).filter { id in !holders.contains { $0.drive == id } },
            )
        }.sorted { $0.date < $1.date }
    }

    private static func imageTool(_ change: [String], _ drive: Drive, machine: String) async throws {
        let outcome = try await ToolRun.run("qemu-img", ["snapshot", "-q"] + change + [drive.file.string])
        guard outcome.isSuccess else {
            throw MachineError(
                outcome.errors.contains("No space left") ? .noSpace : .snapshotFailed,
                machine: machine,
                "drive \(drive.id): \(outcome.lastWords)",
            )
        }
    }
}
