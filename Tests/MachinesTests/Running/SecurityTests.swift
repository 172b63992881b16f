import HostSupport
import LibC
import Machines
import PatienceForTests
import Quantities
import SystemPackage
import Testing

/// What others on the same host can see and reach of a machine.
@Suite(.tags(.qemu), .hangLimit(minutes: 3))
struct SecurityTests {
    @Test func `a machine's directories and files are for its user alone, and its ports for this host`() async throws {
        try await ScratchHome.with { home in
            try await withMachine(home: home) { directory in
                try await EmptyDisk.create(at: directory.disk)
                chmod(directory.disk.string, 0o600)
                var description = MachineDescription(architecture: .x86_64, memory: .mebibytes(64))
                description.firmware = .uefi
                description.drives = [Drive(id: "disk0", file: directory.disk)]
                description.networks = [UserNetwork(forwards: [.ssh, PortForward(transport: .udp, guestPort: 53)])]
                description.channels = [.helper, .guestAgent]
                description.memoryBacking = .sharedFile(directory.path.appending("memory"))
                return description
            } _: { machine in
                try await machine.saveSnapshot("with memory")
                for directory in [machine.directory.path, machine.directory.sockets, home.cache, home.runtime] {
                    #expect(try mode(of: directory) == 0o700, "\(directory)")
                }
                for directory in [machine.directory.path, machine.directory.sockets] {
                    let names = Directory.names(in: directory)
                    #expect(!names.isEmpty)
                    for name in names {
                        let file = directory.appending(name)
                        let mode = try mode(of: file)
                        #expect(mode & 0o077 == 0, "\(file): \(String(mode, radix: 8))")
                    }
                }
                let forwards = try await machine.forwards()
                #expect(forwards.count == 2)
                #expect(forwards.allSatisfy { $0.hostAddress == "127.0.0.1" })
                #if os(Linux)
                    #expect(try listeningAddresses(of: machine).allSatisfy { $0 == "0100007F" })
                    // 2: QEMU's calls pass through a filter.
                    let status = try WholeFile.readText(FilePath("/proc/\(machine.process.processID)/status"))
                    #expect(status.contains("Seccomp:\t2"))
                    let program = try FilePath("/proc/\(machine.process.processID)/exe").resolved
                    #expect(program == machine.process.program.string, "there is a shell between")
                #endif
            }
        }
    }

    @Test func `a directory for sockets that others can get at is refused, and nothing is started`() async throws {
        try await ScratchHome.with { home in
            try Directory.create(home.runtime)
            chmod(home.runtime.string, 0o755)
            let small = MachineDescription(architecture: .x86_64, memory: .mebibytes(64))
            let error = await #expect(throws: MachineError.self) { try await withMachine(small, home: home) { _ in } }
            #expect(error?.code == .fileFailed)
            #expect(error?.message.contains("\(home.runtime)") == true, "\(String(describing: error))")
        }
    }

    private func mode(of path: FilePath) throws -> mode_t {
        var status = stat()
        guard lstat(path.string, &status) == 0 else { throw Errno(rawValue: errno) }
        return status.st_mode & 0o777
    }

    #if os(Linux)
        /// The local addresses of the machine's own network sockets that wait for somebody, as the kernel prints them.
        private func listeningAddresses(of machine: Machine) throws -> [String] {
            let files = FilePath("/proc/\(machine.process.processID)/fd")
            let own = Set(Directory.names(in: files).compactMap { try? files.appending($0).resolved })
            var addresses: [String] = []
            for (table, waiting) in [("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")] {
                for line in try WholeFile.readText(FilePath("/proc/net/\(table)")).split(separator: "\n").dropFirst() {
                    let fields = line.split(separator: " ")
                    guard fields[3] == waiting, own.contains("socket:[\(fields[9])]") else { continue }
                    addresses.append(String(fields[1].prefix { $0 != ":" }))
                }
            }
            #expect(addresses.count == 2, "\(addresses)")
            return addresses
        }
    #endif
}

extension FilePath {
    /// Where a symbolic link leads.
    fileprivate var resolved: String {
        get throws {
            var room = [CChar](repeating: 0, count: 4096)
            let count = readlink(string, &room, room.count)
            guard count >= 0 else { throw Errno(rawValue: errno) }
            return String(decoding: room[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
