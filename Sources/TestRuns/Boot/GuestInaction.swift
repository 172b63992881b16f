import GuestAccess
import HostSupport
import Machines
import Quantities

/// Gives up on a guest that does nothing for too long; a slow one may take its time.
///
/// What a guest does shows on the host: it prints on its console, or writes to its disks.
struct GuestInaction {
    let machine: Machine
    /// For how long the guest may do nothing.
    let limit: Duration

    /// Runs the body, which is cancelled when the guest has done nothing for the limit.
    ///
    /// - Parameter waitedFor: What the body waits for, to complete "while Quiver waited for".
    /// - Throws: ``TestRunError`` with code `bakeFailed`; otherwise what the body throws.
    func during<Value: Sendable>(
        _ waitedFor: String,
        _ body: @escaping @Sendable () async throws -> Value,
    ) async throws -> Value {
        try await watched(by: { try await untilTooLong(waitedFor) }, body)
    }

    /// The time between two looks at what the guest has done.
    private static let pause = Duration.seconds(1)

    private func untilTooLong(_ waitedFor: String) async throws {
        var idle = IdleTime(traces, at: .now)
        while idle.now < limit {
            try await Task.sleep(for: min(Self.pause, limit))
            idle.look(traces, at: .now)
        }
        throw TestRunError(
            .bakeFailed,
            "the guest printed nothing and wrote nothing to its disks for \(limit.shortText) while Quiver waited for "
                + "\(waitedFor); its console \(ConsoleTail(machine.directory.consoleLog).predicate)",
        )
    }

    /// Size and time of what the guest writes; nil for a file that is not there.
    private var traces: [FileStamp?] {
        let disks = machine.description.drives.filter { !$0.isReadOnly }.map(\.file)
        return ([machine.directory.consoleLog] + disks).map { FileStamp(of: $0) }
    }
}
