import HostSupport
import Quantities
import WireJSON

extension GuestHelper {
    /// Waits until the helper runs and has answered with a token that only this call knows.
    ///
    /// This skips what was in the channel before, such as the end of a message to an earlier client.
    public func hello(within limit: Duration) async throws -> HelperHello {
        let token = Self.freshToken()
        let answer = try await request("hello", ["token": .string(token)], within: limit)
        try check(token, in: answer)
        do {
            let hello = try HelperHello(json: .object(answer))
            note(hello.milestones)
            return hello
        } catch {
            throw GuestAccessError(.protocolViolation, guest: guest, "the helper's hello: \(error)", cause: error)
        }
    }

    /// Asks whether the helper answers.
    public func ping(within limit: Duration) async throws {
        let token = Self.freshToken()
        try check(token, in: try await request("ping", ["token": .string(token)], within: limit))
    }

    /// Fixes up what is outdated after a restore or fork.
    public func fixUp(_ fixUp: GuestFixUp, within limit: Duration) async throws {
        let token = Self.freshToken()
        let pending = PendingFixUp(id: try begin("restore", fixUp.arguments(token: token)), token: token)
        _ = try await finishFixUp(pending, within: limit)
    }

    /// A fix-up that was sent and not yet answered.
    package struct PendingFixUp: Sendable {
        let id: Int
        let token: String
    }

    /// The guest's answer after a fix-up.
    package struct FixUpAnswer: Sendable {
        /// The nonce that ``write(nonce:within:)`` stored before the state was saved.
        package let nonce: String?
        /// The guest's monotonic clock at that moment, in nanoseconds; nil after a fix-up that did more.
        package let monotonic: Int64?
        /// The addresses that interfaces got with their new hardware addresses, by name.
        package let addresses: [String: String]

        init(_ answer: JSONObject) throws(JSONError) {
            nonce = answer["nonce"]?.stringValue
            monotonic = answer["monotonic"] == nil ? nil : try answer.guestMoment("monotonic")
            addresses = try answer.guestAddresses("addresses")
        }
    }

    /// Sends a fix-up; a paused guest receives it when it resumes.
    ///
    /// The helper must be of this version: an earlier one does not understand the short form.
    package func beginFixUp(_ fixUp: GuestFixUp) throws -> PendingFixUp {
        let token = Self.freshToken()
        guard fixUp.line(id: 0, token: token) != nil else {
            return PendingFixUp(id: try begin("restore", fixUp.arguments(token: token)), token: token)
        }
        return PendingFixUp(id: try begin { fixUp.line(id: $0, token: token) ?? "" }, token: token)
    }

    /// Runs trial fix-ups in a guest that is about to be frozen, so that everything they touch is in memory.
    package func rehearseFixUp(within limit: Duration) async throws {
        // Python adapts its code to what it sees in the first eight rounds; forks need not do that again.
        for _ in 0..<10 { _ = try await finishFixUp(try beginFixUp(GuestFixUp(clock: .leaveAlone)), within: limit) }
    }

    /// Waits for the answer to a fix-up that was sent.
    package func finishFixUp(_ pending: PendingFixUp, within limit: Duration) async throws -> FixUpAnswer {
        let answer = try await finish(pending.id, "restore", within: limit)
        try check(pending.token, in: answer)
        return try understood("restore") { try FixUpAnswer(answer) }
    }

    /// The guest's monotonic clock, in nanoseconds; requested just before a freeze.
    package func monotonicClock(within limit: Duration) async throws -> Int64 {
        let answer = try await request("freeze", within: limit)
        return try understood("freeze") { try answer.guestMoment("monotonic") }
    }

    /// The guest's wall clock, in nanoseconds since 1970.
    public func wallClock(within limit: Duration) async throws -> Int64 {
        let answer = try await request("time", within: limit)
        return try understood("time") { try answer.guestWallClock("time") }
    }

    /// Stores a nonce in the guest's memory; it is gone after a restore to an earlier state.
    public func write(nonce: String, within limit: Duration) async throws {
        _ = try await request("write-nonce", ["nonce": .string(nonce)], within: limit)
    }

