import HostSupport
import HostTools
import Machines
package import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// QEMU's own tool, against which everything read and written natively is held.
package enum QemuImg {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// Runs `qemu-img` and returns what it printed; a non-zero exit is an error.
    @discardableResult
    package static func run(_ arguments: [String], in directory: FilePath? = nil) async throws -> String {
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
    package static func info(_ path: FilePath, in directory: FilePath? = nil) async throws -> Info {
        let text = try await run(["info", "--output=json", path.string], in: directory)
        return try JSONDecoder().decode(Info.self, from: Data(text.utf8))
    }

    package struct Info: Decodable {
        package struct Snapshot: Decodable {
            package let id: String
            package let name: String
            package let vmStateSize: UInt64
            package let dateSec: UInt32
            package let dateNsec: UInt32
            package let vmClockSec: UInt64
            package let vmClockNsec: UInt64
            package let icount: UInt64?

            enum CodingKeys: String, CodingKey {
                case id, name, icount
                case vmClockSec = "vm-clock-sec"
                case vmClockNsec = "vm-clock-nsec"
                case vmStateSize = "vm-state-size"
                case dateSec = "date-sec"
                case dateNsec = "date-nsec"
            }
        }

        package struct Bitmap: Decodable {
            package let name: String
            package let granularity: UInt64
            package let flags: [String]
        }

        package struct Encryption: Decodable {
            package let format: String
        }

        package struct Qcow2: Decodable {
            package let compat: String
            package let compressionType: String?
            package let lazyRefcounts: Bool?
            package let refcountBits: Int
            package let corrupt: Bool?
            package let extendedL2: Bool?
            package let dataFile: String?
            package let dataFileRaw: Bool?
            package let encrypt: Encryption?
            package let bitmaps: [Bitmap]?

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

        package struct Specific: Decodable {
            package let data: Qcow2
        }

        package let virtualSize: UInt64
        package let clusterSize: UInt64?
        package let actualSize: UInt64
        package let dirtyFlag: Bool?
        package let backingFilename: String?
        package let fullBackingFilename: String?
        package let backingFormat: String?
        package let snapshots: [Snapshot]?
        package let specific: Specific?

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
package enum QemuIO {
    /// Runs one command, as in `write -P 7 0 1M`; a pattern that is not there is an error.
    package static func run(_ command: String, _ path: FilePath) async throws {
        let outcome = try await ToolRun.run("qemu-io", ["-f", "qcow2", "-c", command, path.string])
        guard outcome.isSuccess, !outcome.output.contains("Pattern verification failed") else {
            throw QemuImg.Failure(description: "qemu-io \(command): \(outcome.lastWords)")
        }
    }

    /// Runs one command and ends by SIGABRT, without closing the image.
    package static func abandon(_ command: String, _ path: FilePath) async throws {
        let line = "ulimit -c 0; qemu-io -f qcow2 -c \"$1\" -c abort \"$2\""
        let outcome = try await ToolRun.run("bash", ["-c", line, "bash", command, path.string])
        guard outcome.status == 134 else {
            throw QemuImg.Failure(description: "qemu-io \(command) abort: \(outcome)")
        }
    }
}
