public import QAPI
import QMPClient
import QMPCore

/// The run states of a machine, as they change; for one consumer.
///
/// An event only triggers a query, and the sequence yields QEMU's answer, so that a missed event is corrected by the
/// next one. The sequence ends with the connection.
public struct RunStates: AsyncSequence, Sendable {
    /// A run state.
    public typealias Element = RunState
    /// The error when QEMU cannot be asked.
    public typealias Failure = MachineError

    let machine: Machine
    let events: QMPEvents

    /// Begins to read; the first element is the present state.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(machine: machine, events: events.makeAsyncIterator())
    }

    /// Reads the states one after another; not to be shared between tasks.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let machine: Machine
        var events: QMPEvents.AsyncIterator
        private var last: RunState?

        init(machine: Machine, events: QMPEvents.AsyncIterator) {
            self.machine = machine
            self.events = events
        }

        /// The state at the first call; afterwards the next one that differs.
        /// - Returns: nil if the machine has ended or the connection was closed.
        public mutating func next() async throws(MachineError) -> RunState? {
            while true {
                if last != nil {
                    do {
                        guard try await events.next() != nil else { return nil }
                    } catch {
                        if machine.exitCause != nil { return nil }
                        throw machine.error(.monitorFailed, "lost QEMU's events", cause: error)
                    }
                }
                let state: RunState
                do {
                    state = try await machine.runState()
                } catch {
                    if error.code == .ended { return nil }
                    throw error
                }
                if state != last {
                    last = state
                    return state
                }
            }
        }

        /// The same as ``next()``; `for try await` calls this one.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(MachineError) -> RunState? {
            try await next()
        }
    }
}

@available(*, unavailable) extension RunStates.AsyncIterator: Sendable {}

extension Machine {
    /// The machine's run states from now on, starting with the current one.
    public var runStates: RunStates {
        RunStates(
            machine: self,
            events: qmp.events(
                .named(
                    "STOP",
                    "RESUME",
                    "SHUTDOWN",
                    "RESET",
                    "SUSPEND",
                    "SUSPEND_DISK",
                    "WAKEUP",
                    "BLOCK_IO_ERROR",
                    "GUEST_PANICKED",
                    "GUEST_CRASHLOADED",
                    "WATCHDOG",
                    "MIGRATION",
                )
            ),
        )
    }
}
