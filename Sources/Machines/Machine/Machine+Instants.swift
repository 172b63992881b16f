import GuestAccess
import QMPClient
import QMPCore

extension Machine {
    /// Resumes the guest's processors.
    ///
    /// - Returns: When they resumed, by the host's wall clock in nanoseconds since 1970, as reported by QEMU: on a busy
    ///   host the command and its answer may be far apart.
    package func timedResume() async throws(MachineError) -> Int64 { try await instant(of: "cont", telling: "RESUME") }

    /// Pauses the guest's processors.
    ///
    /// - Returns: When they stopped, as for ``timedResume()``.
    package func timedPause() async throws(MachineError) -> Int64 { try await instant(of: "stop", telling: "STOP") }

    private func instant(of name: String, telling event: String) async throws(MachineError) -> Int64 {
        var events = qmp.events(.named(event)).makeAsyncIterator()
        _ = try await command(name)
        let now = GuestFixUp.wallClock()
        do {
            // The event comes before the command's answer; there is none if nothing changed.
            let item = try await events.next(within: .milliseconds(100))
            guard case .event(let told) = item, let microseconds = told.timestamp else { return now }
            return microseconds * 1000
        } catch {
            return now
        }
    }
}
