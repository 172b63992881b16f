import HostSupport

extension MachineStore {
    /// The forks whose creator was killed before their guests had their own identities.
    package var interruptedForks: [String] { names.filter { directory(of: $0).isInterruptedFork } }

    /// Ends and removes such a fork.
    package func removeInterruptedFork(_ name: String) async throws {
        if try status(of: name).process != nil { _ = try? await kill(name) }
        try await remove(name)
    }
}