    /// The nonce that ``write(nonce:within:)`` stored; nil if there is none.
    public func nonce(within limit: Duration) async throws -> String? {
        try await request("read-nonce", within: limit).optionalValue("nonce")
    }

    /// Makes the guest flush its memory to its disks.
    public func synchronizeDisks(within limit: Duration) async throws {
        _ = try await request("sync", within: limit)
    }

    /// Waits for a milestone, such as ``GuestMilestone/cloudInitEnded``.
    ///
    /// - Parameter onProgress: Receives each milestone on the way, in order.
    /// - Throws: ``GuestAccessError`` with code `timedOut`, or `helperClosed` if the machine ends first.
    public func wait(
        for name: String,
        within limit: Duration,
        onProgress: @escaping @Sendable (GuestMilestone) -> Void = { _ in },
    ) async throws -> GuestMilestone {
        let stream = milestones
        let what = "\(guest) to reach '\(name)'"
        do {
            return try await withDeadline(limit, waitingFor: what) {
                for await milestone in stream {
                    onProgress(milestone)
                    if milestone.name == name { return milestone }
                }
                try Task.checkCancellation()
                throw GuestAccessError(
                    .helperClosed,
                    guest: self.guest,
                    "the machine stopped before it reached '\(name)'"
                )
            }
        } catch let error as DeadlineExceeded {
            throw GuestAccessError(.timedOut, guest: guest, "\(error)", cause: error)
        }
    }

    /// Runs a command in the guest and waits until it ends.
    ///
    /// If the wait ends early, by the time limit or by cancellation, the command and its children are killed.
    ///
    /// - Parameters:
    ///   - limit: How long the command may run; nil means no limit.
    ///   - onOutput: Receives the output as it comes.
    /// - Returns: The exit status; 128 and the signal's number when a signal ended it, 127 when there is no such
    ///   program.
    public func run(
        _ command: GuestCommand,
        within limit: Duration?,
        onOutput: @escaping OutputHandler = { _, _ in },
    ) async throws -> Int32 {
        let request = try begin(command, onOutput: onOutput)
        return try await status(of: request, program: command.words.first ?? "", within: limit)
    }

    /// Waits until a started command ends, like ``run(_:within:onOutput:)``.
    ///
    /// - Parameter program: Its name in messages.
    package func status(of request: Int, program: String, within limit: Duration?) async throws -> Int32 {
        do {
            let answer = try await finish(request, "run", within: limit) { id in
                if let kill = try? self.begin("kill", ["command": .integer(Int64(id))]) { self.forget(kill) }
            }
            return try understood("run") { try answer.guestStatus("status") }
        } catch let error as GuestAccessError where error.code == .timedOut {
            let patience = limit.map { " after \($0.shortText)" } ?? ""
            throw GuestAccessError(
                .timedOut,
                guest: guest,
                "\(program) did not finish\(patience) and was killed",
                cause: error
            )
        }
    }

    /// Starts a command in the guest; ``answer(to:)`` says how it ended.
    package func begin(_ command: GuestCommand, onOutput: @escaping OutputHandler) throws -> Int {
        try begin("run", command.arguments, onOutput: onOutput)
    }

    /// Runs a command in the guest and collects what it prints.
    ///
    /// - Parameter keep: The most bytes kept of either output.
    public func collect(
        _ command: GuestCommand,
        within limit: Duration?,
        keep: Int = 16 << 20,
    ) async throws -> CollectedCommand {
        let collector = OutputCollector(limit: keep)
        let status = try await run(command, within: limit, onOutput: collector.receive)
        return collector.outcome(status: status)
    }

    static func freshToken() -> String {
        String(UInt64.random(in: 0 ... .max), radix: 36)
    }

    /// Reads an answer; one that is not what was asked for is the guest's fault.
    private func understood<Value>(_ name: String, _ read: () throws -> Value) throws -> Value {
        do {
            return try read()
        } catch let error as JSONError {
            throw GuestAccessError(
                .protocolViolation,
                guest: guest,
                "the helper's answer to \(name): \(error)",
                cause: error
            )
        }
    }

    private func check(_ token: String, in answer: JSONObject) throws(GuestAccessError) {
        guard answer["token"]?.stringValue == token else {
            throw GuestAccessError(.protocolViolation, guest: guest, "the helper answered another request")
        }
    }
}
