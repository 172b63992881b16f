import GuestAccess
import HostSupport
import SystemPackage

/// pytest itself turns outcomes into JUnit XML, in the guest whose pytest has all reports; here it is asked for and fetched.
extension Suite {
    /// Removes the results of an earlier run, and lets the user that runs pytest write its own.
    func prepareReport(helper: GuestHelper) async throws {
        guard writesJUnit else { return }
        let file = Self.reportFile
        let owner = user.map { " && : > \(file) && chown \(ShellWords.quoted($0)) \(file)" } ?? ""
        let prepared = try await helper.collect(.shell("rm -f \(file)\(owner)"), within: limits.setup)
        guard prepared.isSuccess else {
            throw TestRunError(.syncFailed, "cannot write pytest's results in the guest: \(prepared.lastWords)")
        }
    }

    /// Copies the JUnit XML to the host, if pytest wrote one: it does not if it could not start.
    func fetchReport(to path: FilePath, helper: GuestHelper, clock: StageClock) async throws {
        let command = GuestCommand(["cat", Self.reportFile])
        let report = try await helper.collect(command, within: .seconds(60), keep: 256 << 20)
        guard report.isSuccess, !report.output.isEmpty else {
            return clock.note(.pytest, "pytest wrote no JUnit XML, so \(path) was not written")
        }
        try WholeFile.write(report.output, to: path, mode: [.ownerReadWrite, .groupRead, .otherRead])
        clock.note(.pytest, "JUnit XML written to \(path)")
    }
}
