import HostSupport
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// QEMU's own tool, against which everything read and written natively is held.
enum QemuImg {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs `qemu-img` and returns what it printed; a non-zero exit is an error.
    @discardableResult
    static func run(_ arguments: [String], in directory: FilePath? = nil) async throws -> String {
        var outcome = try await ToolRun.run("qemu-img", arguments, workingDirectory: directory)
        // QEMU times its key derivation by the thread's CPU clock, and gives up when the clock stood still meanwhile.
        for _ in 0..<8 where outcome.lastWords.contains("Unable to get accurate CPU usage") {
            outcome = try await ToolRun.run("qemu-img", arguments, workingDirectory: directory)
        }
        guard outcome.isSuccess else {
            throw Failure(description: "qemu-img \(arguments.joined(separator: " ")): \(outcome.lastWords)")
        }
        return outcome.output
    }

    /// What `qemu-img info --output=json` says.
    static func info(_ path: FilePath, in directory: FilePath? = nil) async throws -> Info {
        let text = try await run(["info", "--output=json", path.string], in: directory)
        return try JSONDecoder().decode(Info.self, from: Data(text.utf8))
    }

    struct Info: Decodable {
        struct Snapshot: Decodable {
            let id: String
            let name: String
            let vmStateSize: UInt64
            let dateSec: UInt32
            let dateNsec: UInt32
            let vmClockSec: UInt64
            let vmClockNsec: UInt64
            let icount: UInt64?

            enum CodingKeys: String, CodingKey {
                case id, name, icount
                case vmClockSec = "vm-clock-sec"
                case vmClockNsec = "vm-clock-nsec"
                case vmStateSize = "vm-state-size"
                case dateSec = "date-sec"
                case dateNsec = "date-nsec"
            }
        }

        struct Bitmap: Decodable {
            let name: String
            let granularity: UInt64
            let flags: [String]
        }

        struct Encryption: Decodable {
            let format: String
        }

        struct Qcow2: Decodable {
            let compat: String
            let compressionType: String?
            let lazyRefcounts: Bool?
            let refcountBits: Int
            let corrupt: Bool?
            let extendedL2: Bool?
            let dataFile: String?
            let dataFileRaw: Bool?
            let encrypt: Encryption?
            let bitmaps: [Bitmap]?

            enum CodingKeys: String, CodingKey {
                case compat, corrupt, encrypt, bitmaps
                case compressionType = "compression-type"
                case lazyRefcounts = "lazy-refcounts"
                case refcountBits = "refcount-bits"
                case extendedL2 = "extended-l2"
                case dataFile = "data-file"
                case dataFileRaw = "data-file-raw"
            }
        }

        struct Specific: Decodable {
            let data: Qcow2
        }

        let virtualSize: UInt64
        let clusterSize: UInt64?
        let actualSize: UInt64
        let dirtyFlag: Bool?
        let backingFilename: String?
        let fullBackingFilename: String?
        let backingFormat: String?
        let snapshots: [Snapshot]?
        let specific: Specific?

        enum CodingKeys: String, CodingKey {
            case snapshots
            case virtualSize = "virtual-size"
            case clusterSize = "cluster-size"
            case actualSize = "actual-size"
            case dirtyFlag = "dirty-flag"
            case backingFilename = "backing-filename"
            case fullBackingFilename = "full-backing-filename"
            case backingFormat = "backing-filename-format"
            case specific = "format-specific"
        }
    }
}

/// QEMU's tool that reads and writes parts of disk images.
enum QemuIO {
    /// Runs one command, as in `write -P 7 0 1M`; a pattern that is not there is an error.
    static func run(_ command: String, _ path: FilePath) async throws {
        let outcome = try await ToolRun.run("qemu-io", ["-f", "qcow2", "-c", command, path.string])
        guard outcome.isSuccess, !outcome.output.contains("Pattern verification failed") else {
            throw QemuImg.Failure(description: "qemu-io \(command): \(outcome.lastWords)")
        }
    }

    /// Runs one command and ends by SIGABRT, without closing the image.
    static func abandon(_ command: String, _ path: FilePath) async throws {
        let line = "ulimit -c 0; qemu-io -f qcow2 -c \"$1\" -c abort \"$2\""
        let outcome = try await ToolRun.run("bash", ["-c", line, "bash", command, path.string])
        guard outcome.status == 134 else {
            throw QemuImg.Failure(description: "qemu-io \(command) abort: \(outcome)")
        }
    }
}
