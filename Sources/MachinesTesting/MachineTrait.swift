public import Machines
public import Testing

/// Gives a test, or all tests of a suite together, a running machine: ``Machines/Machine/current``.
///
///     @Suite(.machine { directory in try await describeMyMachine(in: directory) }, .serialized)
///     struct MyTests {
///         @Test func `the guest answers`() async throws {
///             let machine = try Machine.current
///         }
///     }
///
/// On a suite, one machine serves all of its tests, which therefore should not run at the same time. The machine and
/// its files are removed when the test or suite ends, however that happens.
public struct MachineTrait: SuiteTrait, TestTrait, TestScoping {
    private let options: LaunchOptions
    private let describe: @Sendable (MachineDirectory) async throws -> MachineDescription
    private let prepare: @Sendable (Machine) async throws -> Void

    init(
        options: LaunchOptions,
        describe: @escaping @Sendable (MachineDirectory) async throws -> MachineDescription,
        prepare: @escaping @Sendable (Machine) async throws -> Void,
    ) {
        self.options = options
        self.describe = describe
        self.prepare = prepare
    }

    /// Runs the test or suite with a machine of its own, which has ended when this returns or throws.
    @concurrent
    public func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void,
    ) async throws {
        try await withMachine(named: "test", options: options, describe: describe) { machine in
            try await prepare(machine)
            try await CurrentMachine.$machine.withValue(machine) {
                try await function()
            }
        }
    }
}

extension Trait where Self == MachineTrait {
    /// A machine with the description that `describe` returns for the given directory.
    ///
    /// - Parameter prepare: For example, waits for the guest; the tests start when it returns.
    public static func machine(
        options: LaunchOptions = LaunchOptions(),
        describe: @escaping @Sendable (MachineDirectory) async throws -> MachineDescription,
        prepare: @escaping @Sendable (Machine) async throws -> Void = { _ in },
    ) -> Self {
        MachineTrait(options: options, describe: describe, prepare: prepare)
    }
}

enum CurrentMachine {
    @TaskLocal static var machine: Machine?
}

/// A test requested a machine but has none.
public struct NoCurrentMachine: Error, CustomStringConvertible {
    /// What is missing and how to get it.
    public var description: String { "no machine: give the test or its suite the trait .machine { ... }" }
}

extension Machine {
    /// The machine that ``MachinesTesting/MachineTrait`` provides for this test.
    /// - Throws: ``MachinesTesting/NoCurrentMachine`` outside of such a test.
    public static var current: Machine {
        get throws {
            guard let machine = CurrentMachine.machine else { throw NoCurrentMachine() }
            return machine
        }
    }
}
