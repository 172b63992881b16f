import SystemPackage
import WireJSON

/// Lines of JSON on standard output, each written at once: whoever reads them from a pipe waits for no buffer.
enum MonitorLine {
    static func write(_ json: JSON) {
        _ = try? FileDescriptor.standardOutput.writeAll("\(json)\n".utf8)
    }
}
