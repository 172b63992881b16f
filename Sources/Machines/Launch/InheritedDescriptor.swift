/// The descriptors that QEMU inherits; their numbers are known before QEMU is started.
package enum InheritedDescriptor: Hashable {
    /// The lock that shows that the machine is running: held as long as QEMU lives, whoever started it.
    case lock
    /// The listening socket of the monitor for Quiver.
    case monitor
    /// The listening socket of the monitor for people and scripts.
    case peoplesMonitor
    /// The connected socket whose other end the keeper records.
    case recorder
    /// The listening socket of the serial console.
    case console
    /// The listening socket of a guest channel, by its place in the description.
    case channel(Int)
    /// The file with the state that this machine continues from, after so many channels.
    case incomingState(channels: Int)

    /// All descriptors that a machine of this description inherits, in the order of their numbers.
    static func all(for description: MachineDescription) -> [Self] {
        [.lock, .monitor, .peoplesMonitor, .recorder, .console] + description.channels.indices.map { .channel($0) }
            + (description.awaitsIncomingState ? [.incomingState(channels: description.channels.count)] : [])
    }

    /// The descriptor's number in QEMU; the keeper places them from 3 on.
    package var number: Int32 {
        switch self {
        case .lock: 3
        case .monitor: 4
        case .peoplesMonitor: 5
        case .recorder: 6
        case .console: 7
        case .channel(let index): Int32(8 + index)
        case .incomingState(let channels): Int32(8 + channels)
        }
    }
}
