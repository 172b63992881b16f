import HostSupport
public import QMPCore
public import SystemPackage
public import WireJSON

/// A set of descriptors inside QEMU, which its options name by a path.
public struct QMPDescriptorSet: Sendable, Hashable {
    /// The number that QEMU gave the set.
    public let id: Int64

    /// The path that stands for the set in QEMU's options, as in `/dev/fdset/3`.
    ///
    /// QEMU uses the descriptor in the set that has the required access mode; without one, it fails with `EACCES`.
    public var path: String { "/dev/fdset/\(id)" }
}

extension QMPConnection {
    /// Passes a copy of a descriptor to QEMU, under a name in this monitor.
    ///
    /// - Parameter name: Must not begin with a digit; a name that is in use is replaced.
    /// - Throws: ``QMPCore/QMPError``: `invalidArguments` for a name that QEMU would refuse, else as for any command.
    public func pass(_ descriptor: FileDescriptor, named name: String) async throws(QMPError) {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            let text = "the name of a descriptor must not be empty or begin with a digit: '\(name)'"
            throw QMPError(.invalidArguments, command: "getfd", text)
        }
        _ = try await execute("getfd", ["fdname": .string(name)], passing: descriptor)
    }

    /// Runs `body` while QEMU holds a copy of a descriptor under a name, and closes it there unless it was used.
    public func withPassedDescriptor<Value>(
        _ descriptor: FileDescriptor,
        named name: String,
        _ body: () async throws -> Value,
    ) async throws -> Value {
        try await withCleanup {
            // Inside, because a caller that is cancelled while it waits may still have passed the descriptor.
            try await pass(descriptor, named: name)
            return try await body()
        } cleanup: {
            // A command that used the descriptor has removed the name: then there is nothing to close.
            _ = try? await self.execute("closefd", ["fdname": .string(name)])
        }
    }

    /// Runs `body` while QEMU holds copies of descriptors as one set, and removes the set.
    ///
    /// What QEMU has opened from the set by then stays open in QEMU.
    /// - Parameter descriptors: One for each access mode that QEMU will ask for.
    public func withDescriptorSet<Value>(
        _ descriptors: [FileDescriptor],
        _ body: (QMPDescriptorSet) async throws -> Value,
    ) async throws -> Value {
        // A label for the descriptors in QEMU: a set whose creation was interrupted cannot be found otherwise.
        let mark = "quiver-\(UInt64.random(in: 0 ... .max))"
        return try await withCleanup {
            try await body(try await makeSet(of: descriptors, mark: mark))
        } cleanup: {
            await self.removeSets(mark: mark)
        }
    }

    private func makeSet(of descriptors: [FileDescriptor], mark: String) async throws(QMPError) -> QMPDescriptorSet {
        var set: Int64?
        for descriptor in descriptors {
            var arguments: JSONObject = ["opaque": .string(mark)]
            if let set { arguments["fdset-id"] = .integer(set) }
            let reply = try await execute("add-fd", arguments, passing: descriptor)
            guard case .integer(let id)? = reply["fdset-id"] else {
                throw QMPError(.undecodableReply, command: "add-fd", "the reply has no fdset-id: \(reply)")
            }
            set = id
        }
        guard let set else { throw QMPError(.invalidArguments, command: "add-fd", "a set needs a descriptor") }
        return QMPDescriptorSet(id: set)
    }

    private func removeSets(mark: String) async {
        let sets = (try? await execute("query-fdsets"))?.arrayValue ?? []
        for set in sets where set["fds"]?.arrayValue?.contains(where: { $0["opaque"] == .string(mark) }) == true {
            _ = try? await execute("remove-fd", ["fdset-id": set["fdset-id"] ?? .null])
        }
    }

    /// Sends a command with a copy of a descriptor at its first byte.
    ///
    /// QEMU accepts one descriptor per command, and drops a stored one when the next arrives: commands with descriptors
    /// are sent one after another, each when the one before it has been answered.
    /// - Throws: ``QMPCore/QMPError``: `invalidArguments` when the descriptor is not open, else as for any command.
    public func execute(
        _ name: String,
        _ arguments: JSONObject = [:],
        passing descriptor: FileDescriptor,
        deadline: Duration? = nil,
    ) async throws(QMPError) -> JSON {
        let passenger: PassedDescriptor
        do throws(Errno) {
            passenger = try PassedDescriptor(copying: descriptor)
        } catch {
            let text = "descriptor \(descriptor.rawValue) cannot be passed: \(error)"
            throw QMPError(.invalidArguments, command: name, text, cause: error)
        }
        return try await link.execute(name, arguments, deadline: deadline, passenger: passenger)
    }
}
