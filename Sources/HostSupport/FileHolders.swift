internal import CPlatform
import LibC
package import SystemPackage

/// The processes that have a file open.
package enum FileHolders {
    /// Those of this user, as in `qemu-system-x86_64 (process 4711)`, without this process.
    package static func names(of path: FilePath) -> [String] {
        processes(of: path).filter { $0 != getpid() }.map { "\(name(of: $0) ?? "a program") (process \($0))" }
    }

    #if canImport(Darwin)
        private static func processes(of path: FilePath) -> [Int32] {
            var processes = [Int32](repeating: 0, count: 1024)
            let count = cplatform_file_holders(path.string, &processes, Int32(processes.count))
            return processes.prefix(max(0, Int(count))).sorted()
        }

        private static func name(of process: Int32) -> String? {
            var name = [UInt8](repeating: 0, count: 256)
            let count = name.withUnsafeMutableBytes { bytes in
                cplatform_process_name(process, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count)
            }
            return count > 0 ? String(decoding: name.prefix(Int(count)), as: UTF8.self) : nil
        }
    #else
        private static func processes(of path: FilePath) -> [Int32] {
            var wanted = stat()
            guard stat(path.string, &wanted) == 0 else { return [] }
            return Directory.names(in: "/proc").compactMap { Int32($0) }.filter { process in
                let files = FilePath("/proc/\(process)/fd")
                return Directory.names(in: files).contains { descriptor in
                    var status = stat()
                    return stat(files.appending(descriptor).string, &status) == 0
                        && status.st_ino == wanted.st_ino && status.st_dev == wanted.st_dev
                }
            }
        }

        private static func name(of process: Int32) -> String? {
            (try? WholeFile.readText(FilePath("/proc/\(process)/comm")))?.split(separator: "\n").first.map(String.init)
        }
    #endif
}
