import ArgumentParser
import QMPClient
import QMPCore
import Quantities
import WireJSON

/// `quiver qmp events`: events as they arrive, one line of JSON each.
struct MonitorEvents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Print events as they arrive, as one line of JSON each.",
        discussion: """
            Ends after --count events, or with --follow when QEMU closes the connection, which is not an error. The exit \
            status is 75 if --timeout expires first.

              quiver qmp --vm vm1 events --filter SHUTDOWN --timeout 2m
              quiver qmp --vm vm1 events --follow
            """,
    )

    @OptionGroup var target: MonitorTarget

    @Option(help: ArgumentHelp("Print only events with this name; may be repeated.", valueName: "name"))
    var filter: [String] = []

    @Option(help: "End after this many events (default: 1).")
    var count: Int?

    @Flag(help: "Keep printing until the connection is closed.")
    var follow = false

    @Option(help: ArgumentHelp("How long to wait for all of them, e.g. 2m (default: no limit).", valueName: "duration"))
    var timeout: TimeLimitArgument?

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count \(count): must be at least 1") }
        if count != nil, follow { throw ValidationError("--count and --follow cannot be combined") }
    }

    func run() async throws {
        let end = timeout.map { ContinuousClock.now + $0.duration }
        try await target.withConnection(within: timeout?.duration) { qmp in
            let events = qmp.events(filter.isEmpty ? .all : .named(anyOf: filter), buffering: 65_536)
            try await print(events, until: end)
        }
    }

    private func print(_ events: QMPEvents, until end: ContinuousClock.Instant?) async throws {
        var rest = follow ? Int.max : count ?? 1
        var iterator = events.makeAsyncIterator()
        while rest > 0 {
            let item = try await next(of: &iterator, until: end)
            switch item {
            case .event(let event):
                guard try StandardOutput.print("\(event.line)") else { return }
                rest -= 1
            case .missed(let count):
                StandardError.write("quiver: missed \(count) events: they came faster than they could be printed")
            case .gap(let reason):
                StandardError.write("quiver: the connection was interrupted: \(reason)")
            case nil:
                guard follow else { throw CommandFailure(.failed, "QEMU closed the connection first") }
                return
            }
        }
    }

    private func next(
        of iterator: inout QMPEvents.AsyncIterator,
        until end: ContinuousClock.Instant?,
    ) async throws -> QMPEventItem? {
        // Ten years stand for no limit, which saves a second code path.
        let rest = end.map { ContinuousClock.now.duration(to: $0) } ?? .seconds(315_360_000)
        do throws(QMPError) {
            return try await iterator.next(within: rest)
        } catch  where follow && error.code == .connectionClosed && error.cause == nil {
            // QEMU exited normally.
            return nil
        } catch {
            throw explanation(of: error)
        }
    }

    private func explanation(of error: QMPError) -> any Error {
        guard error.code == .timedOut else { return error }
        let limit = timeout?.duration.shortText ?? ""
        let wanted = filter.isEmpty ? "events" : filter.joined(separator: ", ")
        return CommandFailure(.temporary, "gave up after \(limit) waiting for \(wanted)", cause: error)
    }
}

extension QMPEvent {
    /// The event in the form of QEMU's own message.
    var line: JSON {
        var object: JSONObject = ["event": .string(name)]
        if !data.isEmpty { object["data"] = .object(data) }
        if let timestamp {
            object["timestamp"] = [
                "seconds": .integer(timestamp / 1_000_000),
                "microseconds": .integer(timestamp % 1_000_000),
            ]
        }
        return .object(object)
    }
}
