import HostSupport
import Quantities

extension MachineDescription {
    /// Refuses what QEMU would refuse later with a less clear message.
    func check(named name: String, loadsKernel: Bool = true) throws(MachineError) {
        func refuse(_ message: String) -> MachineError {
            MachineError(.invalidDescription, machine: name, message)
        }
        guard (1...255).contains(processorCount) else {
            throw refuse("\(processorCount) processors: must be from 1 to 255")
        }
        guard (0...64).contains(hotPlugSlots) else {
            throw refuse("\(hotPlugSlots) hot-plug slots: must be from 0 to 64")
        }
        guard memory >= .mebibytes(16), memory.bytes % ByteCount.mebibytes(1).bytes == 0 else {
            throw refuse("memory \(memory): must be whole mebibytes, at least 16M")
        }
        guard channels.count <= 30 else { throw refuse("\(channels.count) channels: must be at most 30") }
        var ids: Set<String> = []
        for id in drives.map(\.id) + networks.map(\.id) {
            let isWord =
                id.first?.isLetter == true
                && id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }
            guard isWord else {
                throw refuse("id `\(id)` is not valid; use a letter, then letters, digits, - and _")
            }
            guard ids.insert(id).inserted else { throw refuse("id `\(id)` is used twice") }
        }
        var ports: Set<PortForward> = []
        for var forward in networks.flatMap(\.forwards) where forward.hostPort != 0 {
            let original = forward
            forward.guestPort = 0
            guard ports.insert(forward).inserted else {
                throw refuse("port \(original.hostPort) of this host is forwarded twice; choose another one")
            }
        }
        for drive in drives where !HostFile.exists(drive.file) {
            throw refuse("drive \(drive.id): \(drive.file) does not exist")
        }
        let kernelFiles = loadsKernel ? [kernel?.image, kernel?.initialRamdisk].compactMap { $0 } : []
        for file in kernelFiles where !HostFile.exists(file) {
            throw refuse("boot file \(file) does not exist")
        }
        for option in extraArguments where option.utf8.contains(0) {
            throw refuse("an extra argument contains a NUL byte")
        }
    }
}
