import DiskImages
import FuzzDriver

/// Feeds the reader of disk images with what libFuzzer makes up.
@main
struct FuzzQCOW2 {
    static func main() { fuzz(check) }

    /// Whatever the bytes are, nothing may trap, leak, run on, or claim more than the bytes can hold.
    private static func check(_ bytes: [UInt8]) {
        guard let facts = try? QCOW2Facts(of: bytes, named: "fuzz") else { return }
        guard facts.snapshots.count * 40 <= bytes.count, facts.bitmaps.count * 24 <= bytes.count else {
            fatalError("more snapshots or bitmaps than there are bytes for: \(facts)")
        }
        guard (512...2 << 20).contains(facts.clusterSize.bytes) else { fatalError("cluster size: \(facts)") }
        if let name = facts.backingFile { _ = BackingName(name, recordedBy: "/images/fuzz.qcow2") }
    }
}
