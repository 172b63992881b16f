import Quantities

extension MachineDescription {
    /// Refuses what QEMU would refuse later and less clearly.
    func check(named name: String, loadsKernel: Bool = true) throws(MachineError) {
        func refuse(_ message: String) -> MachineError {
            MachineError(.invalidDescription, machine: name, message)
        }
        guard (1...255).contains(processorCount) else {
            throw refuse("\(processorCount) processors are not possible; 1 to 255 are")
        }
        guard memory >= .mebibytes(16), memory.bytes % ByteCount.mebibytes(1).bytes == 0 else {
            throw refuse("a memory of \(memory) is not possible; give whole mebibytes, 16M at least")
        }
        guard channels.count <= 30 else { throw refuse("\(channels.count) channels are too many; 30 are possible") }
        var ids: Set<String> = []
        for id in drives.map(\.id) + networks.map(\.id) {
            let isWord =
                id.first?.isLetter == true
                && id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }
            guard isWord else {
                throw refuse("the id `\(id)` is not possible; use a letter, then letters, digits, - and _")
            }
            guard ids.insert(id).inserted else { throw refuse("the id `\(id)` is given twice") }
        }
        for drive in drives where !HostFile.exists(drive.file) {
            throw refuse("\(drive.file), the file of drive \(drive.id), does not exist")
        }
        let kernelFiles = loadsKernel ? [kernel?.image, kernel?.initialRamdisk].compactMap { $0 } : []
        for file in kernelFiles where !HostFile.exists(file) {
            throw refuse("\(file), which it is to boot, does not exist")
        }
        for option in extraArguments where option.utf8.contains(0) {
            throw refuse("an extra argument contains a NUL")
        }
    }
}
